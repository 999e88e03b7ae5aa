"""The Pareto front: what cannot be had better for the same cost, nor as good for less."""

import numpy as np


def on_pareto_front(cost: np.ndarray, value: np.ndarray) -> np.ndarray:
    """Return which of n points no other point dominates, as n truth values.

    A point dominates another if it costs no more and is worth no less, and is better in at least
    one of the two: of points of equal value the cheapest is on the front, and of points of equal
    cost the most valuable. Points that are equal in both are on the front together.

    Args:
        cost, value: n numbers each, none of them NaN.
    """
    no_worse = (cost <= cost[:, None]) & (value >= value[:, None])
    better = (cost < cost[:, None]) | (value > value[:, None])
    return ~(no_worse & better).any(axis=1)
