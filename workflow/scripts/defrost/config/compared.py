"""Which networks of a study are compared, with which others.

A network goes by its file below the study's folder, without suffix. Networks that are compared in
one job are a group: a source's network with all others that it is compared with, or the target's
own networks.
"""

from itertools import combinations

_SEED = 0  # of the source networks


def groups(study: dict) -> list[str]:
    """Return the groups of a study: the file names of what comes of them, without suffix."""
    ceiling = ["references"] if study["references"]["replicates"] > 1 else []
    return [*(_source_network(source) for source in study["sources"]), *ceiling]


def pairs(study: dict, group: str) -> list[dict]:
    """Return the pairs of networks of a group, in the words of the similarity table.

    A source's network is compared with all of the target's networks that were trained from
    scratch (`source_to_target`) and with what fine-tuning makes of it, one replicate at the
    largest size (`before_to_after`); the target's networks of one size with one another
    (`target_to_target`).
    """
    references = study["references"]
    replicates = range(references["replicates"])
    if group == "references":
        return [
            _pair("target_to_target", reference(size, a), reference(size, b), "target", size, b)
            for size in references["sizes"]
            for a, b in combinations(replicates, 2)
        ]
    source = group.split("/")[1]
    scratch = [
        _pair("source_to_target", group, reference(size, replicate), source, size, replicate)
        for size in references["sizes"]
        for replicate in replicates
    ]
    size = max(references["sizes"])
    return [*scratch, _pair("before_to_after", group, finetuned(source, size), source, size, 0)]


def networks(study: dict) -> list[str]:
    """Return the source networks of a study and the target's own."""
    return [*map(_source_network, study["sources"]), *references(study)]


def references(study: dict) -> list[str]:
    """Return the target's own networks: of each size in turn, the replicates."""
    asked = study["references"]
    return [reference(size, r) for size in asked["sizes"] for r in range(asked["replicates"])]


def reference(size: int, replicate: int) -> str:
    """Return a target network that was trained from scratch."""
    return f"references/size-{size}/replicate-{replicate}"


def finetuned(source: str, size: int) -> str:
    """Return a source's network after it was fine-tuned."""
    return f"finetuned/{source}/size-{size}/replicate-0"


def _source_network(source: str) -> str:
    return f"sources/{source}/seed-{_SEED}"


def _pair(comparison: str, a: str, b: str, source: str, size: int, replicate: int) -> dict:
    return {
        "comparison": comparison,
        "source_network": a,
        "target_network": b,
        "source": source,
        "size": size,
        "replicate": replicate,
    }
