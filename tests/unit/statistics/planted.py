"""Accuracies with a planted answer, and how often the statistics cover it."""

import numpy as np

from defrost.provenance.seeds import Seeds
from defrost.statistics.optimal_depth import chosen_on_others, confidence_set, cross_fitted_gain

# Mean accuracy at every depth, scratch first, and the standard deviation over replicates.
PLANTED = {
    "one best depth": ([0.70, 0.72, 0.75, 0.77, 0.75, 0.71], 0.01),
    "a doubtful best depth": ([0.700, 0.702, 0.705, 0.710, 0.707, 0.703], 0.01),
    "two equally good": ([0.70, 0.71, 0.73, 0.73, 0.71, 0.70], 0.01),
    "six equal": ([0.75] * 6, 0.01),
    "six equal, unequal spread": ([0.75] * 6, [0.03, 0.02, 0.01, 0.01, 0.007, 0.005]),
    "each block loses": ([0.750, 0.745, 0.740, 0.735, 0.730, 0.725], 0.01),
}
SHARED = 0.02  # deviation of what all depths of a replicate have in common


def draws(name: str, replicates: int, simulations: int) -> np.ndarray:
    """Return accuracies, simulations x replicates x depths."""
    means, deviation = PLANTED[name]
    generator = np.random.default_rng(Seeds(0)(name, replicates))
    shape = simulations, replicates, len(means)
    shared = SHARED * generator.normal(size=(simulations, replicates, 1))
    return np.array(means) + shared + np.array(deviation) * generator.normal(size=shape)


def true_gain(accuracy: np.ndarray, means: list[float]) -> float:
    """Return the gain over scratch that the depths chosen in one simulation have in truth."""
    return np.array(means)[chosen_on_others(accuracy)].mean() - means[0]


def covers(interval: tuple[float, float, float], value: float) -> bool:
    """Return whether a value is between the limits, or as good as on one."""
    _, low, high = interval
    return low - 1e-12 <= value <= high + 1e-12


def gain_coverage(name: str, replicates: int, simulations: int) -> float:
    """Return how often the interval of the gain over scratch covers what it is for."""
    means, _ = PLANTED[name]
    return np.mean(
        [
            covers(cross_fitted_gain(accuracy, accuracy[:, 0]), true_gain(accuracy, means))
            for accuracy in draws(name, replicates, simulations)
        ]
    )


def set_coverage(name: str, replicates: int, simulations: int) -> tuple[float, float]:
    """Return how often a confidence set has the best depth, and its mean number of depths.

    Of several best depths it is the one that is missed most often.
    """
    means = np.array(PLANTED[name][0])
    sets = [confidence_set(accuracy) for accuracy in draws(name, replicates, simulations)]
    best = np.flatnonzero(means == means.max())
    held = min(np.mean([depth in depths for depths in sets]) for depth in best)
    return held, np.mean([len(depths) for depths in sets])


def coverage_row(name: str, replicates: tuple[int, ...], simulations: int) -> str:
    """Return the row of the table in docs/statistics.md."""
    gains = [f"{gain_coverage(name, r, simulations):.3f}" for r in replicates]
    sets = ["{:.3f} ({:.1f})".format(*set_coverage(name, r, simulations)) for r in replicates]
    return f"| {' | '.join([name, *gains, *sets])} |"
