"""Training on a device that is none: its tensors say where they are and lie in main memory.

What trains there computes what it does on a CPU, and an operation on tensors of both fails as it
does on a GPU. So a machine without one can tell that everything is moved that has to be. It cannot
tell what a GPU computes. As a program this trains all that there is to train on both and prints
what differs.
"""

import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import small_cells
import torch
from small_cells import CONVNET, fixed
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves, tree_map
from torch.utils.backend_registration import _setup_privateuseone_for_python_backend

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.data.wgan import train_wgan
from defrost.networks.build import build_network
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.training.evaluate import evaluate
from defrost.training.torch_setup import set_up_torch
from defrost.transfer.cell import train_cell, train_reference
from defrost.transfer.cross_validation import cross_validate
from defrost.transfer.source import train_source

DEVICE = "pretended:0"
TRAINING = {**small_cells.TRAINING, "steps": 8}
CELL = {**small_cells.CELL, "training": TRAINING}
_MOVES = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)
_WORK = (torch.ops.aten.convolution.default, torch.ops.aten.convolution_backward.default)


class Pretended(Tensor):
    """A tensor that says it is on the device, around one that holds its values."""

    @staticmethod
    def __new__(cls, values: Tensor) -> "Pretended":
        return Tensor._make_wrapper_subclass(
            cls,
            values.size(),
            strides=values.stride(),
            storage_offset=values.storage_offset(),
            dtype=values.dtype,
            device=DEVICE,
        )

    def __init__(self, values: Tensor) -> None:
        self.values_ = values

    def tolist(self) -> list:
        return self.values_.tolist()

    @classmethod
    def __torch_dispatch__(cls, operation, types, args=(), kwargs=None):
        return _compute(operation, args, kwargs or {})


class Pretending(TorchDispatchMode):
    """While it is on, tensors can be made on the device and moved to it.

    While `only` is true, networks that compute elsewhere are an error.
    """

    only = False

    def __torch_dispatch__(self, operation, types, args=(), kwargs=None):
        return _compute(operation, args, kwargs or {})


def _compute(operation: Callable, args: tuple, kwargs: dict) -> object:
    tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, Tensor)]
    there = [tensor for tensor in tensors if isinstance(tensor, Pretended)]
    here = [tensor for tensor in tensors if not isinstance(tensor, Pretended)]
    # as on a GPU, a number may come from elsewhere
    if there and any(tensor.dim() for tensor in here) and operation not in _MOVES:
        shapes = [(str(tensor.device), tuple(tensor.shape)) for tensor in tensors]
        raise RuntimeError(f"{operation} on tensors of both devices: {shapes}")
    if Pretending.only and operation in _WORK and not there:
        raise RuntimeError(f"{operation} is not computed on the device")
    asked, made_there = kwargs.get("device"), bool(there)
    if asked is not None:
        made_there = torch.device(asked) == torch.device(DEVICE)
        kwargs = {**kwargs, "device": torch.device("cpu")}
    args, kwargs = tree_map(
        lambda leaf: leaf.values_ if isinstance(leaf, Pretended) else leaf, (args, kwargs)
    )
    known = {id(tensor.values_): tensor for tensor in there} | {id(t): t for t in here}

    def result(leaf: object) -> object:
        if not isinstance(leaf, Tensor) or id(leaf) in known:
            return known.get(id(leaf), leaf)  # a tensor that was changed in place is that tensor
        return Pretended(leaf) if made_there else leaf

    return tree_map(result, operation(*args, **kwargs))


class Stopped(Resume):
    """A state that is saved after a step, and then the job ends."""

    def due(self) -> bool:
        self.ending = True
        return True


def dataset(device: str) -> Dataset:
    labels = torch.arange(60) % 3
    images = torch.randn(60, 1, 8, 8, generator=torch.Generator().manual_seed(0))
    images = images + labels[:, None, None, None]
    examples = Examples(images, labels)
    whole = Dataset({"train": examples, "test": examples}, *channel_statistics(images))
    return replace(whole, device=device)


def source(device: str) -> nn.Module:
    return build_network(CONVNET, (1, 8, 8), 3, lambda block: 100 + block).to(device)


STOPPING = {"early_stopping": {"share": 0.2, "every": 2, "patience": 3}}
AUGMENTED = {"augmentation": {"flip": True, "shift": 1}, "optimiser": "sgd", "momentum": 0.9}


def cell(device: str, resume: Resume, memory: float = math.inf, **changes) -> list[dict]:
    """Train some replicates, and return all of their rows that is repeatable."""
    given = source(device) if changes.get("source") != "scratch" else None
    rows = train_cell({**CELL, **changes}, dataset(device), given, Seeds(0), resume, memory)
    return fixed(list(rows))


def gradual(device: str, resume: Resume) -> list[dict]:
    """Several phases with early stopping, on features that lie in files."""
    training = {**TRAINING, **STOPPING}
    return cell(device, resume, 0, protocol="gradual", depth=1, training=training)


def augmented(device: str, resume: Resume) -> list[dict]:
    return cell(device, resume, training={**TRAINING, **AUGMENTED})


def alone(device: str, resume: Resume) -> list[dict]:
    """A single network, which no others are stacked with."""
    return cell(device, resume, last=0, depth=0, source="scratch")


def reference(device: str, resume: Resume) -> list[float]:
    settings = {**CELL, "replicate": 0}
    network, _ = train_reference(settings, dataset(device), source(device), Seeds(0), resume)
    return list(evaluate(network, *dataset(device).normalised("test")))


def validation(device: str, resume: Resume) -> list[dict]:
    settings = {**CELL, "depths": [1, 3], "folds": 2}
    rows = cross_validate(settings, dataset(device), source(device), Seeds(0), resume)
    return [{key: row[key] for key in row if key != "train_seconds"} for row in rows]


def pretraining(kind: str) -> Callable[[str, Resume], list[float]]:
    settings = {**CELL, "seed": 0, "kind": kind, "training": {**TRAINING, **STOPPING}}

    def train(device: str, resume: Resume) -> list[float]:
        network = train_source(settings, dataset(device), Seeds(0), resume)
        return list(evaluate(network, *dataset(device).normalised("test")))

    return train


def wgan(device: str, resume: Resume) -> list[dict]:
    examples = dataset("cpu").splits["train"].to(device)
    _, losses = train_wgan(examples, 2, len, resume)
    return losses


JOBS = {
    "gradual": gradual,
    "augmented": augmented,
    "alone": alone,
    "reference": reference,
    "validation": validation,
    "same_task": pretraining("same_task"),
    "shuffled_labels": pretraining("shuffled_labels"),
    "untrained": pretraining("untrained"),
    "wgan": wgan,
}
STOPPED = ("gradual", "wgan")


def on(device: str, name: str, before: str | None = None) -> list:
    """Return all numbers of a job; it was stopped on the device `before`, if any."""
    with TemporaryDirectory() as folder:
        if before:
            Pretending.only = before == DEVICE
            try:
                JOBS[name](before, Stopped(Path(folder), "", math.inf))
                raise AssertionError(f"{name} was not stopped")
            except SystemExit:
                pass
        resume = Resume(Path(folder), "", math.inf)
        resume.load()
        assert bool(resume.tensors) == bool(before)
        Pretending.only = device == DEVICE
        return tree_leaves(JOBS[name](device, resume))


def alike(numbers: list, others: list, relative: float, absolute: float) -> bool:
    """Say whether these are the same numbers, those with a point as nearly as given."""
    return len(numbers) == len(others) and all(
        math.isclose(one, other, rel_tol=relative, abs_tol=absolute)
        if isinstance(one, float)
        else one == other
        for one, other in zip(numbers, others, strict=True)
    )


def differences() -> list[str]:
    """Train everything, on the CPU and on the device; say what does not come to the same."""
    found = []
    for name in JOBS:
        expected = on("cpu", name)
        stopped = [("cpu", DEVICE), (DEVICE, "cpu")] * (name in STOPPED)
        for before, device in [(None, DEVICE), *stopped]:
            try:
                # autograd adds up gradients in an order of its own on a device
                same = alike(on(device, name, before), expected, 1e-5, 1e-6)
                found += [] if same else [f"{name}, {before} then {device}: other numbers"]
            except (RuntimeError, AssertionError) as error:
                found.append(f"{name}, {before} then {device}: {error}")
    return found


if __name__ == "__main__":
    set_up_torch(1)
    _setup_privateuseone_for_python_backend(DEVICE.partition(":")[0])
    # or a module that is moved would keep its tensors' values where they are
    torch.__future__.set_overwrite_module_params_on_conversion(True)
    with Pretending():
        print(f"different: {differences()}")
