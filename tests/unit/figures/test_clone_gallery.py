import numpy as np
import pytest
from made import make_dataset

from defrost.figures.clone_gallery import draw_clone_gallery


def picture(figure):
    return figure.axes[0].images[0].get_array()


def test_plotted_numbers_are_the_pixels():
    clone = make_dataset(offset=5)
    _, plotted = draw_clone_gallery(make_dataset(), "digits", {"isotropic": clone})
    assert len(plotted) == 2 * 3 * 16
    values = plotted.groupby(["dataset", "class"])["value"].first()
    assert values["target", 0] == pytest.approx(0.02)
    assert values["isotropic", 2] == pytest.approx(5.0)


def test_all_rows_have_the_scale_of_the_target():
    clones = {"same": make_dataset(), "bright": make_dataset(offset=5)}
    figure, _ = draw_clone_gallery(make_dataset(), "digits", clones)
    tiles = picture(figure)
    row = 4 + 1  # an image and a gap
    assert np.array_equal(tiles[:4], tiles[row : row + 4])
    assert tiles[0, 0].tolist() == pytest.approx([0.02 / 0.11] * 3)
    assert (tiles[2 * row :] == 1).all()


def test_rows_are_named_and_columns_numbered(assert_readable):
    figure, _ = draw_clone_gallery(make_dataset(), "digits", {"isotropic": make_dataset()})
    assert_readable(figure)
    (axes,) = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == [
        "target\n(digits)",
        "isotropic",
    ]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["0", "1", "2"]


def test_colour_images_keep_their_channels():
    target = make_dataset(channels=3)
    target.splits["train"].images[:, 1] = 0
    figure, plotted = draw_clone_gallery(target, "colours", {})
    assert picture(figure)[0, 0].tolist() == pytest.approx([0.02 / 0.11, 0, 0.02 / 0.11])
    assert set(plotted["channel"]) == {0, 1, 2}
