import pytest

from defrost.figures.measures import in_order, shown_measure


def test_every_measure_that_is_computed_is_known_and_has_its_direction():
    computed = pytest.importorskip("defrost.similarity.measures").PAIR_MEASURES
    for name, measure in computed.items():
        shown = shown_measure(name)
        assert shown.larger_is_more_similar == measure.larger_is_more_similar, name
        assert (shown.low, shown.high) == (measure.low, measure.high), name


def test_an_unknown_measure_has_its_name_and_no_direction():
    shown = shown_measure("brand_new_measure")
    assert shown.title == "brand new measure"
    assert shown.larger_is_more_similar is None


def test_order_is_that_of_the_panels_and_unknown_measures_are_last():
    names = ["zebra", "rsa", "ape", "debiased_linear_cka", "rsa"]
    assert in_order(names) == ["debiased_linear_cka", "rsa", "ape", "zebra"]
