import pytest

from defrost.figures.nothing import draw_nothing


def test_one_sentence_says_why_and_there_are_no_numbers(assert_readable):
    figure, plotted = draw_nothing("digits", "phase_diagram", "sweeps no single dial")
    (text,) = figure.texts
    words = "No phase diagram: study digits sweeps no single dial."
    assert text.get_text().split() == words.split()
    assert plotted.empty and len(plotted.columns)
    assert_readable(figure)


@pytest.mark.parametrize("study", ["a_rather_" + 51 * "m", 60 * "w"])
def test_the_longest_names_fit(assert_readable, study):
    figure, _ = draw_nothing(study, "wgan_training", "has no WGAN clones")
    assert_readable(figure)


def test_drawn_twice_the_bytes_are_the_same(saved_bytes):
    first, second = (saved_bytes(*draw_nothing("a", "b", "is empty"), name) for name in "xy")
    assert first == second and len(first) == 4
