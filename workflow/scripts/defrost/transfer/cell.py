"""The cells of the transfer grid: a source, a protocol, a depth and a size, over replicates."""

import time
from collections.abc import Iterator

import torch

from defrost.data.dataset import Dataset, Examples
from defrost.data.splits import balanced_order
from defrost.networks.build import build_network
from defrost.networks.network import Network
from defrost.provenance.logs import Progress
from defrost.provenance.seeds import Seeds
from defrost.training.cost import forward_flops, step_flops
from defrost.training.evaluate import evaluate
from defrost.training.loop import train
from defrost.transfer.protocols import PROTOCOLS


def train_cell(
    settings: dict, target: Dataset, source: Network | None, seeds: Seeds
) -> Iterator[dict]:
    """Train a block of replicates of one cell and yield a row of the accuracy table for each.

    `settings` names the cell (`study`, `source`, `protocol`, `depth`, `size`, and the replicates
    `first` to `last`) and holds `network` and `training`. Without a source the cell is the
    from-scratch baseline.
    """
    cell = {key: settings[key] for key in ("study", "source", "protocol", "depth", "size")}
    test = target.normalised("test")
    first, last = settings["first"], settings["last"]
    progress = Progress(last - first + 1, "replicate")
    for replicate in range(first, last + 1):
        network, examples, order = start_replicate(settings, target, replicate, seeds)
        frozen = 0
        if source:
            frozen = PROTOCOLS[settings["protocol"]](network, source, settings["depth"])
        cost = train_from(network, frozen, examples, settings["training"], order)
        train_accuracy, _ = evaluate(network, *examples)
        test_accuracy, test_loss = evaluate(network, *test)
        progress.report(replicate - first + 1, f"test accuracy {test_accuracy:.4f}")
        yield {
            **cell,
            "replicate": replicate,
            "train_accuracy": train_accuracy,
            "test_accuracy": test_accuracy,
            "test_loss": test_loss,
            **cost,
        }


def start_replicate(
    settings: dict, target: Dataset, replicate: int, seeds: Seeds
) -> tuple[Network, Examples, torch.Generator]:
    """Return the fresh network, the labelled examples and the generator of the batch order.

    All three depend on the target, the replicate and the size alone, so that sources, depths and
    protocols are compared in pairs. The examples of a smaller size are the first of a larger one.
    """
    name = (settings["target"], "replicate", replicate)
    network = build_network(
        settings["network"],
        target.image_shape,
        target.classes,
        seed_of_block=lambda number: seeds(*name, "block", number),
    )
    subset_order = torch.Generator().manual_seed(seeds(*name, "subset"))
    subset = balanced_order(target.splits["train"].labels, subset_order)[: settings["size"]]
    batch_order = torch.Generator().manual_seed(seeds(*name, "batches"))
    return network, target.normalised("train", subset), batch_order


def train_from(
    network: Network, frozen: int, examples: Examples, training: dict, order: torch.Generator
) -> dict:
    """Train all but the first `frozen` blocks, in place, and return what it cost.

    The frozen blocks see every example once; the rest trains on what they put out.
    """
    began = time.perf_counter()
    prefix, suffix = network.prefix(frozen).eval(), network.suffix(frozen)
    with torch.no_grad():
        features = prefix(examples.images)
    train(suffix, features, examples.labels, training, order)
    seconds = time.perf_counter() - began

    batch = slice(min(training["batch_size"], len(features)))
    step = step_flops(suffix, features[batch], examples.labels[batch])
    return {
        "steps": training["steps"],
        "train_seconds": seconds,
        "train_flops": forward_flops(prefix, examples.images) + training["steps"] * step,
        "trainable_parameters": sum(parameter.numel() for parameter in suffix.parameters()),
    }
