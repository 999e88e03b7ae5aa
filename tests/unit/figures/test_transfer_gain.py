import numpy as np
import pandas as pd
import pytest

from defrost.figures.transfer_gain import draw_transfer_gain

COLUMNS = ["gain", "gain_low", "gain_high"]
OVER_STANDARD = [column.replace("gain", "gain_over_standard") for column in COLUMNS]


def make_optimal(sources, protocols=("freeze",), sizes=(20, 50, 1000)):
    """Return a table of optimal depths in which every gain is another number."""
    rows = []
    for protocol in protocols:
        for source in sources:
            for size in sizes:
                gain = 0.3 - 0.004 * len(rows)
                rows.append(
                    {
                        "study": "tiny",
                        "source": source,
                        "protocol": protocol,
                        "size": size,
                        **dict(zip(COLUMNS, (gain, gain - 0.01, gain + 0.02), strict=True)),
                        **dict(
                            zip(OVER_STANDARD, (0.1 - gain, 0.07 - gain, 0.11 - gain), strict=True)
                        ),
                    }
                )
    return pd.DataFrame(rows)


def test_plotted_numbers_are_those_of_the_table():
    optimal = make_optimal(["near", "far"])
    _, plotted = draw_transfer_gain(optimal, ["near", "far"], ["freeze"])
    assert plotted.equals(optimal[["source", "protocol", "size", *COLUMNS, *OVER_STANDARD]])


@pytest.mark.parametrize(("panel", "columns"), [(0, COLUMNS), (1, OVER_STANDARD)])
def test_points_and_bars_are_the_gains_and_their_intervals(panel, columns):
    optimal = make_optimal(["near", "far"])
    figure, _ = draw_transfer_gain(optimal, ["near", "far"], ["freeze"])
    for source, bars in zip(["near", "far"], figure.axes[panel].containers, strict=True):
        value, low, high = (optimal[optimal["source"] == source][name] for name in columns)
        assert bars[0].get_ydata().tolist() == value.tolist()
        (intervals,) = bars[2]
        ends = np.array([segment[:, 1] for segment in intervals.get_segments()])
        assert ends == pytest.approx(np.column_stack([low, high]))


def test_panels_are_named_and_have_a_line_at_zero():
    protocols = ["freeze", "finetune"]
    figure, _ = draw_transfer_gain(make_optimal(["near"], protocols), ["near"], protocols)
    assert [panel.get_title() for panel in figure.axes] == [
        "protocol: freeze\nover scratch",
        "protocol: freeze\nover the standard protocol",
        "protocol: finetune\nover scratch",
        "protocol: finetune\nover the standard protocol",
    ]
    for panel in figure.axes:
        assert any(list(line.get_ydata()) == [0, 0] for line in panel.lines)


def test_a_protocol_has_its_own_gains():
    protocols = ["freeze", "finetune"]
    optimal = make_optimal(["near"], protocols)
    figure, _ = draw_transfer_gain(optimal, ["near"], protocols)
    (bars,) = figure.axes[2].containers
    expected = optimal[optimal["protocol"] == "finetune"]["gain"]
    assert bars[0].get_ydata().tolist() == expected.tolist()


def test_small_gains_are_apart_beside_large_ones():
    optimal = make_optimal(["near"], sizes=(20, 50)).assign(gain=[0.7, 0.01], gain_low=0.005)
    figure, _ = draw_transfer_gain(optimal.assign(gain_high=0.8), ["near"], ["freeze"])
    (panel, _) = figure.axes
    height = panel.transAxes.inverted().transform(panel.transData.transform([[20, 0.01], [20, 0]]))
    assert height[0, 1] - height[1, 1] > 0.05


def test_points_of_one_size_are_apart_and_read_as_their_size():
    sources, sizes = [f"source_{i}" for i in range(12)], (20, 50, 1000)
    figure, _ = draw_transfer_gain(make_optimal(sources, sizes=sizes), sources, ["freeze"])
    lines = [bars[0].get_xdata() for bars in figure.axes[0].containers]
    assert len({tuple(line) for line in lines}) == 12
    for line in lines:
        assert [min(sizes, key=lambda size: abs(size - x)) for x in line] == list(sizes)


def test_all_that_is_drawn_lies_within_the_axis():
    optimal = make_optimal(["near", "far"])
    figure, plotted = draw_transfer_gain(optimal, ["near", "far"], ["freeze"])
    low, high = figure.axes[0].get_ylim()
    numbers = plotted[[*COLUMNS, *OVER_STANDARD]]
    assert low < numbers.min(axis=None) and numbers.max(axis=None) < high


def test_a_panel_without_gains_says_so(assert_readable):
    optimal = make_optimal(["near"]).assign(**dict.fromkeys(OVER_STANDARD, float("nan")))
    figure, _ = draw_transfer_gain(optimal, ["near"], ["freeze"])
    said = [[text.get_text() for text in panel.texts] for panel in figure.axes]
    assert said == [[], ["no value"]]
    assert_readable(figure)


def test_one_replicate_leaves_an_empty_figure_that_says_so(assert_readable):
    nothing = dict.fromkeys([*COLUMNS, *OVER_STANDARD], float("nan"))
    figure, _ = draw_transfer_gain(make_optimal(["near"]).assign(**nothing), ["near"], ["freeze"])
    assert [panel.texts[0].get_text() for panel in figure.axes] == ["no value"] * 2
    assert_readable(figure)


@pytest.mark.parametrize("sizes", [[50], [10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000]])
def test_one_and_many_sizes_are_readable(assert_readable, sizes):
    optimal = make_optimal(["near", "far"], sizes=sizes)
    assert_readable(draw_transfer_gain(optimal, ["near", "far"], ["freeze"])[0])


@pytest.mark.parametrize("scale", [0.001, 0.1, 1])
def test_small_and_large_gains_are_readable(assert_readable, scale):
    optimal = make_optimal(["near", "far"])
    optimal[COLUMNS + OVER_STANDARD] *= scale
    assert_readable(draw_transfer_gain(optimal, ["near", "far"], ["freeze"])[0])


def test_many_long_names_stay_apart(assert_readable, long_names):
    protocols = ["freeze", "finetune", "defrost", "gradual"]
    optimal = make_optimal(long_names, protocols)
    assert_readable(draw_transfer_gain(optimal, long_names, protocols)[0])


def test_drawn_twice_the_bytes_are_the_same(saved_bytes):
    optimal = make_optimal(["near", "far"])
    first, second = (
        saved_bytes(*draw_transfer_gain(optimal, ["near", "far"], ["freeze"]), folder)
        for folder in ("first", "second")
    )
    assert first == second and len(first) == 4
