import numpy as np
import pytest
import torch
from made import make_dataset, make_losses

from defrost.data.dataset import Dataset, Examples
from defrost.figures.tiles import first_of_classes
from defrost.figures.wgan_training import draw_wgan_training


def draw(target, names=("wgan",), clone=None, points=4):
    return draw_wgan_training(
        target, dict.fromkeys(names, clone or target), dict.fromkeys(names, make_losses(points))
    )


def test_images_are_the_first_of_each_class():
    # labels run 2 1 0 2 1 0 ...
    first = first_of_classes(make_dataset(), 3, 2)
    assert first.shape == (3, 2, 1, 4, 4)
    assert first[:, 0, 0, 0, 0].tolist() == pytest.approx([0.02, 0.05, 0.08])
    assert first[0, :, 0, 0, 0].tolist() == pytest.approx([0.02, 0.01])


def test_plotted_numbers_are_the_curves():
    figure, plotted = draw(make_dataset(), ["wgan", "other"])
    assert list(plotted.columns) == ["source", "step", "wasserstein_estimate"]
    assert plotted["source"].tolist() == ["wgan"] * 4 + ["other"] * 4
    for curve, (_, rows) in zip(figure.axes[::2], plotted.groupby("source"), strict=True):
        x, y = curve.lines[0].get_data()
        assert x.tolist() == rows["step"].tolist()
        assert y.tolist() == rows["wasserstein_estimate"].tolist()


def test_the_clone_is_below_the_target_on_the_targets_scale():
    target = make_dataset()
    figure, _ = draw(target, clone=make_dataset(offset=5))
    picture = figure.axes[1].images[0].get_array()
    rows = 3 * 4 + 2  # three images and the gaps between them
    assert picture[0, 0].tolist() == pytest.approx([0.02 / 0.11] * 3)
    assert picture[0, 5].tolist() == pytest.approx([0.01 / 0.11] * 3)
    assert picture[5, 0].tolist() == pytest.approx([0.05 / 0.11] * 3)
    assert (picture[rows:] == 1).all()
    figure, _ = draw(target)
    picture = figure.axes[1].images[0].get_array()
    assert np.array_equal(picture[:rows], picture[-rows:])


def test_colour_images_keep_their_channels():
    target = make_dataset(channels=3)
    target.splits["train"].images[:, 1] = 0
    figure, _ = draw(target)
    picture = figure.axes[1].images[0].get_array()
    assert picture[0, 0].tolist() == pytest.approx([0.02 / 0.11, 0, 0.02 / 0.11])


def test_a_curve_of_one_point_is_seen():
    figure, _ = draw(make_dataset(), points=1)
    assert figure.axes[0].lines[0].get_marker() == "."


@pytest.mark.parametrize("classes", [2, 10, 40])
def test_words_stay_apart(assert_readable, long_names, classes):
    figure, _ = draw(make_dataset(classes=classes), long_names[:3])
    assert_readable(figure)


def test_no_more_is_drawn_than_there_is_and_fits():
    scarce = make_dataset(classes=12)
    scarce = Dataset(
        {"train": Examples(*(x[:24] for x in scarce.splits["train"]))}, *[torch.ones(1)] * 2
    )
    figure, _ = draw(make_dataset(classes=12), clone=scarce)
    picture = figure.axes[1].images[0].get_array()
    assert picture.shape[:2] == (2 * (2 * 5 - 1) + 3, 10 * 5 - 1)


def test_panels_are_named(assert_readable):
    figure, _ = draw(make_dataset(classes=10, side=28))
    assert_readable(figure)
    curve, pictures = figure.axes
    assert curve.get_title() == "source: wgan"
    assert [label.get_text() for label in pictures.get_yticklabels()] == ["target", "clone"]
    assert len(pictures.get_xticklabels()) == 10
