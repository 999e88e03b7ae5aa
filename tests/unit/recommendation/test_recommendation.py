"""The recommendation on cross-validation with a known answer, in numbers and in words."""

import json
import re
from html import unescape

import pandas as pd
import pytest
import yaml
from jsonschema import validate
from validated import SCRATCH, transfers, validated

from defrost.recommendation import sentences
from defrost.recommendation.page import page
from defrost.recommendation.recommend import recommendation

ROLES = {"near": "compared", "far": "compared", "fitted": "no candidate", "other": "not compared"}
PLANTED = {
    SCRATCH: 0.4,
    **transfers("near", 0.5, 0.85, 0.6),
    **transfers("far", 0.42, 0.45, 0.3),
    **transfers("fitted", 0.99, 0.99, 0.99),
}


@pytest.fixture(scope="module")
def answer_schema(root):
    return yaml.safe_load((root / "workflow/schemas/recommendation.schema.yaml").read_text())


@pytest.fixture
def recommend(answer_schema):
    """Return the recommendation for a table, checked as every one must be, and its page."""

    def checked(table, sizes=(50,), roles=ROLES, pool=500, blocks=3):
        found = recommendation(table, "s", blocks, pool, sizes, roles)
        found["answer"] = sentences.answer(found)
        text = json.dumps(found, allow_nan=False)
        validate(json.loads(text), answer_schema)
        html = re.sub("</?code>", "`", page(found))
        body = re.search("<body>.*", html, flags=re.DOTALL)[0]
        words = " ".join(unescape(re.sub("<[^>]*>", " ", body)).split())
        assert not re.search(r"\b(nan|None|inf)\b", words)
        assert found["answer"] in words
        return found, words

    return checked


def test_the_planted_source_and_depth_are_recommended(recommend):
    found, words = recommend(validated(PLANTED, replicates=5))
    assert (found["source"], found["protocol"], found["depth"]) == ("near", "freeze", 2)
    assert found["verdict"] == "transfer"
    assert found["answer"] == (
        "Transfer near with freeze at depth 2 of 3: 1 block and the readout are trained on the "
        "target."
    )
    assert found["trainable_blocks"] == 1
    assert found["accuracy_low"] < 0.85 < found["accuracy_high"]
    assert found["gain_low"] < 0.45 < found["gain_high"]
    assert (found["train_flops"], found["scratch_train_flops"]) == (8000, 10000)
    assert (found["replicates"], found["folds"], found["validated"]) == (5, 25, 250)
    assert [row["source"] for row in found["sources"]] == ["near", "far", "scratch"]
    assert found["runner_up"]["depth"] == 3
    assert found["runner_up"]["told_apart"]
    assert found["alike"] == []
    assert "it can be told from the first" in words
    assert "0.80 times as many as from scratch" in words


def test_only_candidates_are_named(recommend):
    found, words = recommend(validated(PLANTED))
    assert found["no_candidates"] == ["fitted"]
    assert found["not_compared"] == ["other"]
    assert not any(
        "fitted" in str(found[key]) for key in ("answer", "sources", "alike", "runner_up")
    )
    assert "Never recommended, as they do not exist without the target's data: fitted" in words
    assert "other can be recommended once cross-validated" in words


def test_the_reversed_table_is_told_to_train_from_scratch(recommend):
    found, words = recommend(
        validated({cell: 1 - value for cell, value in PLANTED.items()} | {SCRATCH: 0.9})
    )
    assert (found["verdict"], found["source"], found["depth"]) == ("scratch", "scratch", 0)
    assert (found["gain"], found["gain_low"]) == (0, None)
    assert found["trainable_blocks"] == 3
    assert "transfer is not shown to pay" in found["answer"]


def test_what_cannot_be_told_from_scratch_is_not_shown_to_pay(recommend):
    found, words = recommend(validated({SCRATCH: 0.7, **transfers("near", 0.7, 0.74, 0.71)}))
    assert found["verdict"] == "not shown"
    assert found["answer"].startswith("Transfer is not shown to pay")
    assert any(row["source"] == "scratch" for row in found["alike"])
    assert "cannot be told from the first. Nor can" in words


def test_planted_nothing_is_rarely_shown_to_pay(recommend):
    same = {SCRATCH: 0.7, **transfers("near", 0.7, 0.7, 0.7)}
    tables = (validated(same, replicates=3, seed=seed) for seed in range(3))
    for table in tables:  # one coin for all: nothing differs, and scratch wins every tie
        assert recommend(table)[0]["verdict"] == "scratch"


def test_the_largest_size_decides_and_smaller_ones_are_compared(recommend):
    few = validated({SCRATCH: 0.3, **transfers("near", 0.4, 0.5, 0.8)}, size=20, replicates=5)
    found, words = recommend(pd.concat([few, validated(PLANTED)]), sizes=(50, 20))
    assert (found["size"], found["depth"]) == (50, 2)
    (smaller,) = found["smaller_sizes"]
    assert (smaller["size"], smaller["depth"], smaller["verdict"]) == (20, 3, "transfer")
    assert "At 20 labelled examples the best is near (freeze at depth 3), with a gain" in words


CANNOT = {
    "nothing validated": (None, ROLES, "`selection.sources` of the study is empty"),
    "no candidate": (
        validated(PLANTED),
        {"fitted": "no candidate"},
        "no source in `selection.sources` could exist",
    ),
    "no fold": (validated(PLANTED).head(0), ROLES, "scratch was not validated on every fold"),
    "one fold": (validated(PLANTED, folds=1), ROLES, "scratch was not validated on every fold"),
    "nothing but missing": (
        validated(PLANTED).assign(correct=float("nan")),
        ROLES,
        "scratch was not validated on every fold",
    ),
    "scratch alone": (validated({SCRATCH: 0.5}), ROLES, "no candidate was validated on every fold"),
}


@pytest.mark.parametrize(("table", "roles", "reason"), CANNOT.values(), ids=CANNOT)
def test_a_study_that_cannot_answer_says_why(recommend, table, roles, reason):
    found, words = recommend(table, roles=roles)
    assert found["verdict"] == "no answer"
    assert reason in found["reason"]
    assert found["answer"].startswith("No recommendation: ")
    assert found["source"] is None
    assert found["gain"] is None
    assert "cross-fitted" not in words


def test_a_study_without_sizes_says_why(recommend):
    assert recommend(None, sizes=())[0]["verdict"] == "no answer"


def test_one_depth_and_one_replicate_are_an_answer_with_its_doubts(recommend):
    found, words = recommend(validated({SCRATCH: 0.2, **transfers("near", 0.9)}))
    assert found["verdict"] == "transfer"
    assert "One replicate: another draw of labels and initial weights was not tried." in words
    assert (
        "validates 50 examples: one of them, right or wrong, moves its accuracy by 0.020" in words
    )


def test_two_folds_have_no_interval_and_show_nothing(recommend):
    found, words = recommend(validated({SCRATCH: 0.2, **transfers("near", 0.9)}, folds=2))
    assert (found["source"], found["verdict"]) == ("near", "not shown")
    assert found["gain"] is not None
    assert found["gain_low"] is None
    assert "2 folds are too few for an interval" in words


def test_folds_that_agree_to_the_example_show_nothing(recommend):
    table = validated({SCRATCH: 0.0, **transfers("near", 1.0)})
    found, words = recommend(table)
    assert (found["gain"], found["gain_low"], found["verdict"]) == (1, None, "not shown")
    assert "All folds agree" in words


def test_sources_of_the_targets_own_data_and_missing_folds_are_pointed_out(recommend):
    table = validated(PLANTED)
    table.loc[(table["source"] == "far") & (table["depth"] == 1), "correct"] = float("nan")
    found, words = recommend(table, roles={**ROLES, "near": "shared"})
    assert found["of_target_data"] == ["near"]
    assert found["source"] == "near"
    assert "Made from the target's own data set: near" in words
    assert "results of a fold are missing: far (freeze at depth 1)" in words


def test_replicates_of_the_same_examples_are_less_sure_than_others(recommend):
    table = validated(PLANTED, replicates=5)
    same, words = recommend(table, pool=50)
    other, _ = recommend(table, pool=5000)
    assert same["gain"] == other["gain"]
    assert same["gain_low"] < other["gain_low"]
    assert "All replicates have the same examples, in other folds." in words


def test_names_are_text_and_no_markup(recommend):
    planted = {SCRATCH: 0.2, **transfers("a<b>", 0.9)}
    found = recommendation(validated(planted), "s&t", 3, 50, [50], {"a<b>": "compared"})
    assert "a&lt;b&gt;" in page(found)
    assert "s&amp;t" in page(found)


def test_every_key_of_the_answer_is_described(answer_schema):
    keys = answer_schema["properties"]
    assert set(keys) == set(answer_schema["required"])
    for name, key in keys.items():
        assert key.get("description"), name
