"""Some classes of a data set, or several merged into one."""

import torch

from defrost.data.raw import DataError, RawData

_LISTED = 20  # names in an error message


def select_classes(raw: RawData, classes: list) -> RawData:
    """Return the examples of `classes` only, with labels from 0 in the order of that list.

    An item is a class (its name, as text or number) or a list of classes that become one, named
    `a+b`. Raises DataError for a class that is unknown or named twice, for an empty list, and for
    fewer than two classes.
    """
    groups = [
        [str(name) for name in (item if isinstance(item, list) else [item])] for item in classes
    ]
    if len(groups) < 2:
        raise DataError("classes", f"found {len(groups)}", "allowed are two or more")
    label_of = _labels(groups, raw.class_names)
    new_labels = torch.tensor([label_of.get(name, -1) for name in raw.class_names])[raw.labels]
    kept = new_labels >= 0
    return RawData(
        raw.images[kept],
        new_labels[kept],
        tuple("+".join(group) for group in groups),
        None if raw.test_from is None else int(kept[: raw.test_from].sum()),
    )


def _labels(groups: list[list[str]], known: tuple[str, ...]) -> dict[str, int]:
    """Return the new label of every class that is named."""
    label_of: dict[str, int] = {}
    for label, group in enumerate(groups):
        if not group:
            raise DataError("classes", "found an empty list", "allowed are lists of classes")
        for name in group:
            if name not in known:
                some = ", ".join(known[:_LISTED])
                more = f" and {len(known) - _LISTED} more" if len(known) > _LISTED else ""
                raise DataError("classes", f"found no class {name!r}", f"allowed are {some}{more}")
            if name in label_of:
                raise DataError("classes", f"found {name!r} twice", "allowed is every class once")
            label_of[name] = label
    return label_of
