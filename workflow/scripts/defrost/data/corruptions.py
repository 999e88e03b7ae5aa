"""Corruptions of images: harm of one kind and of a strength that can be dialled up from none."""

import math
from collections.abc import Callable
from functools import partial

import torch
from torch import Generator, Tensor

_IMAGES = 4096  # images treated at once: bounds what is needed beside input and result


def corrupt(images: Tensor, kind: str, strength: float, generator: Generator) -> Tensor:
    """Return float images (N x C x H x W) with a corruption; of strength 0, as they are.

    `rotation`: turned counter-clockwise by `strength` degrees, 0 where nothing comes from.
    `noise`: plus Gaussian noise of standard deviation `strength`, in the units of the pixels.
    `blur`: smoothed by a Gaussian of standard deviation `strength` pixels.
    `permutation`: the share `strength` (from 0 to 1) of the pixel positions moved, by the same
    permutation in every image and channel.
    """
    if strength == 0:
        return images
    return _CORRUPTIONS[kind](images, strength, generator)


def _rotate(images: Tensor, degrees: float, _: Generator) -> Tensor:
    from defrost.data.torchvision_compat import torchvision  # takes two seconds to import

    functional = torchvision.transforms.functional
    bilinear = torchvision.transforms.InterpolationMode.BILINEAR
    parts = images.split(_IMAGES)
    return torch.cat([functional.rotate(part, degrees, bilinear) for part in parts])


def _add_noise(images: Tensor, deviation: float, generator: Generator) -> Tensor:
    return torch.randn(images.shape, generator=generator).mul_(deviation).add_(images)


def _blur(images: Tensor, deviation: float, _: Generator) -> Tensor:
    from defrost.data.torchvision_compat import torchvision  # takes two seconds to import

    # beyond four standard deviations nothing is left; borders are mirrored, so that the kernel
    # reaches no farther than the image
    height, width = (
        2 * min(math.ceil(4 * deviation), pixels - 1) + 1 for pixels in images.shape[2:]
    )
    blur = partial(torchvision.transforms.functional.gaussian_blur, sigma=[deviation, deviation])
    # along rows, then along columns: the same blur at a fraction of the time
    return torch.cat([blur(blur(part, [width, 1]), [1, height]) for part in images.split(_IMAGES)])


def _permute(images: Tensor, share: float, generator: Generator) -> Tensor:
    """Pass the chosen positions round in a ring of random order: each of them moves.

    A single position has nowhere to go and stays.
    """
    positions = images.shape[2] * images.shape[3]
    chosen = torch.randperm(positions, generator=generator)[: round(share * positions)]
    order = torch.arange(positions)
    order[chosen] = chosen.roll(1)
    return images.flatten(2)[:, :, order].reshape(images.shape)


_CORRUPTIONS: dict[str, Callable[[Tensor, float, Generator], Tensor]] = {
    "rotation": _rotate,
    "noise": _add_noise,
    "blur": _blur,
    "permutation": _permute,
}
