import numpy as np
import pytest
from scipy.stats import t

from defrost.figures.accuracy_by_depth import draw_accuracy_by_depth, mean_accuracies


def test_plotted_numbers_are_means_with_students_t_intervals(make_accuracy):
    accuracy = make_accuracy(["near"])
    plotted = mean_accuracies(accuracy, ["near"], ["freeze"])
    point = plotted.query("size == 20 and depth == 1").squeeze()
    values = 0.7 + np.array([0, 0.01, 0.02]) + 0.02 - 1 / 9
    half = t.ppf(0.975, 2) * values.std(ddof=1) / np.sqrt(3)
    assert point["test_accuracy"] == pytest.approx(values.mean())
    assert point["low"] == pytest.approx(values.mean() - half)
    assert point["high"] == pytest.approx(values.mean() + half)
    assert point["replicates"] == 3


def test_depth_0_is_scratch_in_every_panel(make_accuracy):
    plotted = mean_accuracies(make_accuracy(["near", "far"]), ["near", "far"], ["freeze"])
    scratch = plotted.query("depth == 0 and size == 100")
    assert list(scratch["source"]) == ["near", "far"]
    assert scratch["test_accuracy"].tolist() == pytest.approx([0.61, 0.61])


def test_optimum_is_marked_once_on_each_curve(make_accuracy):
    plotted = mean_accuracies(make_accuracy(["near", "far"]), ["near", "far"], ["freeze"])
    optima = plotted[plotted["optimal"]]
    assert len(optima) == 4 and set(optima["depth"]) == {2}


def test_scratch_can_be_the_optimum(make_accuracy):
    accuracy = make_accuracy(["bad"])
    accuracy.loc[accuracy["depth"] > 0, "test_accuracy"] -= 0.5
    plotted = mean_accuracies(accuracy, ["bad"], ["freeze"])
    assert set(plotted.loc[plotted["optimal"], "depth"]) == {0}


def test_figure_draws_the_plotted_numbers(make_accuracy):
    figure, plotted = draw_accuracy_by_depth(make_accuracy(["near"]), ["near"], ["freeze"])
    (panel,) = figure.axes
    curve = plotted.query("size == 100")
    drawn = [line.get_xydata().tolist() for line in panel.lines]
    assert curve[["depth", "test_accuracy"]].to_numpy(float).tolist() in drawn
    rings = next(line for line in panel.lines if line.get_markerfacecolor() == "none")
    assert rings.get_xdata().tolist() == [2, 2]


def test_panels_follow_the_given_order(make_accuracy):
    sources, protocols = ["zebra", "ant"], ["freeze", "finetune"]
    figure, _ = draw_accuracy_by_depth(make_accuracy(sources, protocols), sources, protocols)
    assert [panel.get_title() for panel in figure.axes] == [
        "source: zebra\nprotocol: freeze",
        "source: ant\nprotocol: freeze",
        "source: zebra\nprotocol: finetune",
        "source: ant\nprotocol: finetune",
    ]


def test_ticks_are_whole_depths_with_one_y_axis(make_accuracy, assert_readable):
    figure, _ = draw_accuracy_by_depth(make_accuracy(["a", "b"]), ["a", "b"], ["freeze"])
    assert_readable(figure)
    left, right = figure.axes
    assert all(tick == int(tick) for tick in left.get_xticks())
    assert left.get_ylim() == right.get_ylim()


def test_one_replicate_has_no_interval(make_accuracy):
    plotted = mean_accuracies(make_accuracy(["only"], replicates=1), ["only"], ["freeze"])
    assert plotted[["low", "high"]].isna().all(axis=None)


def test_rings_and_points_are_not_cut_off_at_the_ends_of_the_axis(make_accuracy, assert_readable):
    accuracy = make_accuracy(["near"])
    accuracy["test_accuracy"] = np.where(accuracy["depth"] == 2, 1.0, 0.0)
    figure, _ = draw_accuracy_by_depth(accuracy, ["near"], ["freeze"])
    assert_readable(figure)
    assert figure.axes[0].get_yticks().max() == 1
