"""What training costs, in floating-point operations."""

import copy

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode, _FlopCounterMode

# The counter would import torch's compiler (0.9 s) only to tell it to keep off this method. The
# mark is the one by which torch knows that it has done so already.
_DISPATCH = _FlopCounterMode.__torch_dispatch__.__wrapped__
_DISPATCH.__dict__.setdefault("__dynamo_disable", _DISPATCH)


def forward_flops(model: nn.Module, inputs: Tensor) -> int:
    """Return the operations of one forward pass over `inputs`, without gradients.

    Counted by torch: matrix products and convolutions, a multiplication and an addition as two.
    """
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        model(inputs)
    return counter.get_total_flops()


def step_flops(model: nn.Module, inputs: Tensor, labels: Tensor) -> int:
    """Return the operations of one training step (forward and backward) on this batch."""
    twin = copy.deepcopy(model)  # a step would otherwise leave gradients and statistics behind
    with FlopCounterMode(display=False) as counter:
        nn.functional.cross_entropy(twin(inputs), labels).backward()
    return counter.get_total_flops()
