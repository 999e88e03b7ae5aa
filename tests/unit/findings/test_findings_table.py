"""Every finding is supported where it holds, refuted where its effect is reversed, else neither."""

from dataclasses import replace

import pytest
from planted_studies import (
    BLOCKS,
    CONTROLS,
    SIZES,
    no_worth,
    planted,
)

from defrost.findings.table import findings_table
from defrost.provenance.tables import read_table, write_table

LETTERS = list("abcdefghi")


@pytest.fixture(scope="module")
def true_study():
    return planted()


def verdicts(study):
    return findings_table(study).set_index("finding")["verdict"].to_dict()


def relabelled(study, column, names):
    """The study with values of a column exchanged, so that effects turn around."""
    changed = study.accuracy.replace({column: names})
    return replace(study, accuracy=changed)


def deeper_is_better(source, protocol, depth, size):
    return 0.4 + 0.05 * depth


REVERSED = {
    "a": lambda _: planted(deeper_is_better),
    "b": lambda study: relabelled(study, "size", {20: 1000, 1000: 20}),
    "c": lambda study: replace(
        study, similarity_order={s: -q for s, q in study.similarity_order.items()}
    ),
    "d": lambda _: planted(deeper_is_better),
    "e": lambda study: replace(study, similarity=study.similarity.eval("value = -value")),
    "f": lambda study: relabelled(study, "protocol", {"freeze": "finetune", "finetune": "freeze"}),
    "g": lambda study: relabelled(study, "size", {20: 1000, 1000: 20}),
    "h": lambda study: relabelled(
        replace(study, accuracy=study.accuracy.query("protocol != 'gradual' or depth > 0")),
        "protocol",
        {"freeze": "gradual", "gradual": "freeze"},
    ),
    "i": lambda study: relabelled(
        study, "source", dict(zip(CONTROLS, [*CONTROLS][::-1], strict=True))
    ),
}


def test_all_findings_are_supported_where_they_hold(true_study):
    assert verdicts(true_study) == dict.fromkeys(LETTERS, "supported")


@pytest.mark.parametrize("letter", LETTERS)
def test_a_finding_is_refuted_where_its_effect_is_reversed(true_study, letter):
    assert verdicts(REVERSED[letter](true_study))[letter] == "refuted"


def test_nothing_at_all_is_undecided_and_says_so():
    table = findings_table(planted(lambda *cell: 0.8, noise=0)).set_index("finding")
    assert set(table["verdict"]) == {"undecided"}
    assert table["reason"].str.startswith("the interval contains ").all()


# The line: 5 % plus two standard errors of 500 simulations.
@pytest.mark.parametrize("replicates", [5, 20])
def test_a_false_statement_is_hardly_ever_supported(replicates):
    small = {"sources": ("s0", "s4", *CONTROLS), "sizes": SIZES[::2], "blocks": 3}
    supported = dict.fromkeys(LETTERS, 0)
    for seed in range(500):
        study = planted(no_worth, replicates, seed=seed, depths=range(4), similarity=False, **small)
        for letter, verdict in verdicts(study).items():
            supported[letter] += verdict == "supported"
    assert max(supported.values()) <= 0.07 * 500, supported
    assert min(supported[letter] for letter in "abcdfgi") > 0, supported  # it could have been


DEGENERATE = {
    "one replicate": {"replicates": 1},
    "two replicates": {"replicates": 2},
    "one depth": {"depths": (BLOCKS,)},
    "depth 0 alone": {"depths": (0,)},
    "one source": {"sources": ("s4",)},
    "controls alone": {"sources": tuple(CONTROLS)},
    "one size": {"sizes": (1000,)},
    "no freezing": {"protocols": ("finetune", "gradual")},
    "freezing alone": {"protocols": ("freeze",)},
    "no similarity": {"similarity": False},
    "scratch alone": {"sources": ()},
}


@pytest.mark.parametrize("case", DEGENERATE)
def test_a_study_that_cannot_answer_says_so_in_words(case, root, tmp_path):
    schema = root / "workflow/schemas/findings.schema.yaml"
    table = findings_table(planted(**DEGENERATE[case]))
    write_table(tmp_path / "findings.csv", table, schema, {})
    written = read_table(tmp_path / "findings.csv", schema)
    assert list(written["finding"]) == LETTERS
    assert "nan" not in (tmp_path / "findings.csv").read_text().lower()
    assert written["reason"].str.len().min() > 10
    empty = written["value"].isna()
    assert (written.loc[empty, "verdict"] == "undecided").all()
    assert (written.loc[empty, ["low", "high"]].isna()).all(axis=None)
    assert not written.loc[~empty, ["low", "high"]].isna().any(axis=None)


EXPECTED_REASONS = [
    ({"protocols": ("freeze",)}, "f", "not run: `finetune`"),
    ({"protocols": ("freeze", "finetune")}, "h", "not run: `gradual`"),
    ({"protocols": ("finetune",)}, "a", "not run: `freeze`"),
    ({"depths": (0, BLOCKS)}, "d", "not run: `freeze` at 4 blocks and at fewer"),
    ({"sizes": (1000,)}, "b", "not run: `freeze` at two sizes"),
    ({"sources": ("s4",)}, "c", "not run: two sources whose order"),
    ({"sources": ("s4", *CONTROLS)}, "g", "not run: two sources whose order"),
    ({"sources": ("s3", "s4")}, "e", "not run: 3 sources to rank, there are 2"),
    ({"sources": ("s2", "s3", "s4")}, "e", "the interval contains 0; 3 sources can be in order"),
    ({"similarity": False}, "e", "not run: similarity"),
    ({"sources": ("s3", "s4")}, "i", "not run: a control"),
    ({"replicates": 1}, "b", "1 independent unit(s)"),
    ({"replicates": 4}, "a", "4 independent unit(s), a share needs 5"),
]


@pytest.mark.parametrize(("asked", "letter", "reason"), EXPECTED_REASONS)
def test_what_was_not_run_is_named(asked, letter, reason):
    table = findings_table(planted(**asked)).set_index("finding")
    assert table.loc[letter, "reason"].startswith(reason)
    assert table.loc[letter, "verdict"] == "undecided"


def test_a_replicate_that_a_cell_lacks_is_left_out(true_study):
    rows = true_study.accuracy
    lacking = (rows["protocol"] == "gradual") & (rows["replicate"] == 3) & (rows["depth"] == 1)
    study = replace(true_study, accuracy=rows[~lacking])
    assert study.replicates == 9
    assert verdicts(study) == verdicts(true_study)


def test_source_networks_are_the_units_where_there_are_enough(true_study):
    rows = true_study.accuracy
    seeds = rows.assign(source_seed=rows["replicate"] % 5)
    (cell,) = [
        c for c in replace(true_study, accuracy=seeds).cells("freeze", ["s4"]) if c.size == 20
    ]
    (each,) = [c for c in true_study.cells("freeze", ["s4"]) if c.size == 20]
    assert cell.accuracy == pytest.approx((each.accuracy[:5] + each.accuracy[5:]) / 2)
    table = findings_table(replace(true_study, accuracy=seeds))
    assert set(table["holds_for"]) == {
        "this target; 10 replicates on 5 networks for each source, similarity of the first alone"
    }
    weights = seeds["source"] == min(true_study.sources)  # brought in: one network, number 0
    mixed = seeds.assign(source_seed=seeds["source_seed"].where(~weights, 0))
    assert replace(true_study, accuracy=mixed).networks == 5
    assert "one for each source" in findings_table(true_study)["holds_for"][0]
    pair = seeds.assign(source_seed=seeds["source_seed"] % 2)  # too few: units are replicates
    assert set(findings_table(replace(true_study, accuracy=pair))["holds_for"]) == {
        "this target and these source networks, 2 for each source, similarity of the first alone; "
        "10 replicates"
    }
