"""How far the images of a clone are from real ones: statistics of two samples, class by class.

Both are energy distances, of Euclidean distances between pixels as they are:

- of whole images. In many dimensions these distances say little beyond the means and the total
  variance (Zhu, Shao 2021): it ranks clones by how well they keep the first two moments;
- of small patches of images. With few dimensions distances still vary, and it sees much of what
  clones with the right means and covariances lack, first of all that natural images are flat
  here and rich in contrast there. It is blind to how distant patches belong together.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from defrost.data.dataset import Examples
from defrost.errors import UserError

_ROWS = 1024  # rows of distances at once: memory grows with the images, not with their square
_SIDE = 4  # pixels of a patch: strokes and edges, and few enough dimensions


def by_class(
    statistic: Callable[[Tensor, Tensor], float], first: Examples, second: Examples
) -> list[float]:
    """Return a statistic of two sets of labelled images for every class, from 0.

    Two disjoint sets of real images give what chance does. Raises UserError unless every class
    has two images of each.
    """
    values = []
    for label in range(int(second.labels.max()) + 1):
        samples = [images[labels == label] for images, labels in (first, second)]
        fewest = min(map(len, samples))
        if fewest < 2:
            found = f"found {fewest} images of class {label} in one of the samples"
            raise UserError("two samples", found, "allowed are two or more: enlarge the splits")
        values.append(statistic(*samples))
    return values


def energy_distance(first: Tensor, second: Tensor) -> float:
    """Return the energy distance of two samples of points or images (N x ... and M x ...).

    2 E|X - Y| - E|X - X'| - E|Y - Y'|, in the unit of the data. The means leave out the distance
    of a point to itself, so that samples of one distribution give 0 on average, and often less
    (Székely, Rizzo 2013).
    """
    first, second = (sample.flatten(1).double() for sample in (first, second))
    across = _distance_sum(first, second) / (len(first) * len(second))
    within = [_distance_sum(x, x) / (len(x) * (len(x) - 1)) for x in (first, second)]
    return 2 * across - sum(within)


def patch_energy_distance(first: Tensor, second: Tensor) -> float:
    """Return the mean energy distance of the patches at each place of images (N x C x H x W).

    Patches, of all channels together, lie side by side from the upper left corner; what remains
    at the right and at the bottom is left out, and a shorter side of the image is one patch long.
    """
    side = [min(_SIDE, length) for length in first.shape[2:]]
    patches = [nn.functional.unfold(images, side, stride=side) for images in (first, second)]
    places = patches[0].shape[2]
    return sum(energy_distance(*(p[:, :, at] for p in patches)) for at in range(places)) / places


STATISTICS: dict[str, Callable[[Tensor, Tensor], float]] = {
    "energy_distance": energy_distance,
    "patch_energy_distance": patch_energy_distance,
}


def _distance_sum(first: Tensor, second: Tensor) -> float:
    return sum(torch.cdist(rows, second).sum().item() for rows in first.split(_ROWS))
