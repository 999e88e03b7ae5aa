"""Tasks of real data: a target's parts, a source's, and that they share no measured example."""

import pytest
import torch

from defrost.data.classes import select_classes
from defrost.data.raw import DataError, RawData
from defrost.data.tasks import choose_classes, source_rows, target_rows, without_target


def raw(count: int = 400, classes: int = 4, test_from: int | None = None) -> RawData:
    """Examples whose one pixel is their place."""
    images = torch.arange(count, dtype=torch.float32)[:, None, None, None]
    names = tuple(map(str, range(classes)))
    return RawData(images, torch.arange(count) % classes, names, test_from, torch.arange(count))


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


SPLIT = {"train": 80, "probe": 40, "test": 40}


@pytest.mark.parametrize("test_from", [None, 300])
def test_a_targets_parts_are_disjoint_and_test_is_the_official_one(test_from):
    rows = target_rows(raw(test_from=test_from), SPLIT, "set", generator())
    assert {name: len(part) for name, part in rows.items()} == SPLIT
    assert len(torch.cat([*rows.values()]).unique()) == 160
    if test_from:
        assert rows["test"].min() >= test_from
        assert torch.cat([rows["train"], rows["probe"]]).max() < test_from


def test_too_few_official_test_examples_are_named():
    with pytest.raises(
        DataError, match="set, official test part: found 2 examples of the smallest"
    ):
        target_rows(raw(test_from=392), SPLIT, "set", generator())


@pytest.mark.parametrize("test_from", [None, 300])
def test_a_source_of_the_targets_own_data_never_sees_what_is_measured(test_from):
    whole = raw(test_from=test_from)
    # the target is of three classes, one of them merged; the source of other ones, of one shared
    own = choose_classes(whole, {"classes": [0, [1, 2]]})
    measured = target_rows(own, {"train": 40, "probe": 20, "test": 20}, "set", generator())
    theirs = choose_classes(whole, {"classes": [2, 3]})
    allowed = without_target(theirs, own, measured)
    rows = source_rows(theirs, allowed, {}, "set", generator(1))
    used = theirs.images[torch.cat([*rows.values()])].flatten().tolist()
    kept_apart = own.images[torch.cat([measured["probe"], measured["test"]])].flatten().tolist()
    assert used
    assert not set(used) & set(kept_apart)
    # and what it may see it does: all but what balance leaves out
    assert len(allowed) - allowed.sum() == len(
        set(kept_apart) & set(theirs.images[:, 0, 0, 0].tolist())
    )


def test_a_source_takes_all_there_is_in_balance():
    whole = raw(test_from=300)
    everything = torch.ones(400, dtype=torch.bool)
    rows = source_rows(whole, everything, {}, "set", generator())
    assert {name: len(part) for name, part in rows.items()} == {"train": 300, "test": 100}
    pool = source_rows(raw(), everything, {"train": 100}, "set", generator())
    assert {name: len(part) for name, part in pool.items()} == {"train": 100, "test": 40}
    assert len(torch.cat([*pool.values()]).unique()) == 140
    for part in pool.values():
        assert len(raw().labels[part].bincount().unique()) == 1


def test_a_source_that_asks_for_too_much_is_told():
    everything = torch.ones(400, dtype=torch.bool)
    with pytest.raises(
        DataError, match="set: found 300 train examples in balanced classes; train_ex"
    ):
        source_rows(raw(test_from=300), everything, {"train": 301}, "set", generator())


def test_chosen_classes_know_their_place_in_the_set():
    chosen = select_classes(select_classes(raw(), [3, 1]), ["1", "3"])
    assert torch.equal(chosen.rows.float(), chosen.images[:, 0, 0, 0])
