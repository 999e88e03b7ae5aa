"""Classes selected and merged."""

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from defrost.data.classes import select_classes
from defrost.data.raw import DataError, RawData

NAMES = ("cat", "dog", "7", "eel")
LABELS = torch.tensor([0, 1, 2, 3, 3, 2, 1, 0])


def raw(test_from=None, names=NAMES):
    images = torch.arange(8, dtype=torch.uint8)[:, None, None, None]
    return RawData(images, LABELS, names, test_from)


def refused(classes, names=NAMES):
    """Return the one line with which a list of classes is refused."""
    with pytest.raises(DataError) as error:
        select_classes(raw(names=names), classes)
    message = str(error.value)
    assert message.startswith("data: classes: ")
    assert "\n" not in message
    return message


def test_labels_follow_the_order_of_the_list():
    selected = select_classes(raw(), ["eel", 7])
    assert selected.images.flatten().tolist() == [2, 3, 4, 5]
    assert selected.labels.tolist() == [1, 0, 0, 1]
    assert selected.labels.dtype == torch.int64
    assert selected.class_names == ("eel", "7")


def test_classes_are_merged():
    selected = select_classes(raw(), [["cat", 7], "dog"])
    assert selected.labels.tolist() == [0, 1, 0, 0, 1, 0]
    assert selected.class_names == ("cat+7", "dog")


@given(st.integers(0, 8), st.permutations(NAMES).flatmap(lambda n: st.sampled_from([n[:2], n[:3]])))
def test_the_official_test_part_stays_the_test_part(test_from, names):
    selected = select_classes(raw(test_from), names)
    rows = selected.images.flatten()
    assert (rows[: selected.test_from] < test_from).all()
    assert (rows[selected.test_from :] >= test_from).all()


def test_one_pool_stays_one_pool():
    assert select_classes(raw(None), ["cat", "dog"]).test_from is None


def test_an_unknown_class_is_refused_with_those_that_exist():
    message = refused(["cat", "cow"])
    assert "'cow'" in message
    assert "allowed are cat, dog, 7, eel" in message


def test_at_most_twenty_classes_are_listed():
    message = refused(["0", "1"], tuple(f"class{i}" for i in range(50)))
    assert "class19 and 30 more" in message
    assert "class20" not in message


@pytest.mark.parametrize("classes", [["cat", "cat"], [["cat", "dog"], "dog"], ["7", 7]])
def test_a_class_named_twice_is_refused(classes):
    assert "twice" in refused(classes)


@pytest.mark.parametrize("classes", [[], ["cat"], [["cat", "dog"]]])
def test_fewer_than_two_classes_are_refused(classes):
    assert "two or more" in refused(classes)


def test_a_merged_class_of_none_is_refused():
    assert "empty list" in refused(["cat", []])
