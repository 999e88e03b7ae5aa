"""Clones: data sets sampled from a generative model fitted to the target's training split.

The models form a ladder of growing similarity to the target, by the moments of each class that
they keep (Refinetti, Ingrosso, Goldt 2023): `isotropic` keeps the mean of the class and one
variance, `gaussian` the mean and the full covariance over all pixels of all channels together.

A model is a dict of tensors for K classes of P pixels, so that it can be stored as it is.
"""

from collections.abc import Callable, Iterator

import torch
from scipy.linalg.lapack import dpstrf
from torch import Generator, Tensor

from defrost.data.dataset import Examples
from defrost.data.raw import DataError

# Images handled at once: bounds the memory whatever their number. A multiple of 16, since torch
# fills in normal numbers by sixteens: then the noise is the same for any other multiple.
_ROWS = 4096
_BLOCK = 512  # columns of a covariance summed at once: wider waste work, narrower are slower


def fit_clone(model: str, examples: Examples) -> dict[str, Tensor]:
    """Fit the generative model called `isotropic` or `gaussian` to labelled images.

    Returns `means` (K x P) with `scales` (K), or with `factors` (K x P x P, each times its
    transpose gives the covariance). Covariances are those of the sample (divisor N - 1) without
    shrinkage: a factor of lower rank is exact. Sums are in float64, over a few thousand images at
    a time. Raises DataError for a class with fewer than two examples.
    """
    name, second_moment = _SECOND_MOMENTS[model]
    means, moments = [], []
    for c in range(int(examples.labels.max()) + 1):
        rows = torch.nonzero(examples.labels == c)[:, 0]
        if len(rows) < 2:
            found = f"found {len(rows)} training examples of class {c}"
            raise DataError("target", found, "a clone needs two of each")
        mean = sum(x.sum(0) for x in _chunks(examples.images, rows)) / len(rows)
        means.append(mean.float())
        moments.append(second_moment(examples.images, rows, mean).float())
    return {"means": torch.stack(means), name: torch.stack(moments)}


def sample_clone(
    model: dict[str, Tensor], count: int, shape: tuple[int, ...], generator: Generator
) -> Examples:
    """Draw `count` images of `shape` from a fitted model, with labels balanced to within one.

    Values are not clipped to the range of the data: clipping would change both moments. Besides
    the images themselves, only the noise of a few thousand is in memory at once.
    """
    means = model["means"]
    classes, pixels = means.shape
    images = torch.empty(count, pixels)
    for c, mean in enumerate(means):
        for rows in images[c::classes].split(_ROWS):
            noise = torch.randn(rows.shape, generator=generator)
            if "factors" in model:
                torch.addmm(mean, noise, model["factors"][c].T, out=rows)
            else:
                torch.add(mean, model["scales"][c] * noise, out=rows)
    return Examples(images.reshape(count, *shape), torch.arange(count) % classes)


def _chunks(images: Tensor, rows: Tensor) -> Iterator[Tensor]:
    """Yield the images in `rows` as rows of pixels in float64, a few thousand at a time."""
    for some in rows.split(_ROWS):
        yield images[some].flatten(1).double()


def _scale(images: Tensor, rows: Tensor, mean: Tensor) -> Tensor:
    """Return the root of the mean of the pixels' variances, over the images in `rows`."""
    squares = sum(x.sub_(mean).square().sum() for x in _chunks(images, rows))
    return (squares / ((len(rows) - 1) * len(mean))).sqrt()


def _factor(images: Tensor, rows: Tensor, mean: Tensor) -> Tensor:
    """Return F (P x P) with F Fᵀ the covariance of the images in `rows`.

    The covariance is summed block row by block row from the diagonal on: the rest is its mirror
    image, and the sum is the largest cost of a fit.
    """
    covariance = torch.zeros(len(mean), len(mean), dtype=torch.float64)
    for x in _chunks(images, rows):
        x.sub_(mean)
        for first in range(0, len(mean), _BLOCK):
            block = slice(first, first + _BLOCK)
            covariance[block, first:].addmm_(x[:, block].T, x[:, first:])
    return _semidefinite_factor(covariance.div_(len(rows) - 1))


def _semidefinite_factor(covariance: Tensor) -> Tensor:
    """Return F with F Fᵀ = covariance, for a covariance that may be singular.

    Reads the upper triangle alone and overwrites it. Pixels that never change and classes with
    fewer examples than pixels make a covariance singular, where the plain Cholesky factorisation
    fails; the pivoted one stops at the numerical rank.
    """
    # LAPACK stores by columns: the upper triangle is its lower one, and nothing is copied
    packed, pivots, rank, _ = dpstrf(covariance.numpy().T, lower=1, overwrite_a=1)
    lower = torch.from_numpy(packed).tril()
    lower[:, rank:] = 0
    factor = torch.empty_like(lower)
    factor[torch.from_numpy(pivots).long() - 1] = lower
    return factor


_SECOND_MOMENTS: dict[str, tuple[str, Callable[[Tensor, Tensor, Tensor], Tensor]]] = {
    "isotropic": ("scales", _scale),
    "gaussian": ("factors", _factor),
}
