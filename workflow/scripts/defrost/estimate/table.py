"""The estimate as a table of text."""

from collections import defaultdict
from collections.abc import Sequence

from defrost.estimate.costs import Cost
from defrost.estimate.plan import Job

_STAGES = {
    "data": (
        "make_dataset",
        "make_source_dataset",
        "make_hidden_manifold",
        "fit_clone",
        "sample_clone",
        "train_wgan",
        "sample_wgan",
    ),
    "sources": ("pretrain_source", "import_weights"),
    "transfer": ("train_scratch", "train_transfer"),
    "selection": ("cross_validate_scratch", "cross_validate"),
    "references": ("train_reference", "finetune_source"),
    "similarity": (
        "extract_activations",
        "compare_representations",
        "estimate_dimension",
        "score_sources",
    ),
}
_STAGE_OF = {rule: stage for stage, rules in _STAGES.items() for rule in rules}
_LAST = "tables, figures"


def table(jobs: Sequence[Job], costs: Sequence[Cost]) -> str:
    """Return a line for each stage, and one for all of them."""
    pairs = list(zip(jobs, costs, strict=True))
    stages: defaultdict[str, list[tuple[Job, Cost]]] = defaultdict(list)
    for job, cost in pairs:
        stages[_STAGE_OF.get(job.rule, _LAST)].append((job, cost))
    rows = [("stage", "jobs", "operations", "core time", "GPU time", "disk")]
    for name in (*_STAGES, _LAST):
        if stages[name]:
            rows.append(_row(name, stages[name]))
    rows.append(_row("all", pairs))
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if not place else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def core_seconds(pairs: Sequence[tuple[Job, Cost]]) -> float:
    """Return the seconds of all cores that jobs take here."""
    return sum(job.threads * cost.seconds for job, cost in pairs)


def _row(name: str, pairs: Sequence[tuple[Job, Cost]]) -> tuple[str, ...]:
    done, on_gpu, kept = (
        sum(getattr(cost, key) for _, cost in pairs)
        for key in ("operations", "gpu_seconds", "bytes")
    )
    return (
        name,
        f"{len(pairs):,}",
        f"{done:.1e}" if done else "-",
        duration(core_seconds(pairs)),
        duration(on_gpu) if on_gpu else "-",
        size(kept) if kept else "-",
    )


def duration(seconds: float) -> str:
    """Return seconds in the unit that fits: seconds or minutes up to a hundred, or hours."""
    if seconds < 100:
        return f"{_short(seconds)} s"
    if seconds < 100 * 60:
        return f"{_short(seconds / 60)} min"
    return f"{_short(seconds / 3600)} h"


def size(count: float) -> str:
    """Return bytes in the unit that fits."""
    power = min(len(f"{count:.0f}") - 1, 9) // 3
    return f"{_short(count / 1000**power)} {('B', 'kB', 'MB', 'GB')[power]}"


def _short(value: float) -> str:
    return f"{value:,.1f}" if value < 9.95 else f"{value:,.0f}"
