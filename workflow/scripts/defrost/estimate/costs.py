"""What every planned job costs: operations, seconds here and on a GPU, and bytes."""

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from defrost.config import compared, selected
from defrost.estimate.comparisons import pair_seconds, score_seconds
from defrost.estimate.disk import activation_widths, bytes_left, room
from defrost.estimate.plan import Job
from defrost.estimate.speed import Speed, Speeds, assumed_speed, product_rate
from defrost.estimate.starts import kind_of
from defrost.estimate.study import Images, Study
from defrost.estimate.trainings import Phase, Training, operations, trainings
from defrost.estimate.wgans import step_cost

_FORWARD = 1 / 3  # of a training step: the backward pass is two products for each one


class Cost(NamedTuple):
    """Of one job: `seconds` on this machine, `gpu_seconds` on a GPU (0 where it asks for none).

    `bytes` stay, `room` is taken beside them while the job runs.
    """

    operations: int = 0
    seconds: float = 0.0
    gpu_seconds: float = 0.0
    bytes: int = 0
    room: int = 0


class Machine:
    """What jobs are timed by: starts (seconds, by kind) and speeds of steps.

    `gpu_rate` is operations a second on a GPU, or None where there is one here to measure.
    """

    def __init__(self, starts: Mapping[str, float], gpu_rate: float | None) -> None:
        self.starts = starts
        self.gpu_rate = gpu_rate
        self._speeds: dict[tuple, Speeds] = {}
        self.pair = cache(lambda study: pair_seconds(study, activation_widths(study)))
        self.score = cache(lambda study, size: score_seconds(study, size, activation_widths(study)))
        self.wgan_step = cache(lambda study: step_cost(study.shape, study.classes))
        self.product_rate = cache(product_rate)

    def speed(self, study: Study, training: Training, depth: int, device: str) -> Speed:
        """Return the speed of a training's steps behind `depth` blocks."""
        counts = study.counts(training.classes)
        if device == "cuda" and self.gpu_rate:
            return assumed_speed(counts, training.networks, depth, self.gpu_rate)
        key = (study.name, training.classes, training.settings["batch_size"], device)
        if key not in self._speeds:
            images = Images(study.shape, training.classes)
            self._speeds[key] = Speeds(study.study["network"], images, training.settings, device)
        return self._speeds[key].of(training.networks, depth)


def cost_of(job: Job, study: Study | None, machine: Machine) -> Cost:
    """Return what a job costs; of a study whose images are not known, its start alone."""
    if not job.outputs:  # a target, which does nothing
        return Cost()
    start = machine.starts[kind_of(job.rule)]
    gpu_start = start if job.gpu else 0.0
    if study is None:
        return Cost(seconds=start, gpu_seconds=gpu_start)
    done, seconds, gpu_seconds, taken = 0, start, gpu_start, 0
    for training in trainings(job, study):
        done += operations(training, study.counts(training.classes))
        seconds += _seconds(training, study, machine, "cpu")
        gpu_seconds += _seconds(training, study, machine, "cuda")
        taken = max(taken, room(training, study, study.config["feature_memory_mb"] * 2**20))
    if job.rule in _OTHERS:
        seconds += _OTHERS[job.rule](job.wildcards, study, machine)
    if job.rule == "train_wgan":
        steps = study.study["sources"][job.wildcards["source"]]["generator_steps"]
        each, longer = machine.wgan_step(study)
        done, seconds = steps * each, start + steps * longer
        gpu_seconds += done / (machine.gpu_rate or _gpu_rate(study, machine))
    return Cost(done, seconds, gpu_seconds if job.gpu else 0, bytes_left(job, study), taken)


def _seconds(training: Training, study: Study, machine: Machine, device: str) -> float:
    """Return how long a training takes, with the evaluation after it."""
    seconds = 0.0
    for phase in training.phases:
        speed = machine.speed(study, training, phase.depth, device)
        seconds += phase.steps * speed.step(training.batch)
    # what a forward pass takes is told by the examples' share of a step
    whole = machine.speed(study, training, 0, device).example
    depths = {phase.depth for phase in training.phases} or {0}
    behind = {depth: machine.speed(study, training, depth, device).example for depth in depths}
    forward = training.tested * behind[min(depths)]
    for depth in depths:
        forward += training.featured / training.networks * (whole - behind[depth])
    return seconds + _FORWARD * forward


def _gpu_rate(study: Study, machine: Machine) -> float:
    """Return the operations a second that a source's training takes on the GPU here."""
    settings = study.study["pretraining"]
    training = Training(1, study.classes, settings["batch_size"], (Phase(0, 1, 0),), settings, 0)
    done = operations(training, study.counts())
    return done / machine.speed(study, training, 0, "cuda").step(training.batch)


def _activations(wildcards: dict, study: Study, machine: Machine) -> float:
    probe = study.study["target"]["split"]["probe"]
    training = Training(1, study.classes, 0, (), study.study["training"], probe)
    return _seconds(training, study, machine, "cpu")


def _comparison(wildcards: dict, study: Study, machine: Machine) -> float:
    return len(compared.pairs(study.study, wildcards["group"])) * machine.pair(study)


def _scores(wildcards: dict, study: Study, machine: Machine) -> float:
    sizes = [
        size
        for source in selected.ranked_sources(study.study)
        for size in selected.ranked_sizes(study.study, source)
    ]
    each = study.study["references"]["replicates"]
    return each * sum(machine.score(study, size) for size in sizes)


def _moments(wildcards: dict, study: Study, machine: Machine) -> float:
    """Return what the products of a clone's pixels with one another take, class by class."""
    source = wildcards["source"]
    if study.study["sources"][source]["model"] != "gaussian":
        return 0.0
    pixels, train = math.prod(study.shape), study.study["target"]["split"]["train"]
    drawn = sum(study.examples(source).values())
    return 2 * max(train, drawn) * pixels**2 / machine.product_rate()


# What rules that train nothing take beyond their start, where that may be long.
_OTHERS: dict[str, Callable[[dict, Study, Machine], float]] = {
    "fit_clone": _moments,
    "sample_clone": _moments,
    "extract_activations": _activations,
    "compare_representations": _comparison,
    "score_sources": _scores,
}
