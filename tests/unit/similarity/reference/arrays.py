"""The arrays on which other libraries and ours are compared, made from a seed."""

import numpy as np


def pair(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return two representations of the same points, float64.

    `narrow` has more points than features and `wide` fewer; both have an offset, as ReLU leaves.
    """
    points, x_features, y_features, seed = {
        "narrow": (500, 20, 30, 0),
        "wide": (150, 400, 220, 1),
    }[name]
    generator = np.random.default_rng(seed)
    latent = generator.normal(size=(points, 8))
    x = latent @ generator.normal(size=(8, x_features)) + generator.normal(
        size=(points, x_features)
    )
    y = latent @ generator.normal(size=(8, y_features)) + generator.normal(
        size=(points, y_features)
    )
    return np.maximum(x, 0) + 0.1 * x, np.tanh(y / 2) + 1


def labels(name: str) -> np.ndarray:
    """Return three classes that the first feature of x tells apart a little."""
    x, _ = pair(name)
    noise = np.random.default_rng(2).normal(size=len(x))
    return np.digitize(x[:, 0] + noise, [0.0, 1.5])
