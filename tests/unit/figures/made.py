"""Tables and data sets made by hand, of any size, for the tests of several figures."""

import numpy as np
import pandas as pd
import torch

from defrost.data.dataset import Dataset, Examples
from defrost.selection.ranking import rank_sources
from defrost.selection.registry import READOUT, SCORES
from defrost.selection.value import Value
from defrost.similarity.measures import PAIR_MEASURES
from defrost.statistics.cells import with_shared_cells
from defrost.statistics.intervals import Interval
from defrost.transfer.protocols import PROTOCOLS, representative

LEVELS = {"scratch": 0.5, "freeze": 0.7, "finetune": 0.75, "defrost": 0.8, "gradual": 0.82}


ALL_MEASURES = [
    "debiased_linear_cka",
    "debiased_rbf_cka",
    "linear_cka",
    "svcca",
    "information_imbalance_source_to_target",
    "information_imbalance_target_to_source",
    "neighbourhood_overlap",
    "mutual_knn",
    "procrustes_distance",
    "rsa",
]


def accuracy_of(protocol, depth, replicate):
    return LEVELS[protocol] - depth / 100 + replicate / 50


def flops_of(protocol, depth, size, blocks):
    frozen = {"freeze": depth, "defrost": depth, "gradual": (depth + blocks) / 2}.get(protocol, 0)
    return int(1e9 * 0.3**frozen) * size


def make_costs(sources, protocols=tuple(PROTOCOLS), blocks=3, sizes=(20, 100), replicates=3):
    """Return an accuracy table in which cells that are the same have the same numbers."""
    shared = {
        (protocol, depth): representative(protocol, depth, blocks)
        for protocol in protocols
        for depth in range(blocks + 1)
    }
    trained = dict.fromkeys(cell for cell in shared.values() if cell != ("scratch", 0))
    cells = [("scratch", "scratch", 0), *((s, *cell) for s in sources for cell in trained)]
    rows = [
        {
            "study": "tiny",
            "source": source,
            "protocol": protocol,
            "depth": depth,
            "size": size,
            "replicate": replicate,
            "test_accuracy": accuracy_of(protocol, depth, replicate),
            "test_loss": 1 - accuracy_of(protocol, depth, replicate),
            "train_flops": flops_of(protocol, depth, size, blocks),
        }
        for source, protocol, depth in cells
        for size in sizes
        for replicate in range(replicates)
    ]
    return with_shared_cells(pd.DataFrame(rows), shared)


def make_ranking(sources=("far", "near", "same", "other", "none"), sizes=(50, 1000), gain=0.1):
    """Return a ranking table in which every score has an order of its own."""
    generator, rows = np.random.default_rng(0), []
    for size in sizes:
        gains = {s: Interval(gain * place, 0, 1) for place, s in enumerate(sources)}
        for score in (*SCORES, *PAIR_MEASURES):
            of_readout = score in SCORES and "probabilities" in SCORES[score].needs
            for blocks in [READOUT] if of_readout else ("mean", "best", "last"):
                values = {source: [Value(generator.normal())] for source in sources}
                key = {"study": "tiny", "size": size, "score": score, "blocks": blocks}
                rows += [{**key, **row} for row in rank_sources(values, gains, True)]
    return pd.DataFrame(rows)


def make_dataset(classes=3, channels=1, side=4, offset=0.0):
    """Return a data set in which the pixels of training image i are i / 100 plus an offset."""
    labels = torch.arange(4 * classes).flip(0) % classes
    values = torch.arange(len(labels)) / 100 + offset
    images = values[:, None, None, None].expand(-1, channels, side, side).clone()
    return Dataset({"train": Examples(images, labels)}, torch.zeros(channels), torch.ones(channels))


def make_losses(points=4):
    """Return what a WGAN's training reported."""
    steps = [50 * (point + 1) for point in range(points)]
    return pd.DataFrame(
        {
            "step": steps,
            "critic_loss": -1.0,
            "wasserstein_estimate": [100 / step for step in steps],
            "gradient_penalty": 0.1,
            "generator_loss": 0.0,
        }
    )
