"""Which examples of a target come out of which official part of its set."""


def sizes_by_part(sizes: dict[str, int], room: int) -> dict[str, dict[str, int]]:
    """Return the sizes of a split that come out of the official `train` and `test` part.

    Labels are drawn from the training part and accuracy is measured on the test part, always.
    Probes come out of the training part or, where its `room` (how many examples in balanced
    classes it has) is too small for them beside the labels, out of the test part. The sizes keep
    their order, in which examples are dealt.
    """
    measured = {"test"} if sizes["train"] + sizes["probe"] <= room else {"probe", "test"}
    return {
        "train": {name: size for name, size in sizes.items() if name not in measured},
        "test": {name: size for name, size in sizes.items() if name in measured},
    }
