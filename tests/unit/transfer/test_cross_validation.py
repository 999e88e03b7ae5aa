"""Cross-validation: what each fold trains on, and that it is a cell's training on less."""

import pytest
import torch
from small_cells import CELL, TRAINING

from defrost.data.dataset import Dataset, Examples
from defrost.errors import UserError
from defrost.networks.replicates import Replicates
from defrost.provenance.resume import Resume
from defrost.provenance.seeds import Seeds
from defrost.transfer.cell import pupils_of
from defrost.transfer.cross_validation import cross_validate, draw_folds, labelled_folds
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.phases import train_phases
from defrost.transfer.protocols import plan_of
from defrost.transfer.pupils import Draw, Pupils, ReplicateSeeds

SETTINGS = {**CELL, "depths": [1, 3], "folds": 4}


def fixed(rows):
    return [{key: row[key] for key in row if key != "train_seconds"} for row in rows]


def validated(target, network, resume, **changes):
    resume.forget()
    return fixed(cross_validate({**SETTINGS, **changes}, target, network, Seeds(0), resume))


def folds_of(target, size=20, count=4, replicate=0):
    named = ReplicateSeeds("random", Seeds(0))
    return labelled_folds(target.splits["train"].labels, size, count, replicate, named)


def test_a_row_for_every_depth_replicate_and_fold_and_every_example_once(target, source, resume):
    rows = validated(target, source, resume)
    keys = [(row["depth"], row["replicate"], row["fold"]) for row in rows]
    assert sorted(keys) == [(k, r, f) for k in (1, 3) for r in (0, 1) for f in range(4)]
    for depth in (1, 3):
        for replicate in (0, 1):
            mine = [r for r in rows if (r["depth"], r["replicate"]) == (depth, replicate)]
            assert sum(row["validation_examples"] for row in mine) == 20
    assert all(0 <= row["correct"] <= row["validation_examples"] for row in rows)
    assert not {"probe_accuracy", "test_accuracy"} & set(rows[0])


def test_a_block_without_a_replicate_of_a_network_has_no_rows_of_it(target, source, resume):
    block = {"first": 5, "last": 5, "source_seeds": 3, "source_seed": 0}
    assert validated(target, source, resume, **block) == []


def test_the_folds_are_of_the_examples_that_the_cell_trains_on(target):
    subset, folds = folds_of(target)
    trained = pupils_of(CELL, target, [0], Seeds(0)).draws[0].order.unique()
    assert sorted(subset.tolist()) == trained.tolist()
    assert sorted(torch.cat([fold.validation for fold in folds]).tolist()) == list(range(20))


@pytest.mark.parametrize("protocol", ["freeze", "gradual"])
def test_a_fold_is_a_plain_training_on_the_other_examples(target, source, resume, protocol):
    """As a user would write it: one network, its validation examples counted by hand."""
    rows = validated(target, source, resume, protocol=protocol, depths=[2])
    subset, folds = folds_of(target, replicate=1)
    plan, named = plan_of(protocol, 2, 3), ReplicateSeeds("random", Seeds(0))
    for number, fold in enumerate(folds):
        generator = named.generator(1, "fold", number, "batches")
        shuffled = torch.cat([torch.randperm(15, generator=generator) for _ in range(11)])
        order = subset[fold.train][shuffled[: 20 * 8].view(20, 8)]
        pupils = Pupils(CELL, target, [Draw(1, order, order[0, :0], 0)], named)
        (network,) = pupils.start(pupils.draws, source, plan)
        frozen = FrozenBlocks(source, pupils.images, float("inf"), resume.folder)
        resume.forget()
        train_phases(
            Replicates([network]), plan, frozen, pupils.lesson(pupils.draws), TRAINING, resume
        )
        images, labels = target.normalised("train", subset[fold.validation])
        with torch.no_grad():
            correct = int((network(images).argmax(dim=1) == labels).sum())
        (row,) = (r for r in rows if (r["replicate"], r["fold"]) == (1, number))
        assert row["validation_examples"] == len(labels)
        assert row["correct"] == correct


def test_folds_are_the_same_for_all_sources_protocols_and_depths(target, source, resume):
    rows = validated(target, source, resume)
    for changes in ({"source": "far", "protocol": "finetune"}, {"depths": [2]}):
        for other in validated(target, source, resume, **changes):
            (match, *_) = (
                row
                for row in rows
                if (row["replicate"], row["fold"]) == (other["replicate"], other["fold"])
            )
            assert other["validation_examples"] == match["validation_examples"]
    assert validated(target, source, resume, depths=[3]) == [r for r in rows if r["depth"] == 3]


def test_replicates_do_not_depend_on_their_block(target, source, resume):
    both = [row for row in validated(target, source, resume) if row["replicate"] == 1]
    alone = validated(target, source, resume, first=1)
    assert [row["correct"] for row in both] == [row["correct"] for row in alone]


def test_without_a_source_it_is_the_network_from_scratch(target, source, resume):
    scratch = validated(target, None, resume, source="scratch", protocol="scratch", depths=[0])
    same = validated(target, source, resume, protocol="freeze", depths=[0])
    assert [row["correct"] for row in scratch] == [row["correct"] for row in same]
    assert {row["source"] for row in scratch} == {"scratch"}


def test_the_test_split_is_never_looked_at(target, source, resume):
    labels = target.splits["test"].labels
    wrong = Examples(torch.full_like(target.splits["test"].images, torch.nan), labels.flip(0))
    splits = {"train": target.splits["train"], "test": wrong, "probe": wrong}
    other = Dataset(splits, target.mean, target.deviation)
    assert validated(other, source, resume) == validated(target, source, resume)


def test_labels_that_say_nothing_are_told_no_better_than_by_chance(target, source, resume):
    """What a fold validates on does not leak into its training."""
    images = torch.randn(60, 1, 8, 8, generator=torch.Generator().manual_seed(1))
    noise = Dataset(
        {"train": Examples(images, torch.arange(60) % 3)}, target.mean, target.deviation
    )
    rows = validated(noise, source, resume, size=60, folds=10, last=3, depths=[0, 2])
    share = sum(r["correct"] for r in rows) / sum(r["validation_examples"] for r in rows)
    assert share == pytest.approx(1 / 3, abs=0.1)  # of 240 guesses: three standard errors


@pytest.mark.parametrize("changes", [{"size": 19}, {"size": 22}, {"size": 4}, {"folds": 3}])
def test_folds_of_unequal_sizes_train_side_by_side(target, source, resume, changes):
    rows = validated(target, source, resume, depths=[2], **changes)
    of_first = [row["validation_examples"] for row in rows if row["replicate"] == 0]
    assert max(of_first) - min(of_first) <= 1
    assert len(of_first) == (2 if changes.get("size") == 4 else changes.get("folds", 4))


def test_what_early_stopping_holds_out_is_neither_trained_nor_validated_on(target, resume):
    stopping = {"share": 0.25, "every": 2, "patience": 1}
    settings = {**SETTINGS, "training": {**TRAINING, "early_stopping": stopping}, "size": 22}
    labels = target.splits["train"].labels
    for draws in draw_folds(settings, labels, ReplicateSeeds("random", Seeds(0))):
        for draw in draws:
            parts = [
                set(x.flatten().tolist()) for x in (draw.order, draw.held_out, draw.validation)
            ]
            assert not parts[0] & parts[1] and not parts[0] & parts[2] and not parts[1] & parts[2]
            assert len(draw.held_out) == 4


def test_augmentation_is_the_same_at_every_depth_and_in_any_company(target, source, resume):
    augmented = {**TRAINING, "augmentation": {"flip": True, "shift": 1}}
    rows = validated(target, source, resume, training=augmented)
    alone = validated(target, source, resume, training=augmented, depths=[3])
    assert [row for row in rows if row["depth"] == 3] == alone


def test_a_job_goes_on_where_it_was_stopped(target, source, resume, tmp_path):
    expected = validated(target, source, resume)
    for done in (1, 5, 9):  # within a fold's replicates, and between depths
        resume.forget()
        running, rows = cross_validate(SETTINGS, target, source, Seeds(0), resume), []
        for _ in range(done):
            rows.append(next(running))
        other = Resume(tmp_path / "other", "", float("inf"))
        other.facts = dict(resume.facts)
        again = fixed(cross_validate(SETTINGS, target, source, Seeds(0), other))
        assert again == expected


def test_too_few_examples_are_refused(target, source, resume):
    with pytest.raises(UserError, match="size 3: found no class with two examples; allowed are"):
        validated(target, source, resume, size=3)
    stopping = {"share": 0.5, "every": 2, "patience": 1}
    few = {"size": 4, "training": {**TRAINING, "early_stopping": stopping}}
    with pytest.raises(UserError, match="size 4: found 2 of the 3 examples beside a fold held out"):
        validated(target, source, resume, **few)
