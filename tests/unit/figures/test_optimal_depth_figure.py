import pandas as pd
import pytest

from defrost.figures.optimal_depth import draw_optimal_depth
from defrost.figures.style import source_looks


def make_optimal(sources, protocols=("freeze",), sizes=(20, 50, 1000)):
    rows = [
        {
            "study": "tiny",
            "source": source,
            "protocol": protocol,
            "size": size,
            "optimal_depth": 2,
            "depth_low": 1,
            "depth_high": 4,
            "test_accuracy": 0.8,
            "gain": 0.1,
        }
        for source in sources
        for protocol in protocols
        for size in sizes
    ]
    return pd.DataFrame(rows)


DEPTHS = [0, 1, 2, 3, 4]


def lines(panel):
    return [bars[0].get_xydata() for bars in panel.containers]


def test_plotted_numbers_are_those_of_the_table():
    optimal = make_optimal(["near", "far"])
    _, plotted = draw_optimal_depth(optimal, ["near", "far"], ["freeze"], DEPTHS)
    assert plotted.equals(
        optimal[["source", "protocol", "size", "optimal_depth", "depth_low", "depth_high"]]
    )


def test_bars_reach_from_low_to_high():
    figure, _ = draw_optimal_depth(make_optimal(["only"]), ["only"], ["freeze"], DEPTHS)
    (bars,) = figure.axes[0].containers
    assert bars[0].get_xydata().tolist() == [[20, 2], [50, 2], [1000, 2]]
    (intervals,) = bars[2]
    assert [segment[:, 1].tolist() for segment in intervals.get_segments()] == [[1, 4]] * 3


@pytest.mark.parametrize("count", [2, 6, 12])
def test_equal_lines_are_apart_and_still_read_as_their_depth_and_size(count):
    sources = [f"source_{i}" for i in range(count)]
    sizes = (20, 50, 1000)
    figure, _ = draw_optimal_depth(make_optimal(sources), sources, ["freeze"], DEPTHS)
    drawn = lines(figure.axes[0])
    assert len({tuple(map(tuple, line)) for line in drawn}) == count
    for line in drawn:
        assert abs(line[:, 1] - 2).max() < 0.25
        assert [min(sizes, key=lambda size: abs(size - x)) for x in line[:, 0]] == list(sizes)


def test_lines_of_a_dial_have_its_colours():
    sources, dials = ["far", "near"], {"far": 0.0, "near": 1.0}
    figure, _ = draw_optimal_depth(make_optimal(sources), sources, ["freeze"], DEPTHS, dials)
    colours = [bars[0].get_color() for bars in figure.axes[0].containers]
    assert colours == [look["color"] for look in source_looks(sources, dials).values()]


def test_ticks_are_the_sizes_and_whole_depths(assert_readable):
    figure, _ = draw_optimal_depth(make_optimal(["only"]), ["only"], ["freeze"], DEPTHS)
    assert_readable(figure)
    (panel,) = figure.axes
    assert [label.get_text() for label in panel.get_xticklabels()] == ["20", "50", "1,000"]
    low, high = panel.get_ylim()
    assert [tick for tick in panel.get_yticks() if low < tick < high] == DEPTHS


def test_a_panel_for_every_protocol():
    protocols = ["freeze", "finetune"]
    optimal = make_optimal(["near"], protocols)
    figure, _ = draw_optimal_depth(optimal, ["near"], protocols, DEPTHS)
    titles = [panel.get_title() for panel in figure.axes]
    assert titles == ["protocol: freeze", "protocol: finetune"]


def test_many_sizes_draw(assert_readable):
    sizes = [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]
    optimal = make_optimal(["near", "far"], sizes=sizes)
    figure, _ = draw_optimal_depth(optimal, ["near", "far"], ["freeze"], DEPTHS)
    assert_readable(figure)
