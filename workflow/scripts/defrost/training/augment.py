"""Augmentation: images that are flipped or shifted at random."""

import torch
from torch import Generator, Tensor, nn


class Augmentation:
    """Random changes of every image at every step, all drawn before the training.

    So that a run that was stopped goes on with the draws it would have had. `settings` holds
    `flip` (left and right exchanged, for half of the images) and `shift` (pixels, at most, along
    either axis; what comes in from outside is 0, the mean of the normalised training images).
    """

    def __init__(self, settings: dict, shape: tuple[int, int], generators: list[Generator]) -> None:
        """`shape` is steps x batch size; there is a generator for each of the R replicates."""
        self.shift = settings["shift"]
        share = 0.5 if settings["flip"] else 0.0
        self.flips = torch.stack([torch.rand(shape, generator=g) < share for g in generators], 1)
        span = (2 * self.shift + 1,)
        self.shifts = torch.stack(
            [torch.randint(*span, (*shape, 2), generator=g) for g in generators], 1
        )

    def __call__(self, images: Tensor, step: int) -> Tensor:
        """Return the images (R x B x C x H x W) of a step as it changes them."""
        device = images.device
        flips, shifts = self.flips[step].to(device), self.shifts[step].to(device)
        images = torch.where(flips[..., None, None, None], images.flip(-1), images)
        replicate, example, row, column = (
            torch.arange(images.shape[axis], device=device) for axis in (0, 1, -2, -1)
        )
        padded = nn.functional.pad(images, [self.shift] * 4)
        rows, columns = shifts[..., :1] + row, shifts[..., 1:] + column
        replicate, example = replicate[:, None, None, None], example[None, :, None, None]
        # indices around the slice of the channels: the channels come last and go back in place
        moved = padded[replicate, example, :, rows[..., :, None], columns[..., None, :]]
        return moved.movedim(-1, 2)


def augmentation_of(
    training: dict, shape: tuple[int, int], generators: list[Generator]
) -> Augmentation | None:
    """Return the augmentation that a training asks for, if any."""
    settings = training["augmentation"]
    if not settings["flip"] and not settings["shift"]:
        return None
    return Augmentation(settings, shape, generators)
