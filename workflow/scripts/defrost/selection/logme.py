"""LogME: how well a Bayesian linear regression explains the labels by the features.

The one-hot labels y of a class are modelled as y = F w + noise, with w ~ N(0, 1/alpha) and noise
~ N(0, 1/beta). The evidence is the probability of y with w integrated out,

    log p(y) = D/2 log alpha + N/2 log beta - N/2 log 2 pi - 1/2 log det(alpha I + beta F'F)
               - beta/2 |F m - y|^2 - alpha/2 |m|^2,    m = beta (alpha I + beta F'F)^-1 F'y

(You et al. 2021, eq. 2). The determinant is over all D features: for N < D, D - N eigenvalues of
F'F are zero, and each adds log alpha. Dropped, as in a widely used implementation, they leave
(D - N)/2N log alpha in the score: 93 instead of -0.23 for noise at N = 200, D = 4096.

With lambda = alpha/beta, s the squared singular values of F and x the coordinates of y along its
left singular vectors, the best beta for a given lambda is N/S, and what remains is one number's
function:

    log p(y) = N/2 (log(N/S) - 1 - log 2 pi) - 1/2 sum_i log(1 + s_i/lambda),
    S = |y|^2 - sum_i x_i^2 s_i/(lambda + s_i).
"""

import math

import numpy as np
from torch import Tensor

from defrost.selection.inputs import ONE_CLASS, checked_features, class_indicators
from defrost.selection.rotation import principal_axes
from defrost.selection.value import Value, undefined

TOLERANCE = 1e-8  # of log lambda; the evidence is flat there, so its own error is far smaller
# At most: half of 2,374 random regressions took fewer than 40 steps, 6 took all, next to a limit;
# none was further than 1e-11 from what a search along lambda finds.
STEPS = 10_000
# where the fixed point starts: the best of these multiples of the largest s; at both ends the
# evidence has come to its limit
START = np.logspace(-20, 20, 161)
EXACT = 1e-12  # share of |y|^2 that float32 features leave of labels they determine
FITTED = "the labels are an exact linear function of fewer features than there are examples"


def logme(features: Tensor, labels: Tensor) -> Value:
    """Return the mean over classes of the maximum log evidence per example.

    The maximum is found by the fixed-point iteration of the paper, to a relative change of
    lambda of 1e-8, started where the evidence is highest on a grid: it may have its maximum at
    lambda = 0 or infinity, which the iteration only creeps towards.

    Args:
        features: N x D. Not centred: as in the paper the regression has no intercept.
        labels: N.

    Returns:
        A number per example in nats. Infinite, with a reason, where a class is fitted exactly
        by fewer features than there are examples; NaN where all labels are of one class. Classes
        without examples do not count.

    Raises:
        ValueError: shapes that do not fit, or values that are not finite.

    Source:
        You, Liu, Wang, Long, "LogME: practical assessment of pre-trained models for transfer
        learning", ICML 2021, eq. 2 and algorithm 1.
    """
    features = checked_features(features)
    targets = class_indicators(labels, len(features))
    if targets.shape[1] < 2:
        return undefined(ONE_CLASS)
    axes = principal_axes(features)
    squared, coordinates = axes.squared.numpy(), (axes.directions.T @ targets).square().numpy()
    counts = targets.sum(dim=0).numpy()
    evidence = [
        maximum_evidence(squared, projected, count, len(features))
        for projected, count in zip(coordinates.T, counts, strict=True)
    ]
    mean = float(np.mean(evidence))
    return Value(mean, FITTED if math.isinf(mean) else "")


def maximum_evidence(
    squared: np.ndarray, projected: np.ndarray, length: float, examples: int
) -> float:
    """Return the maximum log evidence, per example, of one regression.

    Args:
        squared: R squared singular values of the features, none of them 0.
        projected: R squared coordinates of the labels along the left singular vectors.
        length: squared length of the labels.
        examples: N.
    """
    rank = len(squared)
    residual = length - projected.sum()
    if residual < EXACT * length:
        residual = 0.0
        if rank < examples:
            return math.inf
    if rank == 0:
        return (math.log(examples / residual) - 1 - math.log(2 * math.pi)) / 2

    def evidence(ratio: np.ndarray) -> np.ndarray:
        left = ratio[:, None] / (ratio[:, None] + squared)
        misfit = left @ projected + residual
        fit = examples / 2 * (np.log(examples / misfit) - 1 - math.log(2 * math.pi))
        return (fit - np.log1p(squared / ratio[:, None]).sum(axis=1) / 2) / examples

    grid = START * squared.max()
    values = evidence(grid)
    best = int(values.argmax())
    ratio = grid[best]
    with np.errstate(divide="ignore"):  # where no feature is of any use alpha is infinite
        for _ in range(STEPS):
            used, left = squared / (ratio + squared), ratio / (ratio + squared)
            gamma, unused = used.sum(), examples - rank + left.sum()  # together N
            alpha = gamma / (used**2 / squared * projected).sum()
            beta = unused / ((left**2 * projected).sum() + residual)
            before, ratio = ratio, np.clip(alpha / beta, grid[0], grid[-1])
            if abs(math.log(ratio / before)) < TOLERANCE:
                break
    return float(max(evidence(np.array([ratio]))[0], values[best]))
