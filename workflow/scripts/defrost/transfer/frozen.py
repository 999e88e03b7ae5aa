"""What frozen blocks put out, computed once for all the examples of a job."""

import math
import os
from pathlib import Path

import torch
from torch import Tensor

from defrost.errors import UserError
from defrost.networks.network import Network

_ROWS = 256  # images at once: bounds the memory of what lies between the blocks


class FrozenBlocks:
    """The source's first blocks as fixed functions of the images (N x C x H x W) of a job.

    What they put out is computed once for each depth that is asked for, and kept: beside the
    images, on their device, as long as all of it takes at most `memory` bytes, else in a file in
    `folder`, of which the system holds what it has room for. The source is on that device too.
    """

    def __init__(self, source: Network | None, images: Tensor, memory: float, folder: Path) -> None:
        self.source = source
        self.images = images
        self.memory = memory
        self.folder = folder
        self.kept: dict[int, Tensor] = {0: images}

    @torch.no_grad()
    def apply(self, depth: int, images: Tensor) -> Tensor:
        """Return what the first `depth` blocks put out for these images, of any batch shape."""
        if not depth:
            return images
        rows = images.flatten(0, -4)
        return self.source.prefix(depth).eval()(rows).unflatten(0, images.shape[:-3])

    def of_rows(self, depth: int, rows: Tensor) -> Tensor:
        """Return what the first `depth` blocks put out for these rows of the images."""
        features = self.features(depth)
        return features[rows.to(features.device)].to(self.images.device)

    def features(self, depth: int) -> Tensor:
        """Return what the first `depth` blocks put out for every image.

        What is kept in a file is not on the device of the images.
        """
        if depth not in self.kept:
            parts = self.images.split(_ROWS)
            first = self.apply(depth, parts[0])
            kept = self._room((len(self.images), *first.shape[1:]), f"depth-{depth}")
            done = 0
            for number, part in enumerate(parts):
                outputs = self.apply(depth, part) if number else first
                kept[done : done + len(part)] = outputs
                done += len(part)
            self.kept[depth] = kept
        return self.kept[depth]

    def _room(self, shape: tuple[int, ...], name: str) -> Tensor:
        size = math.prod(shape)
        needed = size * self.images.element_size()
        if needed <= self.memory:
            self.memory -= needed
            return self.images.new_empty(shape)
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / f"{name}.features"
        path.unlink(missing_ok=True)
        with path.open("wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, needed)  # else a full disk is found too late
            except OSError as error:
                found = f"found no room for {needed >> 20} MiB ({error.strerror})"
                allowed = "allowed is a larger feature_memory_mb, or a disk that has it"
                raise UserError(f"features: {self.folder}", found, allowed) from error
        room = torch.from_file(str(path), shared=True, size=size, dtype=self.images.dtype)
        return room.view(shape)
