"""Small shifts that keep lines of equal values apart."""

import numpy as np


def dodges(count: int, step: float, most: float) -> np.ndarray:
    """Return `count` shifts around zero, `step` apart, or less where they would exceed `most`.

    `most` is the distance between the first and the last.
    """
    spread = min(step * (count - 1), most)
    return np.linspace(-spread / 2, spread / 2, count) if count > 1 else np.zeros(1)
