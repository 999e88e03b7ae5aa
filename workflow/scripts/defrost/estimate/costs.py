"""What every planned job costs: operations, seconds here and on a GPU, and bytes."""

import math
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from defrost.config import compared
from defrost.estimate.comparisons import pair_seconds
from defrost.estimate.disk import activation_widths, bytes_left, room
from defrost.estimate.plan import Job
from defrost.estimate.speed import Assumed, Measured, product_rate
from defrost.estimate.starts import kind_of
from defrost.estimate.study import Images, Study
from defrost.estimate.trainings import Phase, Training, operations, trainings
from defrost.estimate.wgans import step_cost


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
        self._speeds: dict[tuple, Measured] = {}
        self.pair = cache(lambda study: pair_seconds(study, activation_widths(study)))
        self.wgan_step = cache(lambda study: step_cost(study.shape, study.classes))
        self.product_rate = cache(product_rate)

    def speeds(self, study: Study, training: Training, device: str) -> Measured | Assumed:
        """Return the speeds of a training's steps; on `cuda` assumed where there is none here."""
        if device == "cuda" and self.gpu_rate:
            call = self.speeds(study, training, "cpu").call()
            return Assumed(study.counts(training.classes), self.gpu_rate, call)
        key = (study.name, training.settings["batch_size"], device)
        if key not in self._speeds:
            images = Images(study.shape, study.classes)
            self._speeds[key] = Measured(study.study["network"], images, training.settings, device)
        return self._speeds[key]


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
        seconds += _seconds(training, machine.speeds(study, training, "cpu"))
        gpu_seconds += _seconds(training, machine.speeds(study, training, "cuda"))
        taken = max(taken, room(training, study, study.config["feature_memory_mb"] * 2**20))
    if job.rule in _OTHERS:
        seconds += _OTHERS[job.rule](job.wildcards, study, machine)
    if job.rule == "train_wgan":
        steps = study.study["sources"][job.wildcards["source"]]["generator_steps"]
        each, longer = machine.wgan_step(study)
        done, seconds = steps * each, start + steps * longer
        gpu_seconds += done / (machine.gpu_rate or _gpu_rate(study, machine))
    return Cost(done, seconds, gpu_seconds if job.gpu else 0, bytes_left(job, study), taken)


def _seconds(training: Training, speeds: Measured | Assumed) -> float:
    """Return how long a training takes, with what frozen blocks do once and the evaluation."""
    networks, depths = training.networks, {phase.depth for phase in training.phases} or {0}
    steps = sum(
        phase.steps * speeds.step(networks, phase.depth, training.batch)
        for phase in training.phases
    )
    each = training.featured / networks
    frozen = sum(
        speeds.forward(networks, 0, each) - speeds.forward(networks, depth, each)
        for depth in depths
    )
    return steps + frozen + speeds.forward(networks, min(depths), training.tested)


def _gpu_rate(study: Study, machine: Machine) -> float:
    """Return the operations a second that a source's training takes on the GPU here."""
    settings = study.study["pretraining"]
    training = Training(1, study.classes, settings["batch_size"], (Phase(0, 1, 0),), settings, 0)
    done = operations(training, study.counts())
    return done / machine.speeds(study, training, "cuda").step(1, 0, training.batch)


def _activations(wildcards: dict, study: Study, machine: Machine) -> float:
    probe = study.study["target"]["split"]["probe"]
    training = Training(1, study.classes, 0, (), study.study["training"], probe)
    return _seconds(training, machine.speeds(study, training, "cpu"))


def _comparison(wildcards: dict, study: Study, machine: Machine) -> float:
    return len(compared.pairs(study.study, wildcards["group"])) * machine.pair(study)


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
}
