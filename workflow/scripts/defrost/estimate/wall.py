"""How long planned jobs take side by side, at the least."""

from collections.abc import Sequence

from defrost.estimate.plan import Job


def seconds_in_turn(jobs: Sequence[Job], seconds: Sequence[float]) -> float:
    """Return the seconds of the longest chain of jobs that wait for one another."""
    of_file = {path: number for number, job in enumerate(jobs) for path in job.outputs}
    done: dict[int, float] = {}
    waiting = list(range(len(jobs)))
    while waiting:
        number = waiting[-1]
        before = {of_file[path] for path in jobs[number].inputs if path in of_file}
        missing = [other for other in before if other not in done]
        waiting += missing
        if not missing:
            ready = max((done[other] for other in before), default=0.0)
            done[number] = ready + seconds[number]
            waiting.pop()
    return max(done.values(), default=0.0)


def wall_seconds(jobs: Sequence[Job], seconds: Sequence[float], cores: int) -> float:
    """Return the least wall time of jobs on so many cores."""
    busy = sum(min(job.threads, cores) * took for job, took in zip(jobs, seconds, strict=True))
    return max(busy / cores, seconds_in_turn(jobs, seconds))
