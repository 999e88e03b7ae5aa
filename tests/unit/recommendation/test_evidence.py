"""What cross-validation says, put in order."""

import numpy as np
import pytest
from validated import SCRATCH, transfers, validated

from defrost.recommendation.evidence import Choice, evidence_at, spread_of_mean


def test_scratch_comes_first_then_the_cheapest():
    table = validated({**transfers("a", 0.5, 0.6), **transfers("b", 0.7), SCRATCH: 0.4})
    found = evidence_at(table, 50, ["a", "b"], blocks=3, pool=50)
    assert found.choices == [
        SCRATCH,
        Choice("a", "freeze", 2),
        Choice("a", "freeze", 1),
        Choice("b", "freeze", 1),
    ]
    assert found.accuracy.shape == (5, 4)
    assert found.validated.tolist() == [10] * 5
    assert found.costs["train_flops"].tolist() == [10000, 8000, 9000, 9000]
    column = table[(table["source"] == "a") & (table["depth"] == 2)].sort_values("fold")
    assert found.accuracy[:, 1].tolist() == (column["correct"] / 10).tolist()


def test_only_candidates_and_one_size_are_looked_at():
    planted = {SCRATCH: 0.4, **transfers("a", 0.5), **transfers("clone", 0.9)}
    table = validated(planted)
    table.loc[table["source"] == "a", "size"] = 20
    assert evidence_at(table, 50, ["a"], blocks=3, pool=50).choices == [SCRATCH]


def test_cells_that_are_the_same_are_one_choice():
    planted = {
        SCRATCH: 0.4,
        ("a", "gradual", 2): 0.5,
        ("a", "freeze", 2): 0.5,
        ("a", "finetune", 2): 0.6,
        ("a", "defrost", 0): 0.6,
    }
    found = evidence_at(validated(planted), 50, ["a"], blocks=2, pool=50)
    assert set(found.choices) == {SCRATCH, ("a", "freeze", 2), ("a", "finetune", 2)}


@pytest.mark.parametrize("how", ["no number", "no row"])
def test_a_choice_that_lacks_a_fold_is_left_out_and_named(how):
    table = validated({SCRATCH: 0.4, **transfers("a", 0.5, 0.9)}, replicates=2)
    lost = (table["depth"] == 2) & (table["fold"] == 3) & (table["replicate"] == 1)
    if how == "no row":
        table = table[~lost]
    else:
        table["correct"] = table["correct"].where(~lost)
    found = evidence_at(table, 50, ["a"], blocks=3, pool=50)
    assert found.choices == [SCRATCH, ("a", "freeze", 1)]
    assert found.incomplete == [("a", "freeze", 2)]
    assert found.accuracy.shape == (10, 2)


def test_no_rows_are_no_choices():
    found = evidence_at(validated({SCRATCH: 0.4}).head(0), 50, ["a"], blocks=3, pool=50)
    assert found.choices == []


def test_choices_validated_on_other_examples_are_refused():
    table = validated({SCRATCH: 0.4, **transfers("a", 0.5)})
    table.loc[table["source"] == "a", "validation_examples"] += 1
    with pytest.raises(ValueError, match="different validation examples"):
        evidence_at(table, 50, ["a"], blocks=3, pool=50)


def spread(replicates, shared, folds=5, each=10):
    replicate = np.repeat(np.arange(replicates), folds)
    return spread_of_mean(np.full(len(replicate), each), replicate, folds * each, shared)


def test_the_spread_is_nadeau_and_bengios_of_one_replicate():
    assert spread(1, 0.3) == pytest.approx(1 / 5 + 10 / 40)


def test_the_spread_is_bouckaert_and_franks_where_replicates_have_the_same_examples():
    assert spread(10, 1) == pytest.approx(1 / 50 + 10 / 40)


def test_replicates_without_a_common_example_are_independent():
    """A tenth of the variance of one, 1/5 + (1 - 1/5) 10/50 in units of that between examples."""
    assert spread(10, 0) == pytest.approx((1 / 5 + 4 / 5 * 10 / 50) / 10, rel=0.02)
    assert spread(10, 0) < spread(10, 0.5) < spread(10, 1)
