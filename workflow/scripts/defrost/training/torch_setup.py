"""Torch's own settings, part of what makes a run repeatable, and the device to train on."""

import os
import time

import torch
import torch.utils.deterministic

from defrost.errors import UserError
from defrost.provenance.record import CPU

# by these a scheduler says which GPUs a job may use
_GRANTED = ("SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "CUDA_VISIBLE_DEVICES")
_NONE = ("", "-1", "NoDevFiles")  # and by these values that it may use none


def set_up_torch(threads: int) -> None:
    """Use `threads` threads and deterministic algorithms only.

    The number of threads changes the order of sums and so the last bits of a result. It is a
    constant of the config and never what the scheduler happens to grant.
    """
    torch.set_num_threads(threads)
    # the same switch as use_deterministic_algorithms(True), which imports the compiler as well
    torch.set_deterministic_debug_mode("error")
    # filling what is about to be written is for programs that read it before that
    torch.utils.deterministic.fill_uninitialized_memory = False
    # attention by the path that training takes too: the fast one of eval mode has other last bits,
    # and what it does is not counted as operations
    torch.backends.mha.set_fastpath_enabled(False)


def set_up_device(asked: str) -> str:
    """Return the device to train on, `cpu` or `cuda`, and say in the log which it is.

    `asked` is `device` of the config: `auto` is a GPU where torch sees one and the CPU elsewhere.
    Called after `set_up_torch` and before anything is on the device.

    Raises UserError where a GPU is asked for and torch sees none.
    """
    sees = asked != "cpu" and torch.cuda.is_available()
    if asked == "cuda" and not sees:
        found = f"found cuda, but torch {torch.__version__} sees no GPU"
        raise UserError("device", found, "allowed are auto and cpu, or cuda in a job with a GPU")
    device = "cuda" if sees else "cpu"
    if sees:
        _set_up_cuda()
    print(f"device {asked}: training on {name_of(device)}")
    granted = [
        f"{name}={value}" for name in _GRANTED if (value := os.environ.get(name, "")) not in _NONE
    ]
    if asked == "auto" and granted and not sees:
        print(f"warning: {granted[0]}, but torch {torch.__version__} sees no GPU")
    return device


def name_of(device: str) -> str:
    """Return what a result says about the device that it was made on."""
    return f"cuda: {torch.cuda.get_device_name()}" if device == "cuda" else CPU


def seconds_on(device: str) -> float:
    """Return the time, in seconds, at which the device has done all that it was told to."""
    if device == "cuda":
        torch.cuda.synchronize()
    return time.perf_counter()


def generator_states(device: str) -> dict[str, torch.Tensor]:
    """Return the states of the generators that networks draw from while they train."""
    states = {"cpu": torch.get_rng_state()}
    return states | ({"cuda": torch.cuda.get_rng_state()} if device == "cuda" else {})


def restore_generators(states: dict[str, torch.Tensor], device: str) -> None:
    """Put the states back, as far as the device has such a generator.

    A training that was stopped on a CPU and goes on on a GPU draws there as from the start.
    """
    torch.set_rng_state(states["cpu"])
    if device == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"])


def _set_up_cuda() -> None:
    # sums of matrix products in a fixed order; read when the first is computed
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    # deterministic where there is such an algorithm, and a line in the log where there is none, as
    # for the gradients of the pooling in VGG and AlexNet: "error" would end jobs that wait a night
    # for a GPU over bits that agree with a CPU's within a tolerance at best
    torch.set_deterministic_debug_mode("warn")
    # float32 to its last bit: TF32, torch's default for convolutions, keeps 10 of 23 binary places
    torch.backends.cuda.matmul.fp32_precision = "ieee"
    torch.backends.cudnn.conv.fp32_precision = "ieee"
