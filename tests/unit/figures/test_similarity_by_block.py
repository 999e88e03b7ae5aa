import numpy as np
import pandas as pd
import pytest
from scipy.stats import t

from defrost.figures.similarity_by_block import (
    draw_similarity_by_block,
    mean_similarities,
    size_dashes,
)

MEASURES = [
    "debiased_linear_cka",
    "information_imbalance_source_to_target",
    "information_imbalance_target_to_source",
]


def make_similarity(sources, sizes=(1000,), replicates=3, blocks=3, measures=MEASURES):
    rows = [
        {
            "study": "tiny",
            "source_network": f"sources/{source}/seed-0",
            "target_network": f"references/size-{size}/replicate-{replicate}",
            "source": source,
            "size": size,
            "replicate": replicate,
            "measure": measure,
            "source_block": source_block,
            "target_block": target_block,
            # pairs of blocks of different numbers would spoil every mean
            "value": 9 if source_block != target_block else source_block / 10 + replicate / 50,
            "points": 300,
        }
        for source in sources
        for size in sizes
        for replicate in range(replicates)
        for measure in measures
        for source_block in range(1, blocks + 1)
        for target_block in range(1, blocks + 1)
    ]
    return pd.DataFrame(rows)


def test_plotted_numbers_are_means_of_same_numbered_blocks():
    plotted = mean_similarities(make_similarity(["near"]), ["near"])
    assert len(plotted) == 9
    point = plotted.query("measure == 'debiased_linear_cka' and block == 2").squeeze()
    values = 0.2 + np.array([0, 0.02, 0.04])
    half = t.ppf(0.975, 2) * values.std(ddof=1) / np.sqrt(3)
    assert point["value"] == pytest.approx(values.mean())
    assert (point["low"], point["high"]) == pytest.approx(
        (values.mean() - half, values.mean() + half)
    )
    assert point["replicates"] == 3


def test_panels_say_which_values_are_similar():
    figure, _ = draw_similarity_by_block(make_similarity(["near"]), ["near"])
    titles = [panel.get_title() for panel in figure.axes]
    assert ["larger" in title for title in titles] == [True, False, False]
    assert "source → target" in titles[1] and "target → source" in titles[2]


def test_chance_is_drawn():
    figure, _ = draw_similarity_by_block(make_similarity(["near"]), ["near"])
    levels = [set(panel.lines[0].get_ydata()) for panel in figure.axes]
    assert levels == [{0}, {1}, {1}]


def test_sizes_of_target_networks_differ_in_line_style(assert_readable):
    table = make_similarity(["near", "far"], sizes=(50, 300, 1000))
    figure, _ = draw_similarity_by_block(table, ["near", "far"])
    assert_readable(figure)
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert sum("target network" in label for label in labels) == 3
    dashes = size_dashes([50, 300, 1000])
    assert len(set(dashes.values())) == 3
    assert dashes[1000] == (0, ())  # solid


def test_sources_keep_the_given_order():
    figure, plotted = draw_similarity_by_block(make_similarity(["ant", "bee"]), ["bee", "ant"])
    assert list(plotted["source"].unique()) == ["bee", "ant"]
    labels = [text.get_text() for text in figure.legends[0].get_texts()]
    assert labels == ["source: bee", "source: ant", "chance"]


def test_one_of_everything_draws(assert_readable):
    table = make_similarity(["only"], replicates=1, blocks=1, measures=MEASURES[:1])
    figure, plotted = draw_similarity_by_block(table, ["only"])
    assert_readable(figure)
    assert plotted["low"].isna().all()
    ticks = [label.get_text() for label in figure.axes[0].get_xticklabels()]
    assert "1" in ticks and not any("." in tick for tick in ticks)


def test_many_long_names_stay_apart(assert_readable, long_names):
    figure, _ = draw_similarity_by_block(make_similarity(long_names), long_names)
    assert_readable(figure)


def test_drawn_twice_the_bytes_are_the_same(saved_bytes):
    table = make_similarity(["near", "far"])
    first, second = (
        saved_bytes(*draw_similarity_by_block(table, ["near", "far"]), folder)
        for folder in ("first", "second")
    )
    assert first == second and len(first) == 4
