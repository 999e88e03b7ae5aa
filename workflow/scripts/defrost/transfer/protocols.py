"""Transfer protocols: which blocks are copied from the source, and which of them stay frozen.

No torch in here: the config asks which cells of the grid are the same by definition.
"""

from typing import NamedTuple

# In this order a protocol stands for later ones where both do the same.
PROTOCOLS = ("freeze", "finetune", "defrost", "gradual")


class Plan(NamedTuple):
    """What a protocol does at a transfer depth; blocks are counted from the input.

    `copied` blocks start from the source's weights, the others and the readout from fresh ones.
    `frozen` has, for each phase of the training, how many blocks are frozen; phases share the
    steps equally.
    """

    copied: int
    frozen: tuple[int, ...]


SCRATCH = Plan(copied=0, frozen=(0,))


def plan_of(protocol: str, depth: int, blocks: int) -> Plan:
    """Return what a protocol does at a transfer depth of a network of L = `blocks` blocks.

    `freeze`: blocks 1..k are copied and frozen, the rest is fresh and trains. `finetune`: the same
    start, and the copied blocks train too. `defrost`: all blocks are copied, the first k frozen.
    `gradual`: as `defrost`, but all are frozen at first and released one by one from the top,
    until only the first k still are.
    """
    match protocol:
        case "freeze":
            return Plan(depth, (depth,))
        case "finetune":
            return Plan(depth, (0,))
        case "defrost":
            return Plan(blocks, (depth,))
        case "gradual":
            return Plan(blocks, tuple(range(blocks, depth - 1, -1)))
    raise ValueError(f"no protocol {protocol!r}; there are {', '.join(PROTOCOLS)}")


def representative(protocol: str, depth: int, blocks: int) -> tuple[str, int]:
    """Return protocol and depth of the cell that stands for all with the same plan.

    `freeze` and `finetune` at depth 0 are (`scratch`, 0); `finetune` at L and `defrost` at 0 are
    one cell, and so are `freeze`, `defrost` and `gradual` at L.
    """
    wanted = plan_of(protocol, depth, blocks)
    if wanted == SCRATCH:
        return "scratch", 0
    return next(
        (name, k)
        for name in PROTOCOLS
        for k in range(blocks + 1)
        if plan_of(name, k, blocks) == wanted
    )


def used_factors(factors: list[float], *plans: Plan) -> list[float]:
    """Return the factors of blocks that a plan copies and trains, and 1 for all others."""
    trained = {index for plan in plans for index in range(plan.frozen[-1], plan.copied)}
    return [factor if index in trained else 1 for index, factor in enumerate(factors)]
