"""Data sets on disk and as networks see them."""

import torch

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.data.digits import read_digits


def test_a_data_set_comes_back_and_is_normalised_by_its_own_numbers(tmp_path):
    images = torch.randn(20, 3, 4, 4) * 5 + torch.tensor([1.0, 2.0, 1000.0])[:, None, None]
    train = Examples(images, torch.arange(20) % 4)
    mean, deviation = channel_statistics(images)
    Dataset({"train": train, "test": Examples(*map(torch.clone, train))}, mean, deviation).write(
        tmp_path / "d.safetensors", {}
    )
    read = Dataset.read(tmp_path / "d.safetensors")
    assert read.classes == 4
    assert read.image_shape == (3, 4, 4)
    assert set(read.splits) == {"train", "test"}
    normalised = read.normalised("train").images.double()
    assert torch.allclose(normalised.mean(dim=(0, 2, 3)), torch.zeros(3).double(), atol=1e-4)
    variances = normalised.square().mean(dim=(0, 2, 3))
    assert torch.allclose(variances, torch.ones(3).double(), atol=1e-4)


def test_the_digits_are_real():
    images, labels, names, test_from = read_digits()
    assert (names, test_from) == (tuple("0123456789"), None)
    assert images.shape == (1797, 1, 8, 8)
    assert images.min() == 0
    assert images.max() == 1
    assert labels.bincount().tolist() == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
