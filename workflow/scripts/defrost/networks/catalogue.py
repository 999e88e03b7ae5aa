"""What can be said of a network from its settings alone, without building it or loading torch."""


def number_of_blocks(network: dict) -> int:
    """Return the number L of transferable blocks, the largest transfer depth."""
    return len(network["widths"])
