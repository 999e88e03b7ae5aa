"""The handwritten digits that scikit-learn ships: 1,797 real images of 8 x 8 pixels."""

import torch
from sklearn.datasets import load_digits

from defrost.data.raw import RawData


def read_digits() -> RawData:
    """Return all 1,797 digits: grey images 1 x 8 x 8 with values in [0, 1], ten classes."""
    digits = load_digits()
    images = torch.from_numpy(digits.images).float()[:, None] / 16  # pixels count from 0 to 16
    labels = torch.from_numpy(digits.target).long()
    return RawData(images, labels, tuple("0123456789"), None)
