"""Clones: data sets sampled from a generative model fitted to the target's training split.

The models form a ladder of growing similarity to the target, by the moments of each class that
they keep (Refinetti, Ingrosso, Goldt 2023): `isotropic` keeps the mean of the class and one
variance, `gaussian` the mean and the full covariance over all pixels of all channels together.

A model is a dict of tensors for K classes of P pixels, so that it can be stored as it is.
"""

from collections.abc import Callable

import torch
from scipy.linalg.lapack import dpstrf
from torch import Generator, Tensor

from defrost.data.dataset import Examples

_ROWS = 4096  # images drawn at once: bounds the memory whatever the number of images


def fit_clone(model: str, examples: Examples) -> dict[str, Tensor]:
    """Fit the generative model called `isotropic` or `gaussian` to labelled images.

    Returns `means` (K x P) with `scales` (K), or with `factors` (K x P x P, lower triangular
    times its transpose gives the covariance). Covariances are those of the sample (divisor N - 1)
    without shrinkage: a factor of lower rank is exact.
    """
    pixels = examples.images.flatten(1).double()
    classes = [pixels[examples.labels == c] for c in range(int(examples.labels.max()) + 1)]
    means = torch.stack([x.mean(0) for x in classes])
    centred = [x - mean for x, mean in zip(classes, means, strict=True)]
    return {"means": means.float(), **_SECOND_MOMENTS[model](centred)}


def sample_clone(
    model: dict[str, Tensor], count: int, shape: tuple[int, ...], generator: Generator
) -> Examples:
    """Draw `count` images of `shape` from a fitted model, with labels balanced to within one.

    Values are not clipped to the range of the data: clipping would change both moments.
    """
    means = model["means"]
    labels = torch.arange(count) % len(means)
    images = torch.empty(count, means.shape[1])
    for c, mean in enumerate(means):
        for rows in torch.nonzero(labels == c)[:, 0].split(_ROWS):
            noise = torch.randn(len(rows), len(mean), generator=generator)
            if "factors" in model:
                images[rows] = torch.addmm(mean, noise, model["factors"][c].T)
            else:
                images[rows] = mean + model["scales"][c] * noise
    return Examples(images.reshape(count, *shape), labels)


def _one_scale(centred: list[Tensor]) -> dict[str, Tensor]:
    variances = [x.square().sum() / ((len(x) - 1) * x.shape[1]) for x in centred]
    return {"scales": torch.stack(variances).sqrt().float()}


def _covariance_factors(centred: list[Tensor]) -> dict[str, Tensor]:
    factors = [_semidefinite_factor(x.T @ x / (len(x) - 1)) for x in centred]
    return {"factors": torch.stack(factors).float()}


_SECOND_MOMENTS: dict[str, Callable[[list[Tensor]], dict[str, Tensor]]] = {
    "isotropic": _one_scale,
    "gaussian": _covariance_factors,
}


def _semidefinite_factor(covariance: Tensor) -> Tensor:
    """Return F with F Fᵀ = covariance, for a covariance that may be singular.

    Pixels that never change and classes with fewer examples than pixels make it singular, where
    the plain Cholesky factorisation fails; the pivoted one stops at the numerical rank.
    """
    packed, pivots, rank, _ = dpstrf(covariance.numpy(), lower=1)
    lower = torch.from_numpy(packed).tril()
    lower[:, rank:] = 0
    factor = torch.empty_like(lower)
    factor[torch.from_numpy(pivots).long() - 1] = lower
    return factor
