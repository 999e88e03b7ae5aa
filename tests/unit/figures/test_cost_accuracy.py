import numpy as np
import pytest
from made import make_costs
from matplotlib.collections import LineCollection, PathCollection
from scipy.stats import t

from defrost.figures.cost_accuracy import costs_and_accuracies, draw_cost_accuracy
from defrost.transfer.protocols import PROTOCOLS

ALL = list(PROTOCOLS)
# of three blocks, from the cheapest
FRONT = [("freeze", 3), ("gradual", 2), ("gradual", 1), ("gradual", 0)]


def drawn_points(panel):
    scattered = [c for c in panel.collections if isinstance(c, PathCollection)]
    return sorted(tuple(xy) for points in scattered for xy in points.get_offsets().tolist())


def front_of(points):
    front = points[points["on_front"]].sort_values("train_flops")
    return list(zip(front["protocol"], front["depth"], strict=True))


def test_plotted_numbers_are_means_with_students_t_intervals():
    table = make_costs(["near"])
    plotted = costs_and_accuracies(table, ["near"], ALL)
    assert list(plotted.columns) == [
        "source",
        "protocol",
        "size",
        "depth",
        "train_flops",
        "test_accuracy",
        "low",
        "high",
        "replicates",
        "on_front",
    ]
    point = plotted.query("protocol == 'freeze' and depth == 2 and size == 20").squeeze()
    values = 0.68 + np.array([0, 0.02, 0.04])
    half = t.ppf(0.975, 2) * values.std(ddof=1) / np.sqrt(3)
    assert point["test_accuracy"] == pytest.approx(values.mean())
    assert (point["low"], point["high"]) == pytest.approx(
        (values.mean() - half, values.mean() + half)
    )
    assert point["train_flops"] == pytest.approx(0.09 * 1e9 * 20)
    assert point["replicates"] == 3


def test_costs_that_differ_between_replicates_are_averaged():
    table = make_costs(["near"], ["freeze"], sizes=[20])
    table["train_flops"] += 3000 * table["replicate"]
    plotted = costs_and_accuracies(table, ["near"], ["freeze"])
    assert plotted.set_index("depth")["train_flops"][3] == pytest.approx(0.027 * 1e9 * 20 + 3000)


def test_same_cells_are_one_point_of_the_first_protocol():
    plotted = costs_and_accuracies(make_costs(["near"], sizes=[20]), ["near"], ALL)
    assert list(zip(plotted["protocol"], plotted["depth"], strict=True)) == [
        ("scratch", 0),
        *(("freeze", k) for k in (1, 2, 3)),
        *(("finetune", k) for k in (1, 2, 3)),
        *(("defrost", k) for k in (1, 2)),
        *(("gradual", k) for k in (0, 1, 2)),
    ]
    turned = ["gradual", "defrost", "finetune"]
    plotted = costs_and_accuracies(make_costs(["near"], turned, sizes=[20]), ["near"], turned)
    assert list(plotted.query("depth == 3")["protocol"]) == ["gradual"]
    assert list(plotted.query("depth == 0")["protocol"]) == ["scratch", "gradual", "defrost"]


def test_equal_accuracies_alone_do_not_make_cells_the_same():
    table = make_costs(["near"], sizes=[20]).assign(test_accuracy=0.9)
    assert len(costs_and_accuracies(table, ["near"], ALL)) == 12


def test_the_front_is_marked_in_every_panel():
    plotted = costs_and_accuracies(make_costs(["near", "far"]), ["near", "far"], ALL)
    for _, points in plotted.groupby(["source", "size"]):
        assert front_of(points) == FRONT


def test_scratch_can_be_on_the_front():
    table = make_costs(["bad"], ["finetune"], sizes=[20])
    table.loc[table["source"] == "bad", "test_accuracy"] -= 0.5
    assert front_of(costs_and_accuracies(table, ["bad"], ["finetune"])) == [("scratch", 0)]


def test_equal_means_that_differ_by_rounding_are_a_tie():
    table = make_costs(["near"], ["freeze"], sizes=[20])
    table.loc[table["depth"] == 3, "test_accuracy"] = [0.7, 0.8, 0.9]
    # the same mean but for its last digit, at a higher cost
    table.loc[table["depth"] == 2, "test_accuracy"] = np.nextafter([0.7, 0.8, 0.9], 1)
    assert front_of(costs_and_accuracies(table, ["near"], ["freeze"])) == [("freeze", 3)]


def test_figure_draws_the_plotted_numbers():
    figure, plotted = draw_cost_accuracy(make_costs(["near", "far"]), ["near", "far"], ALL)
    panels = zip(figure.axes, plotted.groupby(["source", "size"], sort=False), strict=True)
    for panel, (_, points) in panels:
        pairs = points[["train_flops", "test_accuracy"]].itertuples(index=False, name=None)
        assert drawn_points(panel) == sorted(pairs)
        bars = [c.get_segments() for c in panel.collections if isinstance(c, LineCollection)]
        ends = sorted(bar[:, 1].tolist() for segments in bars for bar in segments)
        assert np.array(ends) == pytest.approx(np.sort(points[["low", "high"]].to_numpy(), axis=0))


def test_the_line_of_the_front_goes_through_its_points_to_the_highest_cost():
    figure, plotted = draw_cost_accuracy(make_costs(["near"], sizes=[20]), ["near"], ALL)
    (panel,) = figure.axes
    (line,) = (line for line in panel.lines if line.get_drawstyle() == "steps-post")
    front = plotted[plotted["on_front"]].sort_values("train_flops")
    expected = front[["train_flops", "test_accuracy"]].to_numpy().tolist()
    assert line.get_xydata().tolist() == [
        *expected,
        [plotted["train_flops"].max(), plotted["test_accuracy"].max()],
    ]


def test_points_of_the_front_have_their_depth_beside_them():
    figure, plotted = draw_cost_accuracy(make_costs(["near"], sizes=[20]), ["near"], ALL)
    front = plotted[plotted["on_front"]].set_index(["train_flops", "test_accuracy"])["depth"]
    written = {text.xy: int(text.get_text()) for text in figure.axes[0].texts}
    assert written == front.to_dict()


def test_deeper_points_are_larger():
    figure, _ = draw_cost_accuracy(
        make_costs(["near"], ["freeze"], sizes=[20]), ["near"], ["freeze"]
    )
    areas = {
        tuple(xy): area
        for points in figure.axes[0].collections
        if isinstance(points, PathCollection)
        for xy, area in zip(points.get_offsets().tolist(), points.get_sizes(), strict=True)
    }
    by_cost = [areas[xy] for xy in sorted(areas) if xy[1] > 0.6]  # without scratch
    assert by_cost == sorted(by_cost, reverse=True) and len(set(by_cost)) == 3


def test_a_row_for_every_source_with_three_of_its_sizes():
    sizes = (10, 20, 50, 100, 200)
    table = make_costs(["near", "few"], ["freeze"], sizes=sizes)
    table = table[(table["source"] != "few") | table["size"].isin([20, 200])]
    figure, plotted = draw_cost_accuracy(table, ["near", "few"], ["freeze"])
    assert [panel.get_title() for panel in figure.axes] == [
        "source: near\n$n$ = 10",
        "source: near\n$n$ = 50",
        "source: near\n$n$ = 200",
        "source: few\n$n$ = 20",
        "source: few\n$n$ = 200",
    ]
    assert set(plotted["size"]) == {10, 20, 50, 200}
    rows = [panel.get_subplotspec().rowspan.start for panel in figure.axes]
    assert rows == [0, 0, 0, 1, 1]


def test_panels_of_one_size_stand_side_by_side():
    sources = ["near", "far", "further"]
    figure, _ = draw_cost_accuracy(make_costs(sources, sizes=[20]), sources, ALL)
    assert {panel.get_subplotspec().rowspan.start for panel in figure.axes} == {0}


def test_the_legend_names_what_is_drawn():
    protocols = ["defrost", "freeze"]
    figure, _ = draw_cost_accuracy(make_costs(["near"], protocols), ["near"], protocols)
    assert [text.get_text() for text in figure.legends[0].get_texts()] == [
        "scratch",
        "defrost",
        "freeze",
        "Pareto front",
        "depth 0",
        "depth 3",
    ]


@pytest.mark.parametrize(
    ("protocols", "grid"),
    [
        (ALL, {"blocks": 12, "sizes": [20]}),
        (["gradual"], {"blocks": 12, "sizes": [20], "replicates": 1}),
    ],
)
def test_many_depths_draw(assert_readable, protocols, grid):
    figure, plotted = draw_cost_accuracy(
        make_costs(["only"], protocols, **grid), ["only"], protocols
    )
    assert_readable(figure)
    assert plotted["low"].isna().all() == (grid.get("replicates") == 1)


def test_bars_end_where_accuracies_do():
    table = make_costs(["near"], ["freeze"], sizes=[20])
    table["test_accuracy"] = table["replicate"].map({0: 0.0, 1: 0.5, 2: 1.0})
    figure, plotted = draw_cost_accuracy(table, ["near"], ["freeze"])
    assert plotted["low"].min() < 0 and plotted["high"].max() > 1
    bars = [c for c in figure.axes[0].collections if isinstance(c, LineCollection)]
    ends = {end for c in bars for bar in c.get_segments() for end in bar[:, 1]}
    assert ends == {0, 1}
