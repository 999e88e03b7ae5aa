import numpy as np
import pandas as pd
import pytest
from made import ALL_MEASURES

from defrost.figures.measures import shown_measure
from defrost.figures.similarities_and_gains import similarities_and_gains
from defrost.figures.similarity_vs_gain import draw_similarity_vs_gain
from defrost.selection.agreement import tau_null_range

SOURCES = ["far", "near", "same", "other"]


def make_gains(sources, sizes=(20, 100), protocols=("freeze",)):
    """Return a table of optimal depths in which every gain is another number."""
    rows = []
    for protocol in protocols:
        for size in sizes:
            for source in sources:
                gain = 0.01 * len(rows)
                rows.append(
                    {
                        "study": "tiny",
                        "source": source,
                        "protocol": protocol,
                        "size": size,
                        "gain": gain,
                        "gain_low": gain - 0.02,
                        "gain_high": gain + 0.03,
                    }
                )
    return pd.DataFrame(rows)


@pytest.fixture
def make_tables(make_similarity):
    """Return a function that makes both tables; sources are more similar in their order."""

    def make(sources=SOURCES, sizes=(20, 100), protocols=("freeze",), **options):
        similarity = make_similarity(sources, **options)
        shift = similarity["source"].map({s: 0.01 * place for place, s in enumerate(sources)})
        shift = shift.fillna(0) + similarity["replicate"] ** 2 / 100  # means are not in the middle
        values = ["value", "value_low", "value_high"]
        similarity[values] = similarity[values].add(shift, axis=0)
        return similarity, make_gains(sources, sizes, protocols)

    return make


def points_at(plotted, **key):
    return plotted[(plotted[list(key)] == list(key.values())).all(axis=1)]


def test_gains_are_those_of_the_table(make_tables):
    similarity, optimal = make_tables()
    plotted = similarities_and_gains(similarity, optimal, SOURCES, ["freeze"])
    columns = ["source", "size", "gain", "gain_low", "gain_high"]
    for _, points in plotted.groupby("measure"):
        assert points[columns].reset_index(drop=True).equals(optimal[columns])


def test_similarity_is_of_the_last_block_and_the_networks_of_most_examples(make_tables):
    similarity, optimal = make_tables(sizes=(20,))
    few = similarity.assign(size=50, value=0.9, value_low=0.8, value_high=1.0)
    tables = pd.concat([few, similarity]), optimal
    plotted = similarities_and_gains(*tables, SOURCES, ["freeze"])
    assert set(plotted["block"]) == {3} and set(plotted["target_size"]) == {1000}
    for point in plotted.itertuples():
        values = points_at(
            similarity,
            comparison="source_to_target",
            measure=point.measure,
            source=point.source,
            source_block=3,
            target_block=3,
        )["value"]
        assert point.similarity == pytest.approx(values.mean())
        assert (point.similarity_low, point.similarity_high) == (values.min(), values.max())
        assert point.networks == len(values) == 3


def test_null_and_ceiling_are_those_of_the_same_block(make_tables):
    similarity, optimal = make_tables()
    plotted = similarities_and_gains(similarity, optimal, SOURCES, ["freeze"])
    values = points_at(
        similarity,
        comparison="target_to_target",
        measure="debiased_linear_cka",
        source_block=3,
        target_block=3,
    )["value"]
    point = points_at(plotted, measure="debiased_linear_cka").iloc[0]
    assert point["ceiling"] == pytest.approx(values.mean())
    assert (point["ceiling_low"], point["ceiling_high"]) == (values.min(), values.max())
    assert (point["null_low"], point["null_high"]) == pytest.approx((0.11, 0.16))


@pytest.mark.parametrize(
    ("measure", "expected"),
    [("debiased_linear_cka", 1), ("information_imbalance_source_to_target", -1)],
)
def test_tau_is_1_where_the_more_similar_gains_more(make_tables, measure, expected):
    plotted = similarities_and_gains(*make_tables(), SOURCES, ["freeze"])
    points = points_at(plotted, measure=measure)
    assert points["kendall_tau"].tolist() == [expected] * len(points)
    assert set(points["compared_sources"]) == {4}


def test_tau_and_its_range_by_chance_are_of_one_size_alone(make_tables):
    similarity, optimal = make_tables(sources=[*SOURCES, "fifth"])
    optimal.loc[optimal["size"] == 20, "gain"] = [0.1, 0.3, 0.2, 0.5, 0.5]
    plotted = similarities_and_gains(similarity, optimal, [*SOURCES, "fifth"], ["freeze"])
    few, many = (
        points_at(plotted, measure="debiased_linear_cka", size=size).iloc[0] for size in (20, 100)
    )
    # of ten pairs eight are in order, one is not and one is tied
    assert few["kendall_tau"] == pytest.approx(7 / 10**0.5 / 9**0.5)
    null = tau_null_range(np.array([0.1, 0.3, 0.2, 0.5, 0.5]))
    assert (few["tau_null_low"], few["tau_null_high"]) == null
    assert many["kendall_tau"] == pytest.approx(1)


def test_gains_that_differ_by_rounding_are_equal(make_tables):
    similarity, optimal = make_tables(sizes=(20,))
    optimal["gain"] = [0.3, 0.1 + 0.2, 0.4, 0.5]
    plotted = similarities_and_gains(similarity, optimal, SOURCES, ["freeze"])
    assert optimal["gain"].nunique() == 4
    # of six pairs five are in order and one is tied
    tau = points_at(plotted, measure="debiased_linear_cka")["kendall_tau"].iloc[0]
    assert tau == pytest.approx(5 / 6**0.5 / 5**0.5)


def test_gains_of_nothing_are_drawn_on_an_axis_of_accuracies(make_tables, assert_readable):
    similarity, optimal = make_tables()
    nothing = optimal.assign(gain=-5.6e-17, gain_low=-5.6e-17, gain_high=-5.6e-17)
    figure, _ = draw_similarity_vs_gain(similarity, nothing, SOURCES, ["freeze"])
    low, high = figure.axes[0].get_ylim()
    assert low < -0.01 and high > 0.01
    assert_readable(figure)


def test_all_gains_lie_within_the_axis(make_tables):
    figure, plotted = draw_similarity_vs_gain(*make_tables(), SOURCES, ["freeze"])
    low, high = figure.axes[0].get_ylim()
    assert low < plotted["gain_low"].min() and plotted["gain_high"].max() < high


def test_two_sources_have_no_tau_and_the_figure_says_so(make_tables, assert_readable):
    sources = ["near", "far"]
    figure, plotted = draw_similarity_vs_gain(*make_tables(sources), sources, ["freeze"])
    assert plotted["kendall_tau"].isna().all()
    assert "3 or more" in plotted["agreement_reason"].iloc[0]
    said = [text.get_text() for text in figure.axes[0].texts]
    assert "$n$=20, 2 sources: no $\\tau$" in said
    assert_readable(figure)


def test_sizes_with_too_few_sources_for_a_tau_are_left_out(make_tables):
    similarity, optimal = make_tables(sizes=(20, 50, 100))
    optimal = optimal[(optimal["size"] != 50) | optimal["source"].isin(["near", "far"])]
    plotted = similarities_and_gains(similarity, optimal, SOURCES, ["freeze"])
    assert sorted(plotted["size"].unique()) == [20, 100]


def test_of_many_sizes_the_smallest_the_middle_and_the_largest_are_shown(make_tables):
    sizes = [10, 20, 50, 100, 200, 500]
    plotted = similarities_and_gains(*make_tables(sizes=sizes), SOURCES, ["freeze"])
    assert sorted(plotted["size"].unique()) == [10, 100, 500]


def test_a_source_without_similarity_is_left_out_of_tau(make_tables):
    similarity, optimal = make_tables()
    gone = similarity["source"] == "near"
    similarity.loc[gone, ["value", "value_low", "value_high"]] = float("nan")
    similarity.loc[gone, "reason"] = "dead block"
    figure, plotted = draw_similarity_vs_gain(similarity, optimal, SOURCES, ["freeze"])
    assert set(plotted["compared_sources"]) == {3}
    assert set(points_at(plotted, source="near")["reason"]) == {"dead block"}
    assert len(figure.axes[0].containers) == 2 * 3


def test_points_and_bars_are_drawn_where_the_numbers_say(make_tables):
    figure, plotted = draw_similarity_vs_gain(*make_tables(), SOURCES, ["freeze"])
    points = points_at(plotted, measure="debiased_linear_cka")
    bars = figure.axes[0].containers
    for row, container in zip(points.itertuples(), bars, strict=True):
        marker, _, (across, along) = container
        assert (marker.get_xdata()[0], marker.get_ydata()[0]) == (row.similarity, row.gain)
        assert across.get_segments()[0][:, 0] == pytest.approx(
            np.array([row.similarity_low, row.similarity_high])
        )
        assert along.get_segments()[0][:, 1] == pytest.approx(
            np.array([row.gain_low, row.gain_high])
        )


def test_every_source_has_its_marker_and_every_size_its_colour(make_tables):
    figure, plotted = draw_similarity_vs_gain(*make_tables(), SOURCES, ["freeze"])
    points = points_at(plotted, measure="debiased_linear_cka")
    looks = [
        (container[0].get_marker(), container[0].get_color())
        for container in figure.axes[0].containers
    ]
    frame = points.assign(marker=[m for m, _ in looks], colour=[c for _, c in looks])
    assert (frame.groupby("source")["marker"].nunique() == 1).all()
    assert (frame.groupby("size")["colour"].nunique() == 1).all()
    assert frame["marker"].nunique() == 4 and frame["colour"].nunique() == 2


def test_more_similar_is_right_for_every_measure(make_tables):
    figure, _ = draw_similarity_vs_gain(*make_tables(measures=ALL_MEASURES), SOURCES, ["freeze"])
    for name, panel in zip(ALL_MEASURES, figure.axes, strict=True):
        assert panel.xaxis_inverted() != shown_measure(name).larger_is_more_similar


def test_points_bands_and_ceiling_lie_within_the_axes(make_tables):
    figure, plotted = draw_similarity_vs_gain(*make_tables(), SOURCES, ["freeze"])
    for panel, (_, points) in zip(figure.axes, plotted.groupby("measure", sort=False), strict=True):
        left, right = sorted(panel.get_xlim())
        for column in ("similarity_low", "similarity_high", "null_low", "ceiling_high"):
            assert points[column].between(left, right).all()


@pytest.mark.parametrize("low", [-0.5, 1e-9])
def test_a_logarithmic_axis_ends_where_the_measure_does(make_tables, low):
    similarity, optimal = make_tables(replicates=1)
    tables = similarity.assign(value_low=low), optimal
    figure, _ = draw_similarity_vs_gain(*tables, SOURCES, ["freeze"])
    assert figure.axes[1].get_xscale() == "log"
    assert min(figure.axes[1].get_xlim()) > 1e-4


def test_several_protocols_have_panels_each_with_fewer_measures(make_tables, assert_readable):
    protocols = ["freeze", "finetune", "defrost", "gradual"]
    tables = make_tables(protocols=protocols, measures=ALL_MEASURES)
    figure, plotted = draw_similarity_vs_gain(*tables, SOURCES, protocols)
    assert len(figure.axes) == 12
    assert figure.axes[3].get_title(loc="left") == "linear CKA, debiased\nprotocol: finetune"
    gains = points_at(plotted, protocol="finetune", measure="linear_cka")["gain"]
    expected = tables[1].query("protocol == 'finetune'")["gain"]
    assert gains.tolist() == expected.tolist()
    assert_readable(figure)


def test_one_replicate_leaves_an_empty_figure_that_says_so(make_tables, assert_readable):
    similarity, optimal = make_tables()
    nothing = dict.fromkeys(["gain", "gain_low", "gain_high"], float("nan"))
    figure, _ = draw_similarity_vs_gain(similarity, optimal.assign(**nothing), SOURCES, ["freeze"])
    for panel in figure.axes:
        assert "no value" in [text.get_text() for text in panel.texts]
    assert_readable(figure)


def test_one_measure_one_size_one_block_is_a_column_wide(make_tables, assert_readable):
    tables = make_tables(sizes=[100], blocks=1, measures=["debiased_linear_cka"])
    figure, _ = draw_similarity_vs_gain(*tables, SOURCES, ["freeze"])
    assert figure.get_figwidth() == 3.3
    assert_readable(figure)


def test_one_target_network_leaves_no_ceiling(make_tables):
    figure, plotted = draw_similarity_vs_gain(*make_tables(replicates=1), SOURCES, ["freeze"])
    assert plotted["ceiling"].isna().all()
    (legend,) = figure.legends
    labels = [text.get_text() for text in legend.get_texts()]
    assert "null: images permuted" in labels
    assert not any("ceiling" in label for label in labels)


@pytest.mark.parametrize("sizes", [(100,), (20, 100, 10000)])
def test_many_long_names_and_all_measures_are_readable(
    make_tables, assert_readable, long_names, sizes
):
    tables = make_tables(long_names, sizes, measures=ALL_MEASURES)
    assert_readable(draw_similarity_vs_gain(*tables, long_names, ["freeze"])[0])


def test_drawn_twice_the_bytes_are_the_same(make_tables, saved_bytes):
    first, second = (
        saved_bytes(*draw_similarity_vs_gain(*make_tables(), SOURCES, ["freeze"]), folder)
        for folder in ("first", "second")
    )
    assert first == second and len(first) == 4
