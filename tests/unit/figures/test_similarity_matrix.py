import numpy as np
import pytest
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from defrost.figures.similarity_matrix import draw_similarity_matrix, mean_matrices

MEASURES = [
    "debiased_linear_cka",
    "information_imbalance_source_to_target",
    "information_imbalance_target_to_source",
]
TITLES = [
    "linear CKA, debiased",
    "information imbalance, source → target",
    "information imbalance, target → source",
]


def maps_of(figure: Figure):
    """Return the maps, and the colour bars, each from the top left."""
    drawn = [panel for panel in figure.axes if panel.collections]
    maps = [panel for panel in drawn if panel.patch.get_hatch()]
    return maps, [panel for panel in drawn if panel not in maps]


def titles_of(figure):
    """Return the titles of the rows, and those of the maps of one row."""
    rows = [text.get_text() for panel in figure.axes for text in panel.texts]
    return rows, [p.get_title() for p in maps_of(figure)[0] if p.get_title()]


def luminance(colour):
    return np.array(to_rgb(colour)) @ [0.2126, 0.7152, 0.0722]


def test_plotted_numbers_are_means_over_the_largest_target_networks(make_similarity):
    table = make_similarity(["near", "far"], sizes=(50, 1000))
    table.loc[table["size"] == 50, "value"] += 7
    table.loc[table["comparison"] == "before_to_after", "value"] += 50
    table.loc[table["source"] == "far", "value"] += 0.1
    plotted = mean_matrices(table, ["near", "far"])
    assert list(plotted["source"].unique()) == ["near", "far", "target"]
    assert list(plotted["measure"].unique()) == MEASURES
    assert len(plotted) == 3 * 3 * 9
    assert set(plotted["size"]) == {1000} and set(plotted["networks"]) == {3}
    cell = plotted.set_index(["measure", "source", "source_block", "target_block"])
    # 0.2, a tenth a source block, a fiftieth a target block, and 0.04 for the mean replicate
    assert cell.loc[(MEASURES[0], "near", 1, 3), "value"] == pytest.approx(0.40)
    assert cell.loc[(MEASURES[0], "near", 3, 1), "value"] == pytest.approx(0.56)
    assert cell.loc[(MEASURES[1], "far", 3, 1), "value"] == pytest.approx(0.66)
    # pairs of target networks: of replicates 1, 2 and 2 again
    assert cell.loc[(MEASURES[2], "target", 1, 1), "value"] == pytest.approx(0.32 + 0.2 / 3)
    assert cell.loc[(MEASURES[2], "near", 2, 1), "null_mean"] == pytest.approx(0.12)


def test_maps_show_the_plotted_numbers(make_similarity):
    figure, plotted = draw_similarity_matrix(make_similarity(["near", "far"]), ["near", "far"])
    maps, _ = maps_of(figure)
    cells = [
        plotted[(plotted["measure"] == measure) & (plotted["source"] == source)]
        for measure in MEASURES
        for source in ("near", "far", "target")
    ]
    assert titles_of(figure) == (TITLES, ["near", "far", "target"])
    for panel, rows in zip(maps, cells, strict=True):
        (mesh,) = panel.collections
        for _, cell in rows.iterrows():
            place = cell["source_block"] - 1, cell["target_block"] - 1
            assert mesh.get_array()[place] == cell["value"]
        assert not panel.xaxis_inverted() and not panel.yaxis_inverted()
        assert panel.get_xlim() == panel.get_ylim() == (0.5, 3.5)


def test_darker_is_more_similar_and_up_on_the_bar(make_similarity):
    figure, _ = draw_similarity_matrix(make_similarity(["near"]), ["near"])
    maps, bars = maps_of(figure)
    for measure, panel, bar in zip(MEASURES, maps[::2], bars, strict=True):
        (mesh,) = panel.collections
        colours = mesh.to_rgba(mesh.get_array()).reshape(9, 4)
        ordered = colours[np.argsort(mesh.get_array().ravel())]
        darkness = [-luminance(colour[:3]) for colour in ordered]
        larger_is_darker = darkness == sorted(darkness)
        assert larger_is_darker == (measure == "debiased_linear_cka")
        assert bar.yaxis_inverted() != larger_is_darker
        assert bar.get_ylabel() == "more similar →"


def test_a_measure_has_one_scale_and_both_imbalances_share_theirs(make_similarity):
    table = make_similarity(["near", "far"])
    table.loc[table["source"] == "far", "value"] += 0.3
    table.loc[table["measure"] == MEASURES[2], "value"] /= 4
    figure, plotted = draw_similarity_matrix(table, ["near", "far"])
    maps, bars = maps_of(figure)
    limits = [panel.collections[0].get_clim() for panel in maps]
    assert len(set(limits[:3])) == 1 and len(set(limits[3:])) == 1
    imbalances = plotted[plotted["measure"] != MEASURES[0]]
    numbers = imbalances[["value", "null_mean"]]
    assert limits[3] == (numbers.min(axis=None), numbers.max(axis=None))
    assert limits[0] == (pytest.approx(0.11), pytest.approx(0.90))  # from the null to `far`
    assert [bar.get_yscale() for bar in bars] == ["linear", "log", "log"]


def test_the_null_is_marked_on_the_bars(make_similarity):
    figure, _ = draw_similarity_matrix(make_similarity(["near"]), ["near"])
    for bar in maps_of(figure)[1]:
        (mark,) = bar.lines
        assert mark.get_ydata()[0] == pytest.approx(0.12)  # the mean of blocks 1 to 3
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["null: images permuted, mean"]


def test_missing_values_are_hatched_and_said(make_similarity, assert_readable):
    table = make_similarity(["near"])
    lost = (table["source_block"] == 1) & (table["target_block"] == 2)
    table.loc[lost, ["value", "null_mean"]] = np.nan
    table.loc[lost, "reason"] = "a constant block"
    some = (table["source_block"] == 3) & (table["target_block"] == 3) & (table["replicate"] == 2)
    table.loc[some, "value"] = np.nan
    figure, plotted = draw_similarity_matrix(table, ["near"])
    assert_readable(figure)
    for panel in maps_of(figure)[0]:
        mask = panel.collections[0].get_array().mask
        assert mask[0, 1] and mask.sum() == 1
        assert panel.patch.get_hatch()
    cell = plotted.set_index(["measure", "source", "source_block", "target_block"])
    found = cell.loc[(MEASURES[0], "near", 1, 2)]
    assert np.isnan(found["value"])
    assert (found["networks"], found["missing"], found["reason"]) == (0, 3, "a constant block")
    found = cell.loc[(MEASURES[0], "near", 3, 3)]
    assert found["value"] == pytest.approx(0.58)
    assert (found["networks"], found["missing"]) == (2, 1)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["null: images permuted, mean", "no value"]


def test_without_any_value_all_cells_are_hatched(make_similarity, assert_readable):
    table = make_similarity(["near"], measures=MEASURES[:2])
    table[["value", "null_mean"]] = np.nan
    figure, _ = draw_similarity_matrix(table, ["near"])
    assert_readable(figure)
    assert all(panel.collections[0].get_array().mask.all() for panel in maps_of(figure)[0])


def test_other_measures_stand_in_where_the_default_ones_are_not_there(make_similarity):
    table = make_similarity(["near"], measures=["rsa", "svcca", "mutual_knn", "brand_new"])
    figure, plotted = draw_similarity_matrix(table, ["near"])
    assert list(plotted["measure"].unique()) == ["svcca", "mutual_knn", "rsa"]
    assert titles_of(figure)[0] == ["SVCCA", "mutual kNN (cosine)", "RSA"]
    table = make_similarity(["near"], measures=["rsa", MEASURES[2], MEASURES[0]])
    _, plotted = draw_similarity_matrix(table, ["near"])
    assert list(plotted["measure"].unique()) == [MEASURES[0], MEASURES[2]]


def test_one_of_everything_draws(make_similarity, assert_readable):
    table = make_similarity(["only"], replicates=1, blocks=1, measures=MEASURES[:1])
    figure, plotted = draw_similarity_matrix(table, ["only"])
    assert_readable(figure)
    assert len(plotted) == 1
    assert titles_of(figure) == (TITLES[:1], ["only"])
    (panel,), _ = maps_of(figure)
    (mesh,) = panel.collections
    figure.canvas.draw()
    assert mesh.get_window_extent().width > 50


@pytest.mark.parametrize("count", [1, 2, 3, 7, 8, 12])
def test_maps_are_square_and_fit_onto_a_page(make_similarity, assert_readable, long_names, count):
    names = long_names[:count]
    figure, _ = draw_similarity_matrix(make_similarity(names, blocks=5), names)
    assert_readable(figure)
    maps, bars = maps_of(figure)
    assert len(maps) == 3 * (count + 1)
    assert len(bars) == (6 if count >= 8 else 3)
    assert figure.get_figheight() < 9.5
    for panel in maps:
        box = panel.get_window_extent()
        assert box.width == pytest.approx(box.height, rel=0.12), "cells are square"
