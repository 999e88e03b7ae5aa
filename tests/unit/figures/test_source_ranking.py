import numpy as np
import pytest
from made import make_ranking

from defrost.figures.source_ranking import agreements, draw_source_ranking
from defrost.selection.registry import SCORES
from defrost.similarity.measures import PAIR_MEASURES


def test_a_point_for_every_size_score_and_summary_of_blocks():
    table = make_ranking()
    plotted = agreements(table)
    assert len(plotted) == 2 * (3 * (len(SCORES) - 2 + len(PAIR_MEASURES)) + 2)
    point = plotted.query("size == 50 and score == 'parc' and blocks == 'last'").squeeze()
    row = table.query("size == 50 and score == 'parc' and blocks == 'last'").iloc[0]
    for column in ("kendall_tau", "tau_null_low", "tau_null_high", "pick_regret"):
        assert point[column] == row[column]
    # gains of 0 to 0.4: one at random loses 0.2 on average
    assert point["chance_regret"] == pytest.approx(0.2)
    assert point["all_sources"] == 5


def test_scores_that_need_the_same_stand_together():
    order = list(dict.fromkeys(agreements(make_ranking())["score"]))
    assert order[:6] == ["logme", "h_score", "parc", "linear_probe", "leep", "nce"]
    assert order[6:9] == ["rsa_selection", "dds_cosine", "dds_laplacian"]
    assert set(order[9:]) == set(PAIR_MEASURES)


def points_of(panel, label):
    (line,) = (line for line in panel.lines if line.get_label() == label)
    return line.get_xdata(), np.round(line.get_ydata())


def test_panels_show_the_numbers_each_on_the_line_of_its_score():
    figure, plotted = draw_source_ranking(make_ranking())
    scores = list(dict.fromkeys(plotted["score"]))
    for panel, (size, column) in zip(
        figure.axes,
        [(50, "kendall_tau"), (50, "pick_regret"), (1000, "kendall_tau"), (1000, "pick_regret")],
        strict=True,
    ):
        shown = plotted[(plotted["size"] == size) & (plotted["blocks"] == "best")]
        values, places = points_of(panel, "best block")
        assert values.tolist() == shown[column].tolist()
        assert places.tolist() == [scores.index(score) for score in shown["score"]]


def test_the_range_of_chance_is_shaded_for_every_score():
    figure, plotted = draw_source_ranking(make_ranking())
    for bar in figure.axes[0].patches:
        assert (bar.get_x(), bar.get_x() + bar.get_width()) == pytest.approx((-0.8, 0.8))
    assert len(figure.axes[0].patches) == plotted["score"].nunique()


def test_two_sources_have_regrets_and_no_tau(assert_readable):
    figure, plotted = draw_source_ranking(make_ranking(sources=("far", "near")))
    assert plotted["kendall_tau"].isna().all()
    assert not figure.axes[0].patches
    assert "no value" in [text.get_text() for text in figure.axes[0].texts]
    assert_readable(figure)


def test_one_replicate_leaves_an_empty_figure_that_says_so(assert_readable):
    figure, _ = draw_source_ranking(make_ranking(gain=float("nan")))
    for panel in figure.axes:
        assert "no value" in [text.get_text() for text in panel.texts]
    assert_readable(figure)
