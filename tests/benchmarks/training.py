"""What training costs, beside a plain PyTorch loop and beside the machine's matrix products.

The plain loop is what a user would write: for every replicate, depth and size a network whose first
blocks do not require gradients, the whole of it forward at every step, torch.optim.Adam. Both take
the grid of the default study (gaussian clone, depths 0 to 5, five sizes), cell by cell in turn.
"""

import contextlib
import io
import math
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "workflow/scripts"))

import torch
import yaml

from defrost.config.grid import resolve_config
from defrost.data.dataset import Dataset
from defrost.networks.build import build_network, read_network
from defrost.networks.replicates import Replicates
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.training.evaluate import evaluate
from defrost.training.loop import batches
from defrost.training.torch_setup import set_up_torch
from defrost.transfer.cell import pupils_of, train_cell
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.phases import Lesson, train_phases
from defrost.transfer.protocols import plan_of

REPLICATES = 3
RESNET_TURNS = 3  # one after another: a shared machine is slower at one time than at another
RESNET_STEPS = 100
TRAINING = {
    "batch_size": 64,
    "learning_rate": 0.003,
    "optimiser": "adam",
    "weight_decay": 0,
    "schedule": "constant",
}


def plain(settings: dict, target: Dataset, source) -> list[float]:
    """Return the test accuracies of the replicates of a cell, trained by a plain loop."""
    training, depth = settings["training"], settings["depth"]
    pupils = pupils_of(settings, target, range(REPLICATES), Seeds(0))
    test, accuracies = target.normalised("test"), []
    for draw in pupils.draws:
        (network,) = pupils.start([draw], source, plan_of("freeze", depth, 5))
        network.prefix(depth).requires_grad_(False)
        trained = [p for p in network.parameters() if p.requires_grad]
        optimiser = torch.optim.Adam(trained, training["learning_rate"])
        network.train()
        network.prefix(depth).eval()
        for batch in pupils.lesson([draw]).order[:, 0]:
            optimiser.zero_grad()
            logits = network(pupils.images[batch])
            torch.nn.functional.cross_entropy(logits, pupils.labels[batch]).backward()
            optimiser.step()
        accuracies.append(evaluate(network, *test)[0])
    return accuracies


def ours(settings: dict, target: Dataset, source) -> tuple[list[float], int]:
    """Return the same by the project's own training, and the operations it took."""
    with tempfile.TemporaryDirectory() as folder:
        resume = Resume(Path(folder), "", math.inf)
        rows = list(train_cell(settings, target, source, Seeds(0), resume))
    return [row["test_accuracy"] for row in rows], sum(row["train_flops"] for row in rows)


def product_rate() -> float:
    """Return operations a second of float32 matrix products, the best of five."""
    a, seconds = torch.randn(1024, 1024), []
    for _ in range(5):
        began = time.perf_counter()
        a @ a
        seconds.append(time.perf_counter() - began)
    return 2 * 1024**3 / min(seconds)


def measure_resnet() -> None:
    """Transfer a ResNet-18 at depth 4 of 5, beside a forward pass and a suffix trained alone."""
    ratios = []
    for _ in range(RESNET_TURNS):
        forward, alone, took = resnet_seconds()
        ratios.append(took / (forward + alone))
        print(
            f"ResNet-18, depth 4 of 5, 2,000 images of 3x32x32, {RESNET_STEPS} steps: "
            f"{took:.1f} s, {ratios[-1]:.2f} times one forward pass of the prefix "
            f"({forward:.1f} s) and training the suffix on what it put out ({alone:.1f} s)"
        )
    print(f"  the median of {RESNET_TURNS}: {statistics.median(ratios):.2f} times (at most 1.15)")


def resnet_seconds() -> tuple[float, float, float]:
    """Return what the prefix takes once, the suffix alone, and our transfer of both."""
    settings = {"name": "resnet18", "stem": "small"}
    source, network, twin = (
        build_network(settings, (3, 32, 32), 10, lambda block, k=k: 100 * k + block)
        for k in range(3)
    )
    images, labels = torch.randn(2000, 3, 32, 32), torch.arange(2000) % 10
    training = {**TRAINING, "steps": RESNET_STEPS, "block_factors": [1] * 5}
    order = batches(2000, training, torch.Generator().manual_seed(0))[:, None]
    lesson = Lesson(labels, order, torch.empty(1, 0, dtype=torch.int64))
    plan = plan_of("freeze", 4, 5)
    for made in (network, twin):
        made.copy_blocks(source, 4)
    resume = Resume(Path("unused"), "", math.inf)
    with torch.no_grad():
        began = time.perf_counter()
        ready = torch.cat([source.prefix(4).eval()(part) for part in images.split(256)])
        forward = time.perf_counter() - began
    suffix = twin.suffix(4).train()
    optimiser = torch.optim.Adam(suffix.parameters(), training["learning_rate"])
    began = time.perf_counter()
    for batch in order[:, 0]:
        optimiser.zero_grad()
        torch.nn.functional.cross_entropy(suffix(ready[batch]), labels[batch]).backward()
        optimiser.step()
    alone = time.perf_counter() - began
    with contextlib.redirect_stdout(io.StringIO()):
        began = time.perf_counter()
        frozen = FrozenBlocks(source, images, math.inf, Path("unused"))
        train_phases(Replicates([network]), plan, frozen, lesson, training, resume)
        took = time.perf_counter() - began
    return forward, alone, took


def measure_training(folder: Path) -> None:
    """Print one line for each depth of the grid of a finished `digits` study, then totals."""
    config = yaml.safe_load((ROOT / "config.yaml").read_text())
    schema = yaml.safe_load((ROOT / "workflow/schemas/config.schema.yaml").read_text())
    study = resolve_config(config, schema)["studies"]["digits"]
    set_up_torch(1)
    target = Dataset.read(folder / "data/target.safetensors")
    source = folder / "sources/gaussian/seed-0.safetensors"
    source = read_network(source, study["network"], target.image_shape)
    settings = {
        "study": "digits",
        "source": "gaussian",
        "protocol": "freeze",
        "target": "digits",
        "first": 0,
        "last": REPLICATES - 1,
        "source_seeds": 1,
        "source_seed": 0,
        "network": study["network"],
        "training": study["training"],
    }
    torch.optim.Adam([torch.zeros(1)])  # brings the compiler: not what a step costs
    totals = dict.fromkeys(("ours", "plain"), 0.0)
    deep = dict(totals)
    print(f"freeze, gaussian clone of digits, {REPLICATES} replicates, sizes {study['sizes']}")
    for depth in study["depths"]:
        seconds, apart, operations = dict.fromkeys(totals, 0.0), [], 0
        for size in study["sizes"]:
            cell = {**settings, "depth": depth, "size": size}
            with contextlib.redirect_stdout(io.StringIO()):
                began = time.perf_counter()
                accuracies, flops = ours(cell, target, source)
                between = time.perf_counter()
                others = plain(cell, target, source)
            seconds["ours"] += between - began
            seconds["plain"] += time.perf_counter() - between
            operations += flops
            apart += [a - b for a, b in zip(accuracies, others, strict=True)]
        for kind, spent in seconds.items():
            totals[kind] += spent
            deep[kind] += spent * (depth >= 4)
        ratio = seconds["plain"] / seconds["ours"]
        error = statistics.stdev(apart) / math.sqrt(len(apart))
        print(
            f"depth {depth}: {seconds['ours']:6.2f} s, plain loop {seconds['plain']:6.2f} s, "
            f"{ratio:4.1f} times less; accuracy differs by {statistics.mean(apart):+.4f} "
            f"(standard error {error:.4f})"
        )
        if depth == 0:
            rate = operations / seconds["ours"]
    print(f"in total {totals['plain'] / totals['ours']:.1f} times less")
    print(f"at depth 4 and beyond {deep['plain'] / deep['ours']:.1f} times less")
    share = rate / product_rate()
    print(f"training at depth 0 reaches {share:.2f} of the rate of large matrix products")
    measure_resnet()


if __name__ == "__main__":
    measure_training(ROOT / "results/digits")
