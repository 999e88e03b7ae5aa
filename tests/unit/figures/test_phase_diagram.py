import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_rgb

from defrost.figures.phase_diagram import draw_phase_diagram

DEPTHS = [1, 2, 3, 4]
VALUES = {"far": 0.25, "unrelated": 0, "same": 1}
SIZES = (50, 200, 1000)


def make_optimal(values=VALUES, sizes=SIZES, protocols=("freeze",), **numbers):
    """Return a table whose depths and gains grow with the dial and shrink with the size."""
    rows = [
        {
            "study": "tiny",
            "source": source,
            "protocol": protocol,
            "size": size,
            "optimal_depth": round(4 * value),
            "depth_low": max(round(4 * value) - place % 2, 0),
            "depth_high": round(4 * value),
            "test_accuracy": 0.7,
            "gain": (gain := value / (2 + place)),
            "gain_low": gain - 0.1,
            "gain_high": gain + 0.1,
            **numbers,
        }
        for source, value in values.items()
        for protocol in protocols
        for place, size in enumerate(sizes)
    ]
    return pd.DataFrame(rows)


def draw(optimal, values=VALUES, protocols=("freeze",), depths=DEPTHS):
    return draw_phase_diagram(optimal, "feature_overlap", values, list(protocols), depths)


def panels_of(figure):
    """Return the panels, depth and gain in turn, and the two colour bars."""
    bars, panels = figure.axes[:2], figure.axes[2:]
    return panels, bars


def words_in(panel):
    """Return the words in every cell, the number first: (row from below, column) -> words."""
    cells = {}
    for text in panel.texts:
        column, row = text.xy
        cells.setdefault((int(row), int(column)), []).append(text.get_text())
    return cells


def luminance(colour):
    parts = np.array(to_rgb(colour))
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def cell_colours(panel):
    """Return the colours of a panel's cells, rows from below x columns x red, green, blue."""
    (mesh,) = panel.collections
    return mesh.to_rgba(mesh.get_array())[..., :3]


def test_plotted_numbers_are_those_of_the_table():
    optimal = make_optimal({**VALUES, "untrained": 0})
    _, plotted = draw(optimal)
    assert set(plotted["source"]) == set(VALUES)
    assert (plotted["dial_value"] == plotted["source"].map(VALUES)).all()
    keys = ["study", "source", "protocol", "size"]
    numbers = ["optimal_depth", "depth_low", "depth_high", "gain", "gain_low", "gain_high"]
    assert list(plotted.columns) == [*keys[:3], "dial_value", "size", *numbers]
    merged = plotted.merge(optimal, on=keys)
    assert len(merged) == len(plotted) == 9
    for name in numbers:
        assert (merged[f"{name}_x"] == merged[f"{name}_y"]).all()


def test_cells_show_the_plotted_numbers():
    figure, plotted = draw(make_optimal())
    (depth, gain), _ = panels_of(figure)
    sources = ["unrelated", "far", "same"]  # from below
    table = plotted.set_index(["source", "size"])
    for row, source in enumerate(sources):
        for column, size in enumerate(SIZES):
            numbers = table.loc[(source, size)]
            assert depth.collections[0].get_array()[row, column] == numbers["optimal_depth"]
            assert gain.collections[0].get_array()[row, column] == numbers["gain"]
            assert words_in(depth)[row, column][0] == str(numbers["optimal_depth"])
            assert float(words_in(gain)[row, column][0]) == round(numbers["gain"], 2)


def test_larger_dial_is_above_and_larger_size_to_the_right():
    figure, _ = draw(make_optimal().sample(frac=1, random_state=0))
    (depth, gain), _ = panels_of(figure)
    assert [label.get_text() for label in depth.get_yticklabels()] == ["0", "0.25", "1"]
    assert not depth.yaxis_inverted() and not depth.xaxis_inverted()
    for panel in (depth, gain):
        assert [label.get_text() for label in panel.get_xticklabels()] == ["50", "200", "1,000"]
    assert depth.get_ylabel() == "feature overlap\n(0 unrelated, 1 same)"


def test_range_of_depths_is_written_where_there_is_one():
    figure, _ = draw(make_optimal({"same": 1}), {"same": 1})
    (depth, _), _ = panels_of(figure)
    assert words_in(depth) == {(0, 0): ["4"], (0, 1): ["4", "3–4"], (0, 2): ["4"]}


def test_gains_whose_interval_contains_0_are_marked():
    optimal = make_optimal({"same": 1}, sizes=(1, 2, 3, 4, 5))
    optimal["gain"] = [0.256, 0.05, -0.001, -0.08, 0.1]
    optimal["gain_low"] = [0.2, -0.01, -0.01, -0.09, np.nan]
    optimal["gain_high"] = [0.3, 0.11, 0, -0.07, np.nan]
    figure, _ = draw(optimal, {"same": 1})
    (_, gain), _ = panels_of(figure)
    assert words_in(gain) == {
        (0, 0): ["+0.26"],
        (0, 1): ["+0.05", "○"],
        (0, 2): ["0.00", "○"],
        (0, 3): ["−0.08"],
        (0, 4): ["+0.10"],
    }
    bold = [text.get_text() for text in gain.texts if text.get_fontweight() == "bold"]
    assert bold == ["+0.26", "−0.08"]
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["95 % interval contains 0"]


def test_a_legend_explains_only_marks_that_are_there():
    figure, _ = draw(make_optimal(gain=0.2, gain_low=0.1, gain_high=0.3))
    assert not figure.legends


def test_cells_without_a_row_are_left_out(assert_readable):
    optimal = make_optimal().query("not (source == 'far' and size > 50)")
    figure, plotted = draw(optimal)
    assert_readable(figure)
    assert len(plotted) == 7
    for panel in panels_of(figure)[0]:
        assert panel.collections[0].get_array().mask.sum() == 2
        assert (1, 0) in words_in(panel) and (1, 1) not in words_in(panel)
        assert panel.patch.get_hatch()
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["95 % interval contains 0", "no value"]


def test_one_replicate_has_depths_and_no_gain(assert_readable):
    empty = dict.fromkeys(["gain", "gain_low", "gain_high"], np.nan)
    figure, _ = draw(make_optimal(depth_low=0, depth_high=4, **empty))
    assert_readable(figure)
    (depth, gain), _ = panels_of(figure)
    assert len(words_in(depth)) == 9 and not gain.texts
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["no value"]


def test_every_depth_has_a_colour_the_darker_the_deeper():
    values = {f"at_{i}": i / 4 for i in range(5)}
    figure, _ = draw(make_optimal(values), values)
    (depth, _), (bar, _) = panels_of(figure)
    assert [label.get_text() for label in bar.get_xticklabels()] == ["0", "1", "2", "3", "4"]
    light = [luminance(colour) for colour in cell_colours(depth)[:, 0]]
    assert (np.diff(light) < -0.02).all()


def test_depths_with_gaps_have_a_colour_each():
    values = {"unrelated": 0, "same": 1}
    figure, _ = draw(make_optimal(values), values, depths=[2, 4])
    (depth, _), (bar, _) = panels_of(figure)
    assert [label.get_text() for label in bar.get_xticklabels()] == ["0", "2", "4"]
    assert depth.collections[0].cmap.N == 3


def test_gains_start_at_0_and_losses_have_colours_only_where_they_matter():
    small_loss, doubtful = make_optimal(), make_optimal()
    small_loss.loc[0, ["gain", "gain_low", "gain_high"]] = [-0.01, -0.02, -0.001]
    doubtful.loc[0, ["gain", "gain_low", "gain_high"]] = [-0.2, -0.5, 0.1]
    for optimal in (small_loss, doubtful):
        (_, gain), (_, bar) = panels_of(draw(optimal)[0])
        assert bar.get_xlim() == (0, 0.5)
        assert cell_colours(gain)[1, 0].tolist() == cell_colours(gain)[0, 0].tolist()
    loss = make_optimal()
    loss.loc[0, ["gain", "gain_low", "gain_high"]] = [-0.2, -0.3, -0.1]
    (_, gain), (_, bar) = panels_of(draw(loss)[0])
    assert bar.get_xlim() == (-0.2, 0.5)
    red, _, blue = cell_colours(gain)[1, 0]
    assert blue > red


def test_tiny_gains_are_not_dark():
    figure, _ = draw(make_optimal(gain=0.003, gain_low=0.001, gain_high=0.005))
    (_, gain), _ = panels_of(figure)
    assert luminance(cell_colours(gain)[0, 0]) > 0.6


def test_numbers_contrast_with_their_cells():
    values = {f"at_{i}": i / 12 for i in range(13)}
    figure, _ = draw(make_optimal(values), values)
    for panel in panels_of(figure)[0]:
        colours = cell_colours(panel)
        for text in panel.texts:
            column, row = text.xy
            levels = luminance(text.get_color()), luminance(colours[int(row), int(column)])
            assert (max(levels) + 0.05) / (min(levels) + 0.05) >= 4.5


def test_a_pair_of_panels_for_every_protocol(assert_readable):
    protocols = ["freeze", "finetune"]
    optimal = make_optimal(protocols=protocols)
    optimal.loc[optimal["protocol"] == "finetune", "optimal_depth"] = 3
    figure, plotted = draw(optimal, protocols=protocols)
    assert_readable(figure)
    panels, _ = panels_of(figure)
    assert [panel.get_title(loc="left") for panel in panels[::2]] == [
        "protocol: freeze",
        "protocol: finetune",
    ]
    assert list(plotted["protocol"].unique()) == protocols
    assert {words[0] for words in words_in(panels[2]).values()} == {"3"}


TWELVE = {f"source_{i}": round(i / 11, 3) for i in range(12)}
TWELVE_SIZES = (20, 50, 100, 200, 300, 500, 1000, 2000, 3000, 5000, 10000, 20000)


@pytest.mark.parametrize("values", [{"only": 0.5}, VALUES, TWELVE])
@pytest.mark.parametrize("sizes", [(50,), SIZES, TWELVE_SIZES])
def test_numbers_stay_in_their_cells(assert_readable, values, sizes):
    # the widest numbers there are
    optimal = make_optimal(values, sizes, optimal_depth=12, depth_low=10, depth_high=12)
    figure, _ = draw(optimal, values, depths=list(range(1, 13)))
    assert_readable(figure)
    assert figure.get_figwidth() == pytest.approx(6.9)
    depth, gain = panels_of(figure)[0]
    assert all(words[0] for words in words_in(depth).values())
    # a number that would be too small to read is left out
    assert all(bool(words[0]) == (len(sizes) < 10) for words in words_in(gain).values())
    for panel in (depth, gain):
        assert len(words_in(panel)) == len(values) * len(sizes)
        for text in panel.texts:
            column, row = np.floor(text.xy)
            corners = panel.transData.transform([(column, row), (column + 1, row + 1)])
            box = text.get_window_extent()
            assert corners[0][0] <= box.x0 and box.x1 <= corners[1][0], text.get_text()
            assert corners[0][1] <= box.y0 and box.y1 <= corners[1][1], text.get_text()


def test_a_range_that_does_not_fit_is_left_out():
    optimal = make_optimal({"same": 1}, range(20, 60), optimal_depth=12, depth_high=12, depth_low=1)
    figure, _ = draw(optimal, {"same": 1}, depths=list(range(1, 13)))
    (depth, _), _ = panels_of(figure)
    assert {tuple(words) for words in words_in(depth).values()} == {("12",)}
