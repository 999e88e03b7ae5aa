"""What a step of a Wasserstein GAN costs, counted and timed on small images."""

import contextlib
import io
import math
from pathlib import Path

import torch

from defrost.data.dataset import Examples
from defrost.data.wgan import train_wgan
from defrost.data.wgan_networks import Generator
from defrost.estimate.clock import work_seconds
from defrost.estimate.counts import Tally
from defrost.provenance.resume import Resume

_SIDE = 32  # pixels, of the images that are tried; cost is in proportion to their number
_STEPS = 2


def step_cost(shape: tuple[int, int, int], classes: int) -> tuple[int, float]:
    """Return operations and seconds of a generator step, with its critic steps."""
    channels, height, width = shape
    tried = channels, min(height, _SIDE), min(width, _SIDE)
    scale = height * width / (tried[1] * tried[2])
    examples = Examples(torch.rand(2 * classes, *tried), torch.arange(2 * classes) % classes)
    with Tally() as tally:
        _train(examples, 1)
    return round(tally.operations * scale), _seconds(examples) * scale


def file_bytes(shape: tuple[int, int, int], classes: int) -> int:
    """Return the bytes of a trained generator."""
    with torch.device("meta"):
        state = Generator(shape, classes).state_dict().values()
    return sum(tensor.numel() * tensor.element_size() for tensor in state)


def _seconds(examples: Examples) -> float:
    began = work_seconds()
    _train(examples, _STEPS)
    return (work_seconds() - began) / _STEPS


def _train(examples: Examples, steps: int) -> None:
    with contextlib.redirect_stdout(io.StringIO()):
        train_wgan(examples, steps, lambda part: 0, Resume(Path("unused"), "", math.inf))
