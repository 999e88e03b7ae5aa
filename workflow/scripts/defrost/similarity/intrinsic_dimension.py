"""Intrinsic dimension of a representation by the TwoNN estimator."""

import torch
from skdim.id import TwoNN
from torch import Tensor

from defrost.similarity.centre import centre


def two_nn_dimension(x: Tensor) -> float:
    """Return the intrinsic dimension of a representation.

    The ratio mu of a point's distances to its second and first neighbour follows a Pareto law
    whose exponent is the dimension d, F(mu) = 1 - mu^-d, where the density is constant over the
    second neighbour's distance. d is the slope of -log(1 - F) against log(mu) through the
    origin, the tenth of the points with the largest ratios left out, as scikit-dimension does by
    default. The relative standard error is about 1.4/sqrt(N); in high dimensions d is
    underestimated, since few points are far from the edge of the data.

    Args:
        x: N x D, D >= 2, a row for each input.

    Returns:
        The dimension, positive, without unit.

    Raises:
        ValueError: N < 3, so that a point has no second neighbour; a point is repeated, so that
            a first distance is zero and its copies distort the ratios of the others; every
            ratio is 1, as on a lattice; D < 2; or values are not finite.

    Source:
        Facco, d'Errico, Rodriguez, Laio, Scientific Reports 7, 2017, 12140; scikit-dimension's
        `TwoNN`.
    """
    points = centre(x)
    if len(points) < 3:
        raise ValueError(f"TwoNN needs 3 points or more, got {len(points)}")
    repeated = len(x) - len(torch.unique(x, dim=0))
    if repeated:
        raise ValueError(f"TwoNN needs distinct points, {repeated} of {len(x)} repeat another")
    dimension = float(TwoNN().fit_transform(points.cpu().numpy()))
    if dimension <= 0:
        raise ValueError("TwoNN needs distances that differ, every point has equal neighbours")
    return dimension
