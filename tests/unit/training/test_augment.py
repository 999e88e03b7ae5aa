"""Augmentation: what it draws, and what it does to an image."""

import torch

from defrost.training.augment import Augmentation, augmentation_of

SHAPE = (200, 8)  # steps x batch size


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def images(replicates=2):
    return torch.randn(replicates, 8, 3, 6, 5, generator=torch.Generator().manual_seed(0))


def test_nothing_is_changed_unless_asked_for():
    off = {"augmentation": {"flip": False, "shift": 0}}
    assert augmentation_of(off, SHAPE, generators(0)) is None


def test_a_flip_is_a_flip_for_half_of_the_images():
    change = Augmentation({"flip": True, "shift": 0}, SHAPE, generators(0, 1))
    before, after = images(), change(images(), 3)
    for replicate in range(2):
        for number in range(8):
            expected = before[replicate, number]
            if change.flips[3, replicate, number]:
                expected = expected.flip(-1)
            assert torch.equal(after[replicate, number], expected)
    # 3,200 fair draws: a standard error of 0.009
    assert abs(change.flips.double().mean() - 0.5) < 0.04


def test_a_shift_moves_an_image_and_fills_with_the_mean():
    change = Augmentation({"flip": False, "shift": 2}, SHAPE, generators(0, 1))
    before, after = images(), change(images(), 7)
    for replicate in range(2):
        for number in range(8):
            down, right = (2 - change.shifts[7, replicate, number]).tolist()
            expected = torch.zeros(3, 6, 5)
            for row in range(6):
                for column in range(5):
                    if 0 <= row - down < 6 and 0 <= column - right < 5:
                        pixel = before[replicate, number, :, row - down, column - right]
                        expected[:, row, column] = pixel
            assert torch.equal(after[replicate, number], expected)
    assert (
        change.shifts.flatten().bincount().tolist()
        == torch.unique(change.shifts, return_counts=True)[1].tolist()
    )
    assert change.shifts.min() == 0
    assert change.shifts.max() == 4


def test_a_replicate_is_changed_as_if_it_were_alone():
    together = Augmentation({"flip": True, "shift": 1}, SHAPE, generators(5, 6))
    alone = Augmentation({"flip": True, "shift": 1}, SHAPE, generators(6))
    assert torch.equal(together(images(), 0)[1:], alone(images()[1:], 0))
