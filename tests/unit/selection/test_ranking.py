"""Sources ranked by scores: planted orders are found, and what is missing is said."""

import math

import numpy as np
import pandas as pd
import pytest

from defrost.provenance.tables import read_table, write_table
from defrost.selection.ranking import (
    LARGER_IS_BETTER,
    over_blocks,
    rank_sources,
    realised_gain,
    similarity_scores,
    source_ranking_table,
)
from defrost.selection.registry import SCORES
from defrost.selection.value import Value, undefined
from defrost.similarity.measures import PAIR_MEASURES
from defrost.statistics.intervals import Interval

WORTH = {"none": 0.02, "far": 0.1, "near": 0.2, "nearer": 0.25, "same": 0.3}


def make_accuracy(worth=WORTH, sizes=(50, 100), replicates=4):
    """Sources gain what they are worth at depth 2 of `freeze`, less at the others."""
    rows = []
    for size in sizes:
        for replicate in range(replicates):
            key = {"study": "tiny", "size": size, "replicate": replicate}
            scratch = 0.5 + replicate / 100
            none = {"source": "scratch", "protocol": "scratch", "depth": 0}
            rows.append({**key, **none, "test_accuracy": scratch})
            for source, gain in worth.items():
                for depth, share in ((1, 0.5), (2, 1), (3, 0.2)):
                    cell = {"source": source, "protocol": "freeze", "depth": depth}
                    rows.append({**key, **cell, "test_accuracy": scratch + share * gain})
    return pd.DataFrame(rows)


def make_scores(values, score="parc", size=50, networks=3, blocks=("1", "2")):
    """Scores of sources: `values` in the first block, twice that in the second."""
    return pd.DataFrame(
        [
            {
                "study": "tiny",
                "source": source,
                "size": size,
                "replicate": replicate,
                "score": score,
                "block": block,
                "value": value * place + replicate / 1000,
                "reason": "" if math.isfinite(value) else "a dead block",
            }
            for source, value in values.items()
            for replicate in range(networks)
            for place, block in enumerate(blocks, start=1)
        ]
    )


def test_every_score_and_measure_has_a_direction():
    assert set(LARGER_IS_BETTER) == set(SCORES) | set(PAIR_MEASURES)


@pytest.mark.parametrize(("score", "sign"), [("parc", 1), ("procrustes_distance", -1)])
@pytest.mark.parametrize("order", [1, -1])
def test_a_planted_order_is_found_and_so_is_the_reversed_one(score, sign, order):
    values = {source: sign * order * gain for source, gain in WORTH.items()}
    table = source_ranking_table(make_scores(values, score), make_accuracy())
    assert set(table["blocks"]) == {"mean", "best", "last"}
    assert table["kendall_tau"].to_numpy() == pytest.approx(order)
    assert table["weighted_tau"].to_numpy() == pytest.approx(order)
    lost = 0 if order == 1 else WORTH["same"] - WORTH["none"]
    assert table["pick_regret"].to_numpy() == pytest.approx(lost)
    for _, rows in table.groupby("blocks"):
        ranks = rows.set_index("source")["rank"]
        assert [ranks[source] for source in WORTH] == [5, 4, 3, 2, 1][::order]
        assert rows.set_index("source")["realised_rank"]["same"] == 1


def test_the_table_is_that_of_its_schema_and_comes_back_from_its_file(root, tmp_path):
    scores = [make_scores(WORTH), make_scores({**WORTH, "far": math.nan}, "h_score")]
    scores.append(make_scores(WORTH, "leep", blocks=["readout"]))
    table = source_ranking_table(pd.concat(scores), make_accuracy())
    schema = root / "workflow/schemas/source_ranking.schema.yaml"
    write_table(tmp_path / "t.csv", table, schema, {})
    assert "nan" not in (tmp_path / "t.csv").read_text().lower()
    read = read_table(tmp_path / "t.csv", schema)
    assert len(read) == 5 * (3 + 3 + 1)


def test_values_are_means_over_target_networks_with_students_t_intervals():
    row = source_ranking_table(make_scores(WORTH), make_accuracy()).query(
        "source == 'near' and blocks == 'last'"
    )
    values = 2 * 0.2 + np.arange(3) / 1000
    half = 4.302653 * values.std(ddof=1) / np.sqrt(3)
    found = row[["value", "value_low", "value_high"]].to_numpy()[0]
    assert found == pytest.approx([values.mean(), values.mean() - half, values.mean() + half])
    assert row["networks"].item() == 3


def test_a_source_without_a_value_is_ranked_by_none_and_left_out():
    scores = make_scores({**WORTH, "same": math.nan})
    table = source_ranking_table(scores, make_accuracy()).set_index(["blocks", "source"])
    row = table.loc[("mean", "same")]
    assert np.isnan(row["rank"]) and row["realised_rank"] == 1 and row["reason"] == "a dead block"
    assert row["sources"] == 4 and row["kendall_tau"] == pytest.approx(1)
    # the best source has no score: the second best is the pick
    assert row["pick_regret"] == pytest.approx(0.05)


def test_sources_are_ranked_where_they_were_scored_alone():
    scores = pd.concat([make_scores(WORTH), make_scores({"far": 1.0, "near": 2.0}, size=100)])
    table = source_ranking_table(scores, make_accuracy())
    assert set(table.query("size == 100")["source"]) == {"far", "near"}
    few = table.query("size == 100").iloc[0]
    assert np.isnan(few["kendall_tau"]) and np.isnan(few["tau_null_low"])
    assert few["agreement_reason"] == "2 source(s) with a score, 3 or more can be ranked"
    assert few["pick_regret"] == 0


def test_one_replicate_says_that_gains_are_not_known():
    table = source_ranking_table(make_scores(WORTH, networks=1), make_accuracy(replicates=1))
    assert set(table["agreement_reason"]) == {"one replicate: what sources gain is not known"}
    assert table[["kendall_tau", "pick_regret", "realised_rank"]].isna().all(axis=None)
    assert table["rank"].notna().all()


def test_gains_that_differ_by_rounding_alone_are_equal():
    gains = [0.1 + 0.2, 0.3, 0.5]  # the first two differ in the last digit
    assert gains[0] != gains[1]
    names = ["a", "b", "c"]
    rows = rank_sources(
        {name: [Value(number)] for name, number in zip(names, (1, 2, 3), strict=True)},
        {name: Interval(gain, 0, 1) for name, gain in zip(names, gains, strict=True)},
        True,
    )
    assert [row["realised_rank"] for row in rows] == [2, 2, 1]


def test_one_source_says_so():
    table = source_ranking_table(make_scores({"near": 1.0}), make_accuracy({"near": 0.2}))
    assert table["kendall_tau"].isna().all()
    assert table["agreement_reason"].str.startswith("1 source(s) with a score").all()
    assert (table["pick_regret"] == 0).all()


def test_the_realised_gain_is_that_of_the_best_protocol_and_depth():
    assert realised_gain(make_accuracy(), "near", 50).mean == pytest.approx(0.2)
    accuracy = make_accuracy()
    better = accuracy.query("source == 'near' and depth == 3").assign(protocol="defrost")
    better["test_accuracy"] += 0.3
    gain = realised_gain(pd.concat([accuracy, better]), "near", 50)
    assert gain.mean == pytest.approx(0.2 * 0.2 + 0.3)


def test_a_source_that_only_harms_gains_nothing():
    assert realised_gain(make_accuracy({"bad": -0.2}), "bad", 50).mean == 0


def test_how_blocks_become_one_number():
    values = [Value(1.0), Value(3.0), Value(2.0)]
    assert over_blocks(values, True) == {"mean": Value(2), "best": Value(3), "last": Value(2)}
    assert over_blocks(values, False)["best"] == Value(1)
    dead = [Value(1.0), undefined("dead"), Value(2.0)]
    found = over_blocks(dead, True)
    assert math.isnan(found["mean"].value) and found["mean"].reason == "dead"
    assert found["best"] == Value(2) and found["last"] == Value(2)
    assert over_blocks([undefined("dead")] * 2, True)["best"].reason == "dead"
    assert over_blocks([Value(math.inf, "exact"), Value(1.0)], True)["best"].reason == "exact"


def test_an_infinite_score_is_the_best_and_has_no_interval():
    gains = {source: Interval(worth, 0, 1) for source, worth in WORTH.items()}
    values = {source: [Value(worth)] * 2 for source, worth in WORTH.items()}
    values["same"] = [Value(1.0), Value(math.inf, "exact")]
    rows = {row["source"]: row for row in rank_sources(values, gains, True)}
    assert rows["same"]["rank"] == 1 and rows["same"]["value"] == math.inf
    assert math.isnan(rows["same"]["value_low"])
    assert rows["same"]["kendall_tau"] == pytest.approx(1)


def test_blocks_are_in_the_order_of_their_numbers():
    values = make_scores({s: 1.0 for s in WORTH}, blocks=[str(n) for n in (10, *range(1, 10))])
    table = source_ranking_table(values, make_accuracy())
    last = table[table["blocks"] == "last"]["value"]
    # the tenth block was made first, its factor is 1
    assert last.to_numpy() == pytest.approx(1 + 0.001)


def test_similarity_counts_between_blocks_of_one_number_of_a_source_and_the_target():
    row = {"study": "tiny", "source": "near", "size": 50, "replicate": 0, "reason": ""}
    row["measure"] = "rsa"
    rows = [
        {
            **row,
            "comparison": comparison,
            "source_block": a,
            "target_block": b,
            "value": a,
            "reason": "",
        }
        for comparison in ("source_to_target", "before_to_after", "target_to_target")
        for a in (1, 2)
        for b in (1, 2)
    ]
    found = similarity_scores(pd.DataFrame(rows))
    assert found["block"].tolist() == ["1", "2"]
    assert found["score"].tolist() == ["rsa", "rsa"]
    assert found["value"].tolist() == [1, 2]


def test_realised_gains_are_over_source_networks_where_there_are_enough():
    generator = np.random.default_rng(0)
    rows, luck = make_accuracy(sizes=(50,), replicates=15), generator.normal(size=(3, 4))
    network = rows["replicate"] % 3
    rows["source_seed"] = network.where(rows["source"] != "scratch", 0)
    rows["test_accuracy"] += 0.03 * luck[network, rows["depth"]] * (rows["source"] != "scratch")
    table = source_ranking_table(make_scores(WORTH), rows)
    assert set(table["holds_for"]) == {"source networks of this source"}
    one = source_ranking_table(make_scores(WORTH), make_accuracy())
    assert set(one["holds_for"]) == {"this source network"}
    of_replicates = realised_gain(rows.drop(columns="source_seed"), "near", 50)
    of_networks = realised_gain(rows, "near", 50)
    assert of_networks.high - of_networks.low > 2 * (of_replicates.high - of_replicates.low)
