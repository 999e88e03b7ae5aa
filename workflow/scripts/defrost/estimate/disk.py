"""How many bytes a job leaves, and how much room it takes while it runs."""

import math
from collections.abc import Callable

from defrost.estimate.counts import features
from defrost.estimate.plan import Job
from defrost.estimate.study import Study
from defrost.estimate.trainings import Training
from defrost.estimate.wgans import file_bytes

_FLOAT = 4
_LABEL = 8


def bytes_left(job: Job, study: Study) -> int:
    """Return the bytes of the tensors that a job writes; tables and figures are small."""
    return _WRITTEN[job.rule](job.wildcards, study) if job.rule in _WRITTEN else 0


def room(training: Training, study: Study, limit: int) -> int:
    """Return the bytes that a training keeps in its folder for resuming until it is done.

    Its state, and what frozen blocks put out where that is more than `limit` bytes.
    """
    if not training.phases:
        return 0
    counts = study.counts(training.classes)
    depths = {phase.depth for phase in training.phases}
    trained = counts.parameters[min(depths)]
    copies = 2 if training.settings["optimiser"] == "sgd" else 3  # the optimiser's among them
    copies += "early_stopping" in training.settings
    networks = training.networks if counts.stacks else 1  # that train at a time
    state = networks * trained * copies * _FLOAT
    images = training.featured * sum(
        math.prod(counts.shapes[depth]) * _FLOAT for depth in depths if depth
    )
    return state + (images if images > limit else 0)


def _dataset(wildcards: dict, study: Study) -> int:
    """Images and labels of a data set, by the rule's name for it."""
    dataset = wildcards.get("dataset") or wildcards.get("source") or "target"
    each = math.prod(study.shape) * _FLOAT + _LABEL
    return sum(study.examples(dataset).values()) * each


def _moments(wildcards: dict, study: Study) -> int:
    pixels = math.prod(study.shape)
    model = study.study["sources"][wildcards["source"]]["model"]
    second = pixels**2 if model == "gaussian" else 1
    return study.classes * (pixels + second) * _FLOAT


def _source_network(wildcards: dict, study: Study) -> int:
    return study.counts(study.source_classes(wildcards["source"])).bytes


def _activations(wildcards: dict, study: Study) -> int:
    probe = study.study["target"]["split"]["probe"]
    return probe * sum(activation_widths(study)) * _FLOAT


def activation_widths(study: Study) -> list[int]:
    """Return the features of every block as activations are kept."""
    maps = study.study["similarity"]["maps"]
    return [features(shape, maps) for shape in study.counts().shapes[1:]]


_WRITTEN: dict[str, Callable[[dict, Study], int]] = {
    "make_dataset": _dataset,
    "make_source_dataset": _dataset,
    "make_hidden_manifold": _dataset,
    "sample_clone": _dataset,
    "sample_wgan": _dataset,
    "fit_clone": _moments,
    "train_wgan": lambda wildcards, study: file_bytes(study.shape, study.classes),
    "pretrain_source": _source_network,
    "import_weights": _source_network,
    "train_reference": lambda wildcards, study: study.counts().bytes,
    "finetune_source": lambda wildcards, study: study.counts().bytes,
    "extract_activations": _activations,
}
