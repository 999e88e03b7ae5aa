"""What training costs, in floating-point operations."""

import copy
import math
from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import (
    FlopCounterMode,
    _FlopCounterMode,
    sdpa_backward_flop_count,
    sdpa_flop_count,
)

# The counter would import torch's compiler (0.9 s) only to tell it to keep off this method. The
# mark is the one by which torch knows that it has done so already.
_DISPATCH = _FlopCounterMode.__torch_dispatch__.__wrapped__
_DISPATCH.__dict__.setdefault("__dynamo_disable", _DISPATCH)


def _convolution_backward(
    out: Sequence[int],
    inputs: Sequence[int],
    weight: Sequence[int],
    *others: object,
    out_shape: Sequence,
) -> int:
    """Return the operations of a convolution's backward pass.

    Torch's own count takes all groups of a grouped convolution for one. Each of the two gradients
    takes as many operations as the forward pass: every output pixel is one product of an output
    channel's weights. `others` end in the mask of the gradients that are asked for.
    """
    transposed, mask = others[4], others[-1]
    places = inputs if transposed else out
    forward = 2 * places[0] * math.prod(places[2:]) * math.prod(weight)
    return forward * sum(mask[:2])


def _attention(
    query: Sequence[int], key: Sequence[int], value: Sequence[int], *_: object, **__: object
) -> int:
    return sdpa_flop_count(query, key, value)


def _attention_backward(
    gradient: Sequence[int],
    query: Sequence[int],
    key: Sequence[int],
    value: Sequence[int],
    *_: object,
    **__: object,
) -> int:
    return sdpa_backward_flop_count(gradient, query, key, value)


_OPERATORS = torch.ops.aten
_MAPPING = {
    _OPERATORS.convolution_backward: _convolution_backward,
    # torch counts these on GPUs alone
    _OPERATORS._scaled_dot_product_flash_attention_for_cpu: _attention,
    _OPERATORS._scaled_dot_product_flash_attention_for_cpu_backward: _attention_backward,
}


def forward_flops(model: nn.Module, inputs: Tensor) -> int:
    """Return the operations of one forward pass over `inputs`, without gradients.

    Counted by torch: matrix products and convolutions, a multiplication and an addition as two.
    """
    with torch.no_grad(), FlopCounterMode(display=False, custom_mapping=_MAPPING) as counter:
        model(inputs)
    return counter.get_total_flops()


def step_flops(model: nn.Module, inputs: Tensor, labels: Tensor) -> int:
    """Return the operations of one training step (forward and backward) on this batch."""
    twin = copy.deepcopy(model)  # a step would otherwise leave gradients and statistics behind
    with FlopCounterMode(display=False, custom_mapping=_MAPPING) as counter:
        nn.functional.cross_entropy(twin(inputs), labels).backward()
    return counter.get_total_flops()
