"""A data set: labelled images in named splits, and the normalisation of the study."""

from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from defrost.provenance.digests import ResultError
from defrost.provenance.files import read_tensors, write_tensors

_ROUNDING = 1e-6  # of the largest value: float32 has no more digits


class Examples(NamedTuple):
    """Images (N x channels x height x width, float32) and labels (N, int64, from 0)."""

    images: Tensor
    labels: Tensor

    def to(self, device: str) -> "Examples":
        """Return the same on a device."""
        return Examples(*(tensor.to(device) for tensor in self))

    def part(self, number: int, count: int) -> "Examples":
        """Return one of `count` equal, disjoint parts, balanced where the whole is dealt so."""
        return Examples(*(tensor.tensor_split(count)[number] for tensor in self))


@dataclass(frozen=True)
class Dataset:
    """Splits by name, with the mean and standard deviation per channel that inputs are scaled by.

    The normalisation is always the target's (training split), for the target and its sources
    alike: a source network must see target images as the target's own networks see them.

    Splits are kept in main memory; `device` is where networks see them.
    """

    splits: dict[str, Examples]
    mean: Tensor
    deviation: Tensor
    device: str = "cpu"

    @property
    def classes(self) -> int:
        """Number of classes, as seen in the training split."""
        return int(self.splits["train"].labels.max()) + 1

    @property
    def image_shape(self) -> tuple[int, ...]:
        """Channels, height and width."""
        return tuple(self.splits["train"].images.shape[1:])

    def normalised(self, split: str, rows: Tensor | slice = slice(None)) -> Examples:
        """Return a split, or these rows of it, as networks see them and where."""
        images, labels = self.splits[split]
        scale = self.deviation[:, None, None]
        seen = Examples((images[rows] - self.mean[:, None, None]) / scale, labels[rows])
        return seen.to(self.device)

    def write(self, path: str | Path, record: dict) -> None:
        """Write the data set as safetensors."""
        tensors = {"mean": self.mean, "deviation": self.deviation}
        for name, (images, labels) in self.splits.items():
            tensors |= {f"{name}.images": images, f"{name}.labels": labels}
        write_tensors(path, tensors, record)

    @classmethod
    def read(cls, path: str | Path, device: str = "cpu") -> "Dataset":
        """Read a data set that `write` wrote, for networks on a device.

        Raises ResultError for any other file.
        """
        tensors = read_tensors(path)
        names = [key.removesuffix(".images") for key in tensors if key.endswith(".images")]
        try:
            splits = {n: Examples(tensors[f"{n}.images"], tensors[f"{n}.labels"]) for n in names}
            read = cls(splits, tensors["mean"], tensors["deviation"], device)
            whole = all(map(_is_whole, read.splits.values())) and "train" in read.splits
            if not whole or {len(read.mean), len(read.deviation)} != {read.image_shape[0]}:
                raise ValueError
        except (KeyError, ValueError) as error:
            raise ResultError(path, "found tensors that are no data set") from error
        return read


def _is_whole(examples: Examples) -> bool:
    images, labels = examples
    kinds = (images.ndim, images.dtype, labels.ndim, labels.dtype)
    return kinds == (4, torch.float32, 1, torch.int64) and len(images) == len(labels)


def channel_statistics(images: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean and standard deviation of each channel of N x C x H x W images.

    The deviation of a channel that never changes, but for rounding, is given as 1, so that one
    can divide by it.
    """
    mean = images.mean(dim=(0, 2, 3), dtype=torch.float64)
    centred = images.double() - mean[:, None, None]
    deviation = centred.square().mean(dim=(0, 2, 3)).sqrt().float()
    changes = deviation > _ROUNDING * images.abs().amax(dim=(0, 2, 3))
    return mean.float(), torch.where(changes, deviation, 1)
