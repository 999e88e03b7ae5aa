"""What a cell is estimated to cost is what it reports, for every protocol, to the last digit."""

import copy

import pytest
from small_cells import CELL, CONVNET, TRAINING

from defrost.estimate.plan import Job
from defrost.estimate.study import Images, Study
from defrost.estimate.trainings import operations, trainings
from defrost.provenance.seeds import Seeds
from defrost.transfer.cell import train_cell, train_reference
from defrost.transfer.cross_validation import cross_validate
from defrost.transfer.protocols import PROTOCOLS

CONFIG = {
    "root_seed": 0,
    "feature_memory_mb": 1,
    "studies": {
        "test": {
            "target": {"dataset": "random", "split": {"train": 60, "probe": 60, "test": 60}},
            "sources": {"near": {"kind": "clone", "model": "gaussian", "train_examples": 60}},
            "network": CONVNET,
            "protocols": ["freeze", "finetune", "defrost", "gradual"],
            "depths": [0, 1, 2, 3],
            "sizes": [20],
            "source_seeds": 1,
            "training": TRAINING,
            "pretraining": TRAINING,
            "selection": {"sources": ["near"], "folds": 3},
            "similarity": {"maps": "flatten"},
        }
    },
}


def study_of(training=None, **values) -> Study:
    """The study that the cells belong to, with another training or other values."""
    config = copy.deepcopy(CONFIG)
    config["studies"]["test"] |= values
    config["studies"]["test"]["training"] |= training or {}
    return Study(config, "test", Images((1, 8, 8), 3))


def job_of(rule="train_transfer", **wildcards) -> Job:
    """A planned job of the study: the cell of `small_cells`, but for these wildcards."""
    names = ("source", "protocol", "depth", "size", "first", "last")
    cell = {name: CELL[name] for name in names} | wildcards
    return Job(rule, {name: str(value) for name, value in cell.items()}, [], ["file"], 1, True)


def estimated(job, study):
    return sum(operations(each, study.counts(each.classes)) for each in trainings(job, study))


def reported(rows):
    return sum(row["train_flops"] for row in rows)


@pytest.mark.parametrize("depth", range(4))
@pytest.mark.parametrize("protocol", PROTOCOLS)
def test_of_a_cell(target, source, resume, protocol, depth):
    settings = {**CELL, "protocol": protocol, "depth": depth}
    rows = train_cell(settings, target, source, Seeds(0), resume)
    job = job_of(protocol=protocol, depth=depth)
    assert estimated(job, study_of()) == reported(rows) > 0


@pytest.mark.parametrize(
    "changed",
    [
        {"augmentation": {"flip": True, "shift": 0}},
        {"batch_size": 64},
        {"steps": 3, "batch_size": 5},
        {"early_stopping": {"share": 0.25, "every": 5, "patience": 100}},
    ],
    ids=str,
)
def test_of_a_cell_that_trains_otherwise(target, source, resume, changed):
    settings = {**CELL, "protocol": "gradual", "depth": 1, "training": {**TRAINING, **changed}}
    rows = train_cell(settings, target, source, Seeds(0), resume)
    job = job_of(protocol="gradual", depth=1)
    assert estimated(job, study_of(changed)) == reported(rows)


def test_of_the_baseline(target, resume):
    settings = {**CELL, "source": "scratch", "protocol": "scratch", "depth": 0}
    rows = train_cell(settings, target, None, Seeds(0), resume)
    job = job_of("train_scratch")._replace(wildcards={"size": "20", "first": "0", "last": "1"})
    assert estimated(job, study_of()) == reported(rows)


def test_replicates_that_start_from_several_networks(target, source, resume):
    settings = {**CELL, "last": 2, "source_seeds": 2}
    rows = []
    for number in range(2):
        cell = {**settings, "source_seed": number}
        rows += train_cell(cell, target, source, Seeds(0), resume)
    job, study = job_of(last=2), study_of(source_seeds=2)
    assert [each.networks for each in trainings(job, study)] == [2, 1]
    assert estimated(job, study) == reported(rows)


# of 4 examples of 3 classes two are of one class: they alone are held out, in two folds
@pytest.mark.parametrize(("batch", "size"), [(8, 20), (64, 20), (64, 4)])
def test_of_a_cross_validation(target, source, resume, batch, size):
    changed = {"batch_size": batch}
    settings = {**CELL, "size": size, "depths": [1, 2, 3], "folds": 3}
    settings["training"] = {**TRAINING, **changed}
    rows = cross_validate(settings, target, source, Seeds(0), resume)
    job = job_of("cross_validate", size=size)
    assert estimated(job, study_of(changed)) == reported(rows)


def test_of_a_reference(target, source, resume):
    settings = {**CELL, "replicate": 1}
    _, cost = train_reference(settings, target, source, Seeds(0), resume)
    job = job_of("finetune_source", replicate=1)
    assert estimated(job, study_of()) == cost["train_flops"]


def test_an_untrained_source_takes_no_step():
    job, near = job_of("pretrain_source", seed=0), {"kind": "clone", "train_examples": 60}
    trained, untrained = (
        study_of(sources={"near": {**near, "kind": kind, "model": "gaussian"}})
        for kind in ("clone", "untrained")
    )
    assert estimated(job, untrained) == 0
    assert estimated(job, trained) == 20 * trained.counts().pair[0] * 8 // 2


def test_early_stopping_can_only_take_less(target, source, resume):
    changed = {"early_stopping": {"share": 0.25, "every": 1, "patience": 1}, "learning_rate": 1.0}
    settings = {**CELL, "training": {**TRAINING, **changed}}
    rows = list(train_cell(settings, target, source, Seeds(0), resume))
    assert any(row["steps"] < TRAINING["steps"] for row in rows)
    assert estimated(job_of(), study_of(changed)) > reported(rows)
