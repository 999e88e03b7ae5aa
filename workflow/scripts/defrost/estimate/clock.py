"""Seconds that work takes on this machine, whatever else the machine is doing."""

import time

import torch


def work_seconds() -> float:
    """Return a clock of this process's own work; of the wall where torch has several threads."""
    return time.process_time() if torch.get_num_threads() == 1 else time.perf_counter()
