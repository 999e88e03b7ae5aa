"""The cells of the transfer grid: a source, a protocol, a depth and a size, over replicates."""

from collections.abc import Iterator

import torch

from defrost.data.dataset import Dataset, Examples
from defrost.data.splits import balanced_order
from defrost.networks.build import build_network
from defrost.networks.network import Network
from defrost.provenance.logs import Progress
from defrost.provenance.seeds import Seeds
from defrost.training.evaluate import evaluate
from defrost.transfer.phases import train_phases
from defrost.transfer.protocols import SCRATCH, plan_of


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
    plan = SCRATCH
    if source:
        plan = plan_of(settings["protocol"], settings["depth"], len(source.blocks))
    first, last = settings["first"], settings["last"]
    progress = Progress(last - first + 1, "replicate")
    for replicate in range(first, last + 1):
        network, examples, order = start_replicate(settings, target, replicate, seeds)
        if source:
            network.copy_blocks(source, plan.copied)
        cost = train_phases(network, plan, examples, settings["training"], order)
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
