"""The training of a transferred network, phase by phase, and what it costs."""

import time

import torch
from torch import nn

from defrost.data.dataset import Examples
from defrost.networks.network import Network
from defrost.training.cost import forward_flops, step_flops
from defrost.training.loop import batches, descend
from defrost.training.optimiser import Adam
from defrost.transfer.protocols import Plan


def train_phases(
    network: Network, plan: Plan, examples: Examples, training: dict, order: torch.Generator
) -> dict:
    """Train what the plan does not freeze, in place, and return what it cost.

    The frozen blocks of a phase see every example once; the rest trains on what they put out.
    Blocks that a phase releases start with a fresh optimiser, the others go on with theirs.
    `training` holds `steps`, `batch_size`, `learning_rate` and, for each block, by which factor of
    `block_factors` a copied block learns more slowly.
    """
    rows = batches(len(examples.labels), training, order)
    optimiser, trained = Adam(), len(network.blocks) + 1
    seconds, flops = 0.0, 0
    for frozen, part in zip(plan.frozen, rows.tensor_split(len(plan.frozen)), strict=True):
        began = time.perf_counter()
        for rate, parameters in _released(network, plan, range(frozen, trained), training).items():
            optimiser.add(parameters, rate)
        trained = frozen
        prefix, suffix = network.prefix(frozen).eval(), network.suffix(frozen)
        with torch.no_grad():
            features = prefix(examples.images)
        descend(suffix, features, examples.labels, part, optimiser)
        seconds += time.perf_counter() - began

        batch = slice(rows.shape[1])
        step = step_flops(suffix, features[batch], examples.labels[batch])
        flops += forward_flops(prefix, examples.images) + len(part) * step
    return {
        "steps": training["steps"],
        "train_seconds": seconds,
        "train_flops": flops,
        "trainable_parameters": sum(p.numel() for p in network.suffix(trained).parameters()),
    }


def _released(
    network: Network, plan: Plan, indices: range, training: dict
) -> dict[float, list[nn.Parameter]]:
    """Return the parameters of blocks, and of the readout behind them, by their learning rate."""
    modules = [*network.blocks, network.readout]
    parameters: dict[float, list[nn.Parameter]] = {}
    for index in indices:
        factor = training["block_factors"][index] if index < plan.copied else 1
        rate = factor * training["learning_rate"]
        parameters.setdefault(rate, []).extend(modules[index].parameters())
    return parameters
