"""Studies with a known answer: what every cell is worth, and noise."""

import numpy as np
import pandas as pd

from defrost.findings.study import Study
from defrost.transfer.protocols import representative

SCRATCH = ("scratch", "scratch", 0)
CONTROLS = {"untrained": "negative", "same_task": "positive"}
CLOSENESS = {"s0": 0.0, "s1": 0.25, "s2": 0.5, "s3": 0.75, "s4": 1.0}
PROTOCOLS = ("freeze", "finetune", "defrost", "gradual")
SIZES = (20, 100, 1000)
BLOCKS = 4


def true_worth(source, protocol, depth, size, blocks=BLOCKS):
    """Test accuracy where all nine statements hold.

    Of `freeze` a parabola over depth through scratch, with its top at 0 to 4 blocks: the deeper,
    the closer the source and the fewer the data.
    """
    grown = SIZES.index(size)
    scratch = 0.4 + 0.1 * grown
    if source in CONTROLS:
        return scratch + depth * (0.03 if source == "same_task" else -0.03)
    top = 2 + 2 * CLOSENESS.get(source, 0) - grown
    frozen, all_frozen = (scratch + 0.01 * k * (2 * top - k) for k in (depth, blocks))
    tuned = 0.04 * (grown - 1)
    return {
        "scratch": scratch,
        "freeze": frozen,
        "finetune": frozen + tuned,
        "defrost": all_frozen + tuned * (1 - depth / blocks),
        "gradual": scratch + 0.01 * top**2 + max(tuned, 0) + 0.03,
    }[protocol]


def no_worth(source, protocol, depth, size, blocks=BLOCKS):
    """Test accuracy where nothing makes a difference."""
    return 0.6


def planted(
    worth=true_worth,
    replicates=10,
    noise=0.004,
    seed=0,
    sources=(*CLOSENESS, *CONTROLS),
    protocols=PROTOCOLS,
    depths=tuple(range(BLOCKS + 1)),
    sizes=SIZES,
    blocks=BLOCKS,
    similarity=True,
):
    """A study in which a cell's test accuracy is `worth` plus noise, of replicates and its own.

    Cells that are the same by definition are. A source is as similar as it is close.
    """
    generator = np.random.default_rng(seed)
    cells = [(*SCRATCH, size) for size in sizes]
    for source in sources:
        own = ("freeze",) if source in CONTROLS else protocols
        grid = [(p, k) for p in own for k in depths if representative(p, k, blocks)[0] != "scratch"]
        cells += [(source, protocol, k, size) for size in sizes for protocol, k in grid]
    trained = [_trained(*cell, blocks) for cell in cells]
    place = {cell: i for i, cell in enumerate(dict.fromkeys(trained))}
    means = np.array([worth(*cell) for cell in place])
    noises = generator.normal(0, noise, size=(len(place) + 1, replicates))
    values = (means[:, None] + noises[1:] + noises[0])[[place[cell] for cell in trained]]
    cost = [20 - 4 * depth * (protocol == "freeze") for _, protocol, depth, _ in trained]
    columns = zip(*(cell for cell in cells for _ in range(replicates)), strict=True)
    accuracy = pd.DataFrame(
        {
            **dict(zip(("source", "protocol", "depth", "size"), columns, strict=True)),
            "replicate": list(range(replicates)) * len(cells),
            "test_accuracy": values.ravel(),
            "train_flops": np.repeat(cost, replicates),
        }
    )
    return Study(
        name="planted",
        blocks=blocks,
        sources=list(sources),
        controls={name: kind for name, kind in CONTROLS.items() if name in sources},
        similarity_order={name: CLOSENESS[name] for name in sources if name in CLOSENESS},
        accuracy=accuracy,
        similarity=similarities({s: CLOSENESS.get(s, 0) for s in sources}) if similarity else None,
    )


def similarities(values, networks=2, measure="debiased_linear_cka"):
    """The rows of a similarity table that finding (e) is about, and some that it is not."""
    rows = [
        {
            "comparison": comparison,
            "source": source,
            "size": size,
            "replicate": replicate,
            "measure": measure,
            "source_block": source_block,
            "target_block": target_block,
            "value": value if (comparison, size) == ("source_to_target", 1000) else -value,
        }
        for source, value in values.items()
        for comparison in ("source_to_target", "before_to_after")
        for size in (20, 1000)
        for replicate in range(networks)
        for source_block, target_block in ((1, 1), (2, 2))
    ]
    return pd.DataFrame(rows)


def _trained(source, protocol, depth, size, blocks):
    if source == "scratch":
        return source, protocol, depth, size
    return source, *representative(protocol, depth, blocks), size
