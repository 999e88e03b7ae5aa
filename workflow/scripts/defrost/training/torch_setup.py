"""Torch's own settings, part of what makes a run repeatable."""

import torch
import torch.utils.deterministic


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
