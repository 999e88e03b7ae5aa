import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex
from scipy.stats import t

from defrost.figures.intrinsic_dimension import draw_intrinsic_dimension, mean_dimensions
from defrost.figures.style import source_looks
from defrost.provenance.tables import read_table, write_table


def labels_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_table_is_one_that_the_workflow_writes(make_dimension, root, tmp_path):
    schema = root / "workflow/schemas/intrinsic_dimension.schema.yaml"
    table, path = make_dimension(["near", "far"]), tmp_path / "dimension.csv"
    write_table(path, table, schema, {})
    _, plotted = draw_intrinsic_dimension(read_table(path, schema), ["near", "far"])
    pd.testing.assert_frame_equal(plotted, mean_dimensions(table, ["near", "far"]))


def test_a_source_has_the_interval_of_its_network(make_dimension):
    plotted = mean_dimensions(make_dimension(["near", "far"]), ["near", "far"])
    found = plotted.query("source == 'far' and block == 2").squeeze()
    assert (found["value"], found["low"], found["high"]) == (8.25, 7.75, 9.0)
    assert (found["networks"], found["interval"]) == (1, "95 % over probe images")
    assert pd.isna(found["size"])


def test_the_target_has_the_mean_of_its_networks_of_a_size(make_dimension):
    plotted = mean_dimensions(make_dimension(["near"], sizes=(50, 1000)), ["near"])
    assert len(plotted) == 3 * 3
    found = plotted.query("source == 'target' and size == 1000 and block == 2").squeeze()
    values = np.array([9, 9.25, 9.5])
    half = t.ppf(0.975, 2) * values.std(ddof=1) / np.sqrt(3)
    assert found["value"] == pytest.approx(9.25)
    assert (found["low"], found["high"]) == pytest.approx((9.25 - half, 9.25 + half))
    assert (found["networks"], found["interval"]) == (3, "95 % over networks")
    small = plotted.query("source == 'target' and size == 50 and block == 2").squeeze()
    assert small["value"] == pytest.approx(8.5)


def test_a_single_target_network_has_the_interval_of_the_table(make_dimension):
    plotted = mean_dimensions(make_dimension(["near"], replicates=1), ["near"])
    found = plotted.query("source == 'target' and block == 1").squeeze()
    assert (found["value"], found["low"], found["high"]) == (9.25, 8.75, 10.0)


def test_networks_that_are_neither_are_left_out(make_dimension):
    table = make_dimension(["near"])
    others = table.iloc[:3].assign(network="after/near/references/size-50/replicate-0/x", value=99)
    found = mean_dimensions(pd.concat([table, others], ignore_index=True), ["near"])
    pd.testing.assert_frame_equal(found, mean_dimensions(table, ["near"]))


def test_missing_values_are_left_out_and_said(make_dimension):
    table = make_dimension(["near"])
    numbers = ["value", "value_low", "value_high"]
    lost = (table["network"] == "references/size-1000/replicate-2") & (table["block"] == 1)
    gone = table["network"].str.startswith("sources") & (table["block"] == 3)
    table.loc[lost | gone, numbers] = np.nan
    table.loc[lost | gone, "reason"] = "too few points"
    figure, plotted = draw_intrinsic_dimension(table, ["near"])
    found = plotted.query("source == 'target' and block == 1").squeeze()
    assert found["value"] == pytest.approx((9.25 + 9.5) / 2)
    assert (found["networks"], found["missing"], found["reason"]) == (2, 1, "too few points")
    found = plotted.query("source == 'near' and block == 3").squeeze()
    assert found[["value", "low", "high"]].isna().all()
    assert (found["networks"], found["missing"]) == (0, 1)


def test_lines_show_the_plotted_numbers(make_dimension):
    table = make_dimension(["near", "far"], sizes=(50, 1000))
    figure, plotted = draw_intrinsic_dimension(table, ["near", "far"])
    (panel,) = figure.axes
    looks = source_looks(["near", "far"])
    lines = [
        (plotted[plotted["source"] == "near"], looks["near"]["color"]),
        (plotted[plotted["source"] == "far"], looks["far"]["color"]),
        (plotted[plotted["size"] == 1000], "black"),
        (plotted[plotted["size"] == 50], "0.6"),
    ]
    for (rows, colour), bars in zip(lines, panel.containers, strict=True):
        line, _, (drawn,) = bars.lines
        assert line.get_ydata() == pytest.approx(rows["value"].to_numpy())
        assert to_hex(line.get_color()) == to_hex(colour)
        ends = np.array([segment[:, 1] for segment in drawn.get_segments()])
        assert ends == pytest.approx(rows[["low", "high"]].to_numpy())
    assert panel.get_ylim()[0] == 0
    assert labels_of(figure) == [
        "source: near",
        "source: far",
        "target network, $n$ = 1,000",
        "target network, $n$ = 50",
    ]


def test_lines_of_a_dial_have_its_colours(make_dimension):
    sources, dials = ["far", "near"], {"far": 0.0, "near": 1.0}
    figure, _ = draw_intrinsic_dimension(make_dimension(sources), sources, dials)
    colours = [bars[0].get_color() for bars in figure.axes[0].containers[:2]]
    assert colours == [look["color"] for look in source_looks(sources, dials).values()]


def test_one_of_everything_draws(make_dimension, assert_readable):
    figure, plotted = draw_intrinsic_dimension(
        make_dimension(["only"], replicates=1, blocks=1), ["only"]
    )
    assert_readable(figure)
    assert len(plotted) == 2
    assert figure.get_figwidth() == 3.3
    assert figure.axes[0].get_xlim() == (0.5, 1.5)
