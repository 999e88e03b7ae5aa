"""What of a study is cross-validated, and where its sources can be ranked."""

from defrost.config.grid import representatives


def validated_depths(study: dict) -> dict[str, list[int]]:
    """Return the depths that are cross-validated for each protocol, without those of scratch.

    Of cells that are the same by definition only the one that stands for all of them is trained.
    """
    depths: dict[str, list[int]] = {}
    for protocol, depth in dict.fromkeys(representatives(study).values()):
        if protocol != "scratch":
            depths.setdefault(protocol, []).append(depth)
    return depths


def ranked_sizes(study: dict, source: str) -> list[int]:
    """Return the sizes that a source is transferred at and that there are target networks of."""
    transferred = study["sources"][source]["sizes"]
    return [size for size in study["references"]["sizes"] if size in transferred]


def ranked_sources(study: dict) -> list[str]:
    """Return the sources that are ranked at one size or more."""
    return [source for source in study["sources"] if ranked_sizes(study, source)]
