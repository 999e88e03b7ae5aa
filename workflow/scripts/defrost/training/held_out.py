"""How many labelled examples early stopping holds out. No torch: the config asks."""


def held_out_count(training: dict, examples: int) -> int:
    """Return how many of the labelled examples are held out: a share, one at least, or none."""
    if "early_stopping" not in training:
        return 0
    return max(1, round(training["early_stopping"]["share"] * examples))
