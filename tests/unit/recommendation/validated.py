"""Tables of cross-validation with planted accuracies."""

import numpy as np
import pandas as pd

Planted = dict[tuple[str, str, int], float]


def validated(
    planted: Planted,
    size: int = 50,
    replicates: int = 1,
    folds: int = 5,
    seed: int = 0,
) -> pd.DataFrame:
    """Return cross_validation.csv of one size: coins that are right with the planted accuracies.

    The coins of an example are one for all choices, as a hard example is hard for all; training
    takes as many operations as the depth is less than ten.
    """
    generator = np.random.default_rng(seed)
    rows = []
    for replicate in range(replicates):
        for fold, part in enumerate(np.array_split(generator.random(size), folds)):
            for (source, protocol, depth), accuracy in planted.items():
                rows.append(
                    {
                        "study": "s",
                        "source": source,
                        "protocol": protocol,
                        "depth": depth,
                        "size": size,
                        "replicate": replicate,
                        "fold": fold,
                        "validation_examples": len(part),
                        "correct": int((part < accuracy).sum()),
                        "train_flops": 1000 * (10 - depth),
                        "train_seconds": 0.5,
                    }
                )
    return pd.DataFrame(rows)


SCRATCH = ("scratch", "scratch", 0)


def transfers(source: str, *accuracies: float, protocol: str = "freeze") -> Planted:
    """Return planted accuracies of a source at depths 1, 2, ..."""
    return {(source, protocol, depth): value for depth, value in enumerate(accuracies, start=1)}
