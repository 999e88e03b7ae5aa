import numpy as np
import pandas as pd
import pytest
from made import ALL_MEASURES
from matplotlib.colors import to_hex
from scipy.stats import t

from defrost.figures.similarity_by_block import draw_similarity_by_block, mean_similarities
from defrost.figures.style import source_looks
from defrost.provenance.tables import read_table, write_table


def point(plotted, **key):
    return plotted.query(
        " and ".join(f"{name} == {value!r}" for name, value in key.items())
    ).squeeze()


def panels_of(figure):
    """Return the panels that have a title, the first of every strip, by it."""
    return {
        panel.get_title(loc="left"): panel for panel in figure.axes if panel.get_title(loc="left")
    }


def labels_of(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def test_the_table_is_one_that_the_workflow_writes(make_similarity, root, tmp_path):
    schema, path = root / "workflow/schemas/similarity.schema.yaml", tmp_path / "similarity.csv"
    table = make_similarity(["near", "far"])
    write_table(path, table, schema, {})
    figure, plotted = draw_similarity_by_block(read_table(path, schema), ["near", "far"])
    expected = mean_similarities(table, ["near", "far"])
    pd.testing.assert_frame_equal(plotted, expected, check_dtype=False)


def test_plotted_numbers_are_means_of_same_numbered_blocks(make_similarity):
    table = make_similarity(["near", "far"])
    plotted = mean_similarities(table, ["near", "far"])
    assert len(plotted) == (2 + 1) * 3 * 3 + 2 * 3  # sources and ceiling; one measure of change
    key = {"comparison": "source_to_target", "measure": "debiased_linear_cka", "block": 2}
    found = point(plotted, **key, source="near")
    values = 0.44 + np.array([0, 0.04, 0.08])
    half = t.ppf(0.975, 2) * values.std(ddof=1) / np.sqrt(3)
    assert found["value"] == pytest.approx(0.48)
    assert (found["low"], found["high"]) == pytest.approx((0.48 - half, 0.48 + half))
    assert found["interval"] == "95 % over networks"
    assert (found["networks"], found["missing"], found["points"]) == (3, 0, 300)


def test_comparisons_are_not_mixed(make_similarity):
    table = make_similarity(["near"])
    shifts = {"source_to_target": 0, "before_to_after": 10, "target_to_target": 100}
    table["value"] += table["comparison"].map(shifts)
    plotted = mean_similarities(table, ["near"])
    key = {"measure": "debiased_linear_cka", "block": 1}
    found = {name: point(plotted, comparison=name, **key)["value"] for name in shifts}
    # pairs of target networks: of replicates 1, 2 and 2 again
    assert found == pytest.approx(
        {"source_to_target": 0.36, "before_to_after": 10.36, "target_to_target": 100.32 + 0.2 / 3}
    )


def test_the_ceiling_reaches_from_the_lowest_to_the_highest_pair(make_similarity):
    plotted = mean_similarities(make_similarity(["near"]), ["near"])
    found = point(plotted, source="target", measure="debiased_linear_cka", block=3)
    assert (found["low"], found["high"]) == pytest.approx((0.60, 0.64))
    assert (found["networks"], found["interval"]) == (3, "lowest and highest")


def test_a_single_network_has_its_interval_over_images(make_similarity):
    plotted = mean_similarities(make_similarity(["near"], replicates=1), ["near"])
    assert "target" not in set(plotted["source"])
    found = point(plotted, comparison="source_to_target", measure="debiased_linear_cka", block=1)
    assert (found["value"], found["low"], found["high"]) == pytest.approx((0.32, 0.29, 0.36))
    assert (found["networks"], found["interval"]) == (1, "95 % over probe images")


def test_the_null_is_the_mean_over_sources_and_networks(make_similarity):
    table = make_similarity(["near", "far"])
    table.loc[table["source"] == "far", ["null_low", "null_high"]] += 0.5
    plotted = mean_similarities(table, ["near", "far"])
    key = {"comparison": "source_to_target", "measure": "debiased_linear_cka", "block": 2}
    for source in ("near", "far"):
        found = point(plotted, **key, source=source)
        assert (found["null_low"], found["null_high"]) == pytest.approx((0.35, 0.40))


def test_missing_values_are_left_out_and_said(make_similarity):
    table = make_similarity(["near"])
    block = (table["source_block"] == 2) & (table["comparison"] == "source_to_target")
    lost = block & (table["measure"] == "debiased_linear_cka") & (table["replicate"] == 1)
    table.loc[lost, ["value", "value_low", "value_high"]] = np.nan
    table.loc[lost, "reason"] = "a constant block"
    gone = block & (table["measure"] == "information_imbalance_source_to_target")
    table.loc[gone, ["value", "value_low", "value_high"]] = np.nan
    table.loc[gone, "reason"] = "too few points"
    _, plotted = draw_similarity_by_block(table, ["near"])
    key = {"comparison": "source_to_target", "block": 2}
    found = point(plotted, **key, measure="debiased_linear_cka")
    half = t.ppf(0.975, 1) * np.std([0.44, 0.52], ddof=1) / np.sqrt(2)
    assert (found["value"], found["high"]) == pytest.approx((0.48, 0.48 + half))
    assert (found["networks"], found["missing"]) == (2, 1)
    assert found["reason"] == "a constant block"
    found = point(plotted, **key, measure="information_imbalance_source_to_target")
    assert found[["value", "low", "high"]].isna().all()
    assert (found["networks"], found["missing"], found["reason"]) == (0, 3, "too few points")


def test_a_measure_without_any_value_keeps_its_panel(make_similarity, assert_readable):
    table = make_similarity(["near"])
    imbalance = table["measure"].str.startswith("information")
    columns = ["value", "value_low", "value_high", "null_mean", "null_low", "null_high"]
    table.loc[imbalance, columns] = np.nan
    figure, _ = draw_similarity_by_block(table, ["near"])
    assert_readable(figure)
    words = {title: [text.get_text() for text in p.texts] for title, p in panels_of(figure).items()}
    assert words["information imbalance,\nsource → target"] == ["no value"]
    assert words["linear CKA,\ndebiased"] == []


def test_panels_are_in_order_and_more_similar_is_up(make_similarity):
    table = make_similarity(["near"], measures=[*ALL_MEASURES[::-1], "brand_new"])
    figure, plotted = draw_similarity_by_block(table, ["near"])
    lines = plotted[plotted["comparison"] == "source_to_target"]
    assert list(lines["measure"].unique()) == [*ALL_MEASURES, "brand_new"]
    panels = panels_of(figure)
    assert list(panels) == [
        "linear CKA,\ndebiased",
        "RBF CKA,\ndebiased",
        "linear CKA,\nbiased",
        "SVCCA",
        "information imbalance,\nsource → target",
        "information imbalance,\ntarget → source",
        "neighbourhood\noverlap",
        "mutual kNN\n(cosine)",
        "orthogonal Procrustes\ndistance",
        "RSA",
        "brand new",
        "change by fine-tuning:\nlinear CKA, debiased",
    ]
    inverted = [title for title, panel in panels.items() if panel.yaxis_inverted()]
    assert inverted == [title for title in panels if "imbalance" in title or "distance" in title]
    unlabelled = [title for title, panel in panels.items() if not panel.get_ylabel()]
    assert unlabelled == ["brand new"]  # nobody knows its direction
    assert {panel.get_ylabel() for panel in panels.values()} == {"more similar →", ""}


def test_every_size_has_a_panel_of_its_own(make_similarity, assert_readable):
    table = make_similarity(["near", "far"], sizes=(50, 1000), measures=ALL_MEASURES)
    table.loc[table["size"] == 50, "value"] /= 2
    figure, _ = draw_similarity_by_block(table, ["near", "far"])
    assert_readable(figure)
    assert len(figure.axes) == 2 * 11
    headings = [panel.texts[0].get_text() for panel in figure.axes]
    assert headings == ["$n$ = 50", "$n$ = 1,000"] * 11
    small, large = figure.axes[:2]
    for panel, value in ((small, 0.36 / 2), (large, 0.36)):
        assert panel.containers[0].lines[0].get_ydata()[0] == pytest.approx(value)
    assert small.get_ylim() == large.get_ylim()


def test_sizes_that_only_fine_tuned_networks_have_are_left_out(make_similarity):
    table = make_similarity(["near"], sizes=(50, 1000))
    table = table[(table["size"] == 1000) | (table["comparison"] == "before_to_after")]
    _, plotted = draw_similarity_by_block(table, ["near"])
    assert list(plotted["size"].unique()) == [1000]


def test_a_size_without_fine_tuned_networks_is_not_compared(make_similarity):
    table = make_similarity(["near"], sizes=(50, 1000))
    table = table[(table["size"] == 1000) | (table["comparison"] != "before_to_after")]
    figure, _ = draw_similarity_by_block(table, ["near"])
    *_, small, large = figure.axes
    assert [text.get_text() for text in small.texts] == ["$n$ = 50", "not compared"]
    assert [text.get_text() for text in large.texts] == ["$n$ = 1,000"]


def test_lines_show_the_plotted_numbers(make_similarity):
    figure, plotted = draw_similarity_by_block(make_similarity(["near", "far"]), ["near", "far"])
    looks = source_looks(["near", "far"])
    keys = plotted[plotted["source"] != "target"].groupby(["comparison", "measure"], sort=False)
    for panel, ((_, measure), points) in zip(figure.axes, keys, strict=True):
        for source, bars in zip(["near", "far"], panel.containers, strict=True):
            line, _, (drawn,) = bars.lines
            rows = points[points["source"] == source]
            assert line.get_ydata() == pytest.approx(rows["value"].to_numpy())
            assert line.get_color() == looks[source]["color"]
            ends = np.array([segment[:, 1] for segment in drawn.get_segments()])
            assert ends[:, 0] == pytest.approx(rows["low"].to_numpy()), measure
            assert ends[:, 1] == pytest.approx(rows["high"].to_numpy())


def test_bars_end_where_the_measure_does(make_similarity):
    table = make_similarity(["near"])
    table["value"] = table["replicate"].map({0: 0.02, 1: 0.4, 2: 0.99})
    figure, plotted = draw_similarity_by_block(table, ["near"])
    assert plotted["low"].min() < 0 and plotted["high"].max() > 1
    cka, imbalance = figure.axes[:2]
    for panel, low, high in ((cka, None, 1), (imbalance, 2 / 300, None)):
        ends = np.array(panel.containers[0].lines[2][0].get_segments())[..., 1]
        assert low is None or ends.min() == pytest.approx(low)
        assert high is None or ends.max() == pytest.approx(high)
        assert min(panel.get_ylim()) < ends.min() and ends.max() < max(panel.get_ylim())


def band(panel, colour):
    """Return the corners of the band of a colour, x and y, none where there is no such band."""
    colours = [(c, c.get_facecolor()) for c in panel.collections]
    found = [c for c, drawn in colours if len(drawn) and to_hex(drawn[0]) == to_hex(colour)]
    return np.concatenate([np.empty((0, 2)), *(p.vertices for c in found for p in c.get_paths())])


def test_null_and_ceiling_are_shaded_and_labelled(make_similarity):
    figure, _ = draw_similarity_by_block(make_similarity(["near"]), ["near"])
    labels = ["source: near", "ceiling: two target networks", "null: images permuted"]
    assert labels_of(figure) == labels
    grey, green = "0.87", "#cfe3d0"
    cka, change = figure.axes[0], figure.axes[-1]
    for panel in (cka, change):
        corners = band(panel, grey)
        assert (corners[:, 0].min(), corners[:, 0].max()) == (0.5, 3.5)
        # 0.08 to 0.13, and 0.01 more for every block
        at_block_2 = corners[np.abs(corners[:, 0] - 2) <= 0.5, 1]
        assert set(at_block_2.round(6)) >= {0.1, 0.15}
        assert (corners[:, 1].min(), corners[:, 1].max()) == pytest.approx((0.09, 0.16))
    corners = band(cka, green)
    assert (corners[:, 1].min(), corners[:, 1].max()) == pytest.approx((0.36, 0.64))
    assert not band(change, green).size


def test_legend_names_only_bands_that_are_there(make_similarity):
    table = make_similarity(["near"], replicates=1)
    table[["null_mean", "null_low", "null_high"]] = np.nan
    figure, _ = draw_similarity_by_block(table, ["near"])
    assert labels_of(figure) == ["source: near"]


def test_imbalances_have_the_same_axis(make_similarity):
    table = make_similarity(["near"])
    table.loc[table["measure"].str.endswith("target_to_source"), "value"] /= 50
    figure, _ = draw_similarity_by_block(table, ["near"])
    _, there, back, _ = figure.axes
    assert there.get_yscale() == back.get_yscale() == "log"
    assert there.get_ylim() == back.get_ylim()


def test_sources_keep_the_given_order(make_similarity):
    figure, plotted = draw_similarity_by_block(make_similarity(["ant", "bee"]), ["bee", "ant"])
    lines = plotted[plotted["comparison"] == "source_to_target"]
    assert list(lines["source"].unique()) == ["bee", "ant"]
    assert labels_of(figure)[:2] == ["source: bee", "source: ant"]


def test_lines_of_a_dial_have_its_colours(make_similarity):
    sources, dials = ["far", "near"], {"far": 0.0, "near": 1.0}
    figure, _ = draw_similarity_by_block(make_similarity(sources), sources, dials)
    colours = [bars[0].get_color() for bars in figure.axes[0].containers[:2]]
    assert colours == [look["color"] for look in source_looks(sources, dials).values()]


def test_one_of_everything_draws(make_similarity, assert_readable):
    table = make_similarity(["only"], replicates=1, blocks=1, measures=ALL_MEASURES[:1])
    table = table[table["comparison"] == "source_to_target"]
    figure, plotted = draw_similarity_by_block(table, ["only"])
    assert_readable(figure)
    assert len(plotted) == 1
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "1" in ticks and not any("." in tick for tick in ticks)


@pytest.mark.parametrize("sizes", [(1000,), (20, 50, 200, 1000)])
def test_panels_are_of_one_size_and_those_of_a_strip_close(
    make_similarity, assert_readable, long_names, sizes
):
    table = make_similarity(long_names, sizes, replicates=1, measures=ALL_MEASURES)
    figure, _ = draw_similarity_by_block(table, long_names)
    assert_readable(figure)
    assert figure.get_figwidth() == 6.9
    boxes = np.array([panel.get_position().bounds for panel in figure.axes])
    assert np.ptp(boxes[:, 2:], axis=0) == pytest.approx(0, abs=1e-3), "panels are of one size"
    strip = boxes[: len(sizes), 0]
    gaps = np.diff(strip) - boxes[0, 2]
    assert (gaps < 0.05).all(), "the panels of a strip stand close together"
