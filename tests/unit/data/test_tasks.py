"""Tasks of real data: a target's parts, a source's, and that they share no measured example."""

import pytest
import torch

from defrost.data.dataset import Dataset, Examples
from defrost.data.raw import DataError, RawData
from defrost.data.splits import balanced_order
from defrost.data.tasks import (
    check_spread,
    choose_classes,
    not_measured,
    source_rows,
    target_rows,
)


def raw(count: int = 400, classes: int = 4, test_from: int | None = None) -> RawData:
    """Examples whose one pixel is their place."""
    images = torch.arange(count, dtype=torch.float32)[:, None, None, None]
    names = tuple(map(str, range(classes)))
    return RawData(images, torch.arange(count) % classes, names, test_from)


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def dataset(of: RawData, rows: dict[str, torch.Tensor]) -> Dataset:
    splits = {name: Examples(of.images[part], of.labels[part]) for name, part in rows.items()}
    return Dataset(splits, torch.zeros(1), torch.ones(1))


SPLIT = {"train": 80, "probe": 40, "test": 40}


@pytest.mark.parametrize("test_from", [None, 300])
def test_a_targets_parts_are_disjoint_and_test_is_the_official_one(test_from):
    rows = target_rows(raw(test_from=test_from), SPLIT, "set", generator())
    assert {name: len(part) for name, part in rows.items()} == SPLIT
    assert len(torch.cat([*rows.values()]).unique()) == 160
    if test_from:
        assert rows["test"].min() >= test_from
        assert torch.cat([rows["train"], rows["probe"]]).max() < test_from


def test_probes_come_out_of_the_test_part_where_the_training_part_has_no_room():
    whole = raw(test_from=120)  # exactly room for both, then for four examples less
    rows = target_rows(whole, SPLIT, "set", generator())
    assert torch.cat([rows["train"], rows["probe"]]).max() < 120
    rows = target_rows(whole, {**SPLIT, "train": 84}, "set", generator())
    assert {name: len(part) for name, part in rows.items()} == {**SPLIT, "train": 84}
    assert rows["train"].max() < 120
    measured = torch.cat([rows["probe"], rows["test"]])
    assert measured.min() >= 120
    assert len(measured.unique()) == 80
    for part in rows.values():
        assert len(set(whole.labels[part].bincount().tolist())) == 1


def test_examples_are_dealt_in_the_order_of_the_sizes():
    whole, sizes = raw(test_from=300), {"probe": 40, "test": 40, "train": 80}
    rows = target_rows(whole, sizes, "set", generator())
    order = balanced_order(whole.labels[:300], generator())
    assert torch.equal(torch.cat([rows["probe"], rows["train"]]), order[:120])


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
    target = dataset(own, measured)
    theirs = choose_classes(whole, {"classes": [2, 3]})
    allowed = not_measured(theirs.images, target)
    rows = source_rows(theirs, allowed, {}, "set", generator(1))
    used = theirs.images[torch.cat([*rows.values()])].flatten().tolist()
    kept_apart = own.images[torch.cat([measured["probe"], measured["test"]])].flatten().tolist()
    assert used
    assert not set(used) & set(kept_apart)
    # and what it may see it does
    assert set(theirs.images[allowed].flatten().tolist()) == (
        set(theirs.images.flatten().tolist()) - set(kept_apart)
    )


def test_a_source_whose_official_test_part_lacks_a_class_takes_of_its_training_part():
    whole = raw(test_from=300)
    allowed = torch.ones(400, dtype=torch.bool)
    allowed[300:] = whole.labels[300:] != 2
    rows = source_rows(whole, allowed, {}, "set", generator())
    assert {name: len(part) for name, part in rows.items()} == {"train": 270, "test": 30}
    assert torch.cat([*rows.values()]).max() < 300
    allowed[:300] = whole.labels[:300] != 2
    with pytest.raises(DataError, match="set: found a class of which the target measures on every"):
        source_rows(whole, allowed, {}, "set", generator())


def test_pixels_of_another_range_are_noticed():
    target = dataset(raw(), {"train": torch.arange(400)})
    check_spread(raw().images * 3, target, "mine.npz")
    with pytest.raises(DataError, match=r"mine\.npz: found pixel values of standard deviation 2.9"):
        check_spread(raw().images * 255, target, "mine.npz")


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
        DataError, match="set: found 300 train examples in balanced classes; allowed as train_ex"
    ):
        source_rows(raw(test_from=300), everything, {"train": 301}, "set", generator())


def test_a_class_without_an_example_is_refused():
    everything = torch.ones(400, dtype=torch.bool)
    with pytest.raises(DataError, match="allowed as train_examples are 4, the number of classes"):
        source_rows(raw(), everything, {"train": 3}, "set", generator())
