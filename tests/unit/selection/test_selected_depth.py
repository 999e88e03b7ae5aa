"""The depth selected by cross-validation, and what it loses."""

import numpy as np
import pandas as pd
import pytest

from defrost.selection.selected_depth import regrets, select_depths, selected_depth_table
from defrost.statistics.cells import with_shared_cells
from defrost.transfer.protocols import representative


def test_the_depth_with_most_examples_right_is_selected():
    assert select_depths(np.array([[3, 9, 6], [8, 2, 1]]), [0, 1, 2]) == [1, 0]


def test_ties_go_to_the_deepest_whatever_the_order():
    assert select_depths(np.array([[5, 5, 4]]), [4, 2, 5]) == [4]
    assert select_depths(np.array([[5, 5, 4]]), [2, 4, 5]) == [4]


def test_regret_by_hand():
    accuracy = np.array([[0.5, 0.8, 0.7], [0.6, 0.7, 0.9], [0.4, 0.8, 0.6]])  # the best is the 2nd
    rules = {"selected": np.array([0.8, 0.9, 0.4]), "scratch": accuracy[:, 0]}
    found = regrets(accuracy, rules)
    assert found["selected"] == pytest.approx([0, -0.2, 0.4])
    assert found["scratch"] == pytest.approx([0.3, 0.1, 0.4])


def test_of_depths_that_differ_by_rounding_the_first_is_optimal():
    accuracy = np.array([[0.3, 0.1], [0.2, 0.2], [0.1, 0.3]])
    assert accuracy.mean(axis=0).argmax() == 1  # 0.1 + 0.2 + 0.3 is not 0.3 + 0.2 + 0.1
    assert (regrets(accuracy, {"first": accuracy[:, 0]})["first"] == 0).all()


def test_no_fixed_depth_has_less_than_no_regret_on_average():
    accuracy = np.random.default_rng(0).uniform(size=(6, 4))
    best = int(accuracy.mean(axis=0).argmax())
    for depth in range(4):
        lost = regrets(accuracy, {"fixed": accuracy[:, depth]})["fixed"]
        assert (lost == 0).all() if depth == best else lost.mean() > 0


BLOCKS, EXAMPLES = 3, 10
# by protocol and depth: test accuracy, and how many of a fold's ten examples are told right
CELLS = {
    ("scratch", 0): (0.5, 4),
    ("freeze", 1): (0.6, 7),
    ("freeze", 2): (0.8, 6),
    ("freeze", 3): (0.7, 5),
    ("finetune", 1): (0.72, 5),
    ("finetune", 2): (0.74, 8),
    ("finetune", 3): (0.9, 8),
    ("defrost", 1): (0.85, 9),
    ("defrost", 2): (0.75, 3),
}


def tables(protocols=("freeze", "finetune", "defrost"), sizes=(20, 50), replicates=3):
    """Return a cross-validation table of size 20, and an accuracy table of all sizes."""
    shared = {
        (protocol, depth): representative(protocol, depth, BLOCKS)
        for protocol in protocols
        for depth in range(BLOCKS + 1)
    }
    accuracy, validation = [], []
    for cell in dict.fromkeys([("scratch", 0), *shared.values()]):
        tested, correct = CELLS[cell]
        protocol, depth = cell
        source = "scratch" if protocol == "scratch" else "near"
        key = {"study": "tiny", "source": source, "protocol": protocol, "depth": depth}
        for size in sizes:
            for replicate in range(replicates):
                row = {**key, "size": size, "replicate": replicate}
                accuracy.append({**row, "test_accuracy": tested + replicate / 100})
                if size == min(sizes):
                    folds = [{**row, "fold": fold, "correct": correct} for fold in range(2)]
                    validation += [{**f, "validation_examples": EXAMPLES} for f in folds]
    return tuple(with_shared_cells(pd.DataFrame(rows), shared) for rows in (validation, accuracy))


def test_a_row_for_every_cross_validated_replicate():
    table = selected_depth_table(*tables(), BLOCKS)
    assert set(table["size"]) == {20}
    assert len(table) == 3 * 3
    rows = table[table["replicate"] == 1].set_index("protocol")
    # freeze: depth 1 validates best, depth 2 is best; finetune 2 and 3 tie; defrost 1 is both
    assert rows["selected_depth"].to_dict() == {"freeze": 1, "finetune": 3, "defrost": 1}
    assert rows["test_accuracy"].to_dict() == pytest.approx(
        {"freeze": 0.61, "finetune": 0.91, "defrost": 0.86}
    )
    assert rows["regret"].to_dict() == pytest.approx(
        {"freeze": 0.2, "finetune": 0, "defrost": 0.05}
    )
    # the optimal depth of freeze has 0.8, of the others 0.9: fine-tuning everything, both
    for rule, accuracy in (("standard", 0.7), ("scratch", 0.5), ("finetune", 0.9)):
        expected = {"freeze": 0.8, "finetune": 0.9, "defrost": 0.9}
        assert rows[f"regret_{rule}"].to_dict() == pytest.approx(
            {protocol: best - accuracy for protocol, best in expected.items()}
        )


def test_scratch_can_be_selected_where_the_protocol_starts_there():
    validation, accuracy = tables(("freeze",))
    validation.loc[validation["source"] == "scratch", "correct"] = 10
    assert set(selected_depth_table(validation, accuracy, BLOCKS)["selected_depth"]) == {0}
    validation, accuracy = tables(("freeze", "defrost"))
    validation.loc[validation["source"] == "scratch", "correct"] = 10
    table = selected_depth_table(validation, accuracy, BLOCKS).set_index("protocol")
    assert set(table.loc["defrost", "selected_depth"]) == {1}


def test_what_was_not_run_has_no_regret():
    table = selected_depth_table(*tables(("freeze",), replicates=1), BLOCKS)
    assert table["regret_finetune"].isna().all()
    assert table[["regret", "regret_standard", "regret_scratch"]].notna().all(axis=None)


def test_the_standard_protocol_is_found_under_another_name():
    table = selected_depth_table(*tables(("defrost",)), BLOCKS)
    assert table["regret_standard"].to_numpy() == pytest.approx(0.2)


def test_selection_finds_a_planted_depth_more_often_with_more_examples():
    """Validation by coin flips with the planted accuracies: regret falls as examples grow."""
    planted = np.array([0.5, 0.65, 0.8, 0.6])
    generator = np.random.default_rng(0)
    mean_regret = {}
    for examples in (20, 400):
        correct = generator.binomial(examples, planted, size=(300, 4))
        mean_regret[examples] = (0.8 - planted[select_depths(correct, range(4))]).mean()
    assert mean_regret[400] < 0.005 < mean_regret[20] < 0.1
