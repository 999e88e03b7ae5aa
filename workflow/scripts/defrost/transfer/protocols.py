"""Transfer protocols: what is taken from the source, and what of it stays frozen."""

from collections.abc import Callable

from defrost.networks.network import Network


def freeze(network: Network, source: Network, depth: int) -> int:
    """Copy blocks 1..depth and freeze them; the rest stays as freshly initialised and trains."""
    network.copy_blocks(source, depth)
    return depth


# A protocol turns a fresh network into the start of a transfer, in place, and returns how many
# blocks, counted from the input, stay frozen.
PROTOCOLS: dict[str, Callable[[Network, Network, int], int]] = {"freeze": freeze}
