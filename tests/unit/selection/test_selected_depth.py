"""The depth selected by cross-validation, and what it loses."""

import numpy as np
import pytest
import torch

from defrost.selection.folds import Fold, stratified_folds
from defrost.selection.selected_depth import regrets, select_depth


def folds(sizes=(4, 4, 4)):
    rows = torch.arange(sum(sizes)).split(list(sizes))
    everything = torch.arange(sum(sizes))
    return [Fold(everything[~torch.isin(everything, part)], part) for part in rows]


def test_the_highest_mean_is_picked():
    found = select_depth([0, 1, 2], folds(), lambda fold: [0.25, 0.75, 0.5])
    assert found.depth == 1
    assert found.accuracy == pytest.approx([0.25, 0.75, 0.5])
    assert found.reason == ""


def test_ties_go_to_the_deepest_whatever_the_order_and_the_rounding():
    # the means of 0.1, 0.2, 0.3 and of 0.3, 0.0, 0.3 differ in the last bit
    columns = ([0.1, 0.2, 0.3], [0.3, 0.0, 0.3], [0.0, 0.0, 0.0])
    for depths in ([4, 2, 5], [2, 4, 5]):
        by_fold = zip(*columns, strict=True)
        assert select_depth(depths, folds(), lambda fold, left=by_fold: next(left)).depth == 4


def test_every_example_counts_the_same():
    accuracy = {3: [1.0, 0.0], 1: [0.0, 1.0]}
    found = select_depth([0, 1], folds((3, 1)), lambda fold: accuracy[len(fold.validation)])
    assert found.accuracy == pytest.approx([0.75, 0.25])
    assert found.depth == 0


def test_each_fold_is_trained_on_once_and_never_validated_on_its_own_rows():
    seen = []

    def accuracies(fold):
        seen.append(fold)
        return [0.0, 1.0]

    labels = torch.arange(20) % 4
    given = stratified_folds(labels, 5, torch.Generator().manual_seed(0))
    select_depth([0, 1], given, accuracies)
    assert len(seen) == 5
    for fold in seen:
        assert not set(fold.train.tolist()) & set(fold.validation.tolist())


def test_without_folds_all_depths_are_tied():
    found = select_depth([0, 3, 1], [], lambda fold: pytest.fail("trained"))
    assert found.depth == 3
    assert np.isnan(found.accuracy).all()
    assert "no class has two examples" in found.reason


@pytest.mark.parametrize("wrong", [[0.5], [0.5, float("nan")]])
def test_missing_accuracies_are_refused(wrong):
    with pytest.raises(ValueError, match="a fold needs 2 accuracies"):
        select_depth([0, 1], folds(), lambda fold: wrong)


def test_regret_by_hand():
    accuracy = np.array([[0.5, 0.8, 0.7], [0.6, 0.7, 0.9], [0.4, 0.8, 0.6]])  # the best is depth 2
    found = regrets(
        accuracy, [0, 2, 5], [2, 5, 0], {"standard": accuracy[:, 2], "scratch": accuracy[:, 0]}
    )
    assert found["selected"] == pytest.approx([0, -0.2, 0.4])
    assert found["standard"] == pytest.approx([0.1, -0.2, 0.2])
    assert found["scratch"] == pytest.approx([0.3, 0.1, 0.4])


def test_the_optimal_depth_has_no_regret_and_no_fixed_depth_has_less():
    accuracy = np.random.default_rng(0).uniform(size=(6, 4))
    best = int(accuracy.mean(axis=0).argmax())
    assert (regrets(accuracy, range(4), [best] * 6, {})["selected"] == 0).all()
    for depth in range(4):
        assert regrets(accuracy, range(4), [depth] * 6, {})["selected"].mean() >= 0


def test_what_was_not_run_has_no_regret():
    accuracy = np.array([[0.5, 0.8]])
    found = regrets(accuracy, [0, 1], [1], {"finetune_all": np.array([np.nan])})
    assert found["selected"] == 0
    assert np.isnan(found["finetune_all"]).all()


def test_selection_finds_a_planted_depth_more_often_with_more_examples():
    """Validation by coin flips with the planted accuracies: regret falls as examples grow."""
    planted = np.array([0.5, 0.65, 0.8, 0.6])
    generator = np.random.default_rng(0)

    def mean_regret(examples):
        labels = torch.arange(examples) % 2
        losses = []
        for seed in range(60):
            given = stratified_folds(labels, 5, torch.Generator().manual_seed(seed))
            found = select_depth(
                range(4),
                given,
                lambda fold: (
                    generator.binomial(len(fold.validation), planted) / len(fold.validation)
                ),
            )
            losses.append(planted.max() - planted[found.depth])
        return np.mean(losses)

    few, many = mean_regret(20), mean_regret(400)
    assert many < 0.005 < few < 0.1
