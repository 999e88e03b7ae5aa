"""The estimate in words: a table, and what its numbers are."""

from collections.abc import Iterator, Sequence

from defrost.estimate.costs import Cost
from defrost.estimate.plan import Job
from defrost.estimate.table import core_seconds, duration, size, table
from defrost.estimate.wall import seconds_in_turn, wall_seconds


def report(
    jobs: Sequence[Job],
    costs: Sequence[Cost],
    left: Sequence[Job],
    cores: int,
    gpu_rate: float | None,
    unknown: Sequence[str],
) -> str:
    """Return what a user reads.

    Args:
        jobs, costs: of a whole run, in pairs.
        left: the jobs that are still to be done.
        cores: that jobs may use here.
        gpu_rate: operations a second that were assumed of a GPU; None where there is one here, on
            which steps were measured and will be taken.
        unknown: studies whose images are not known.
    """
    lines = ["A whole run, as if nothing were done yet:", "", table(jobs, costs), ""]
    lines += [f"{title:12}{text}" for title, text in _notes(jobs, costs, left, cores, gpu_rate)]
    lines += [
        f"{name}: shape and classes of its images are known once `snakemake data` has run: of its"
        " jobs only the starts are counted"
        for name in unknown
    ]
    return "\n".join(lines)


def _notes(
    jobs: Sequence[Job],
    costs: Sequence[Cost],
    left: Sequence[Job],
    cores: int,
    gpu_rate: float | None,
) -> Iterator[tuple[str, str]]:
    # with a GPU here, what trains here trains on it
    seconds = [(not gpu_rate and cost.gpu_seconds) or cost.seconds for cost in costs]
    chain = duration(seconds_in_turn(jobs, seconds))
    wall = duration(wall_seconds(jobs, seconds, cores))
    many = "core" if cores == 1 else "cores"
    yield "here", f"{wall} on {cores} {many}; {chain} on any number: jobs wait for one another"
    yield "core time", "measured here: the start of jobs, and steps of the networks of the studies"
    if any(cost.gpu_seconds for cost in costs):
        on_gpu = [cost.gpu_seconds or cost.seconds for cost in costs]
        rate = "measured here"
        if gpu_rate:
            rate = (
                f"assumed: {gpu_rate / 1e12:g} x 10^12 operations a second (`gpu_tflops`: give what"
                " you have measured) and starts as here"
            )
        chain = duration(seconds_in_turn(jobs, on_gpu))
        yield "GPU time", f"{rate}; {chain} on any number"
    taken = max((cost.room for cost in costs), default=0)
    yield "disk", f"networks, data and activations; up to {size(taken)} more in a job that trains"
    yield "left out", "queues, downloads, scores of sources, and what early stopping saves"
    if len(left) < len(jobs):
        names = {_name(job) for job in left}
        rest = [pair for pair in zip(jobs, costs, strict=True) if _name(pair[0]) in names]
        text = f"{len(left):,} of {len(jobs):,} jobs, {duration(core_seconds(rest))} of core time"
        yield "left to do", text


def _name(job: Job) -> tuple:
    return job.rule, *sorted(job.wildcards.items())
