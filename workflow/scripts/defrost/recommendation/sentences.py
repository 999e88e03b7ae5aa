"""The recommendation in words: what recommendation.json says, for people."""

from defrost.recommendation.estimates import APART, FEWEST

METHOD = (
    "The labelled examples of each replicate were dealt into folds. Every candidate, protocol and "
    "depth, and training from scratch, was trained on all folds but one and validated on that one, "
    "so that all are compared on the same examples. The highest of several noisy means flatters: "
    "the expected accuracy and gain are therefore cross-fitted, that is, what is valued on a fold "
    f"was chosen without it: on about half of the other replicates where at most {APART * 100:.0f} "
    "% of their examples are the same, and else on the other folds of its replicate. That makes it "
    "a choice from fewer labels than the recommendation. Their 95 % intervals are Student's t with "
    "Nadeau and Bengio's correction (2003), because folds train on much the same examples; between "
    "replicates it is weighed by the share of examples that they have in common. What is behind "
    "the best is compared with it fold by fold, by intervals that hold together with 95 % "
    "(Bonferroni), and scratch by the gain. Each network was trained on all folds but one: with "
    "all labels accuracy should be a little higher. The test split was not read."
)


def answer(found: dict) -> str:
    """Return the recommendation in a sentence or two."""
    match found["verdict"]:
        case "no answer":
            return f"No recommendation: {found['reason']}."
        case "scratch":
            return (
                f"Train from scratch. With {found['size']} labelled examples no candidate was "
                "better: transfer is not shown to pay."
            )
        case "not shown":
            return (
                "Transfer is not shown to pay: training from scratch cannot be told from the best, "
                f"which is {choice(found)}."
            )
    return (
        f"Transfer {found['source']} with {found['protocol']} at depth {found['depth']} of "
        f"{found['blocks']}: {_trained(found)} on the target."
    )


def figures(found: dict) -> list[tuple[str, str]]:
    """Return the recommendation in numbers, each with what it is; none where there is no answer."""
    if found["verdict"] == "no answer":
        return []
    flops, scratch = found["train_flops"], found["scratch_train_flops"]
    ratio = f" ({flops / scratch:.2f} times as many as from scratch)" if scratch else ""
    evidence = _count(found["folds"], "fold"), _count(found["replicates"], "replicate")
    return [
        ("expected accuracy", interval(found, "accuracy")),
        ("expected gain over scratch", interval(found, "gain")),
        ("labelled examples", f"{found['size']}, drawn from {found['pool']}"),
        ("blocks trained", f"{found['trainable_blocks']} of {found['blocks']}, and the readout"),
        ("operations of a training", f"{flops:.3g}{ratio}"),
        ("evidence", " in ".join(evidence)),
    ]


def runner_up(found: dict) -> str:
    """Return which choice comes second, and whether it can be told from the first."""
    second = found["runner_up"]
    told = "can" if second["told_apart"] else "cannot"
    text = (
        f"Second is {choice(second)}, behind by {interval(second, 'behind')}: it {told} be told "
        "from the first."
    )
    others = [row for row in found["alike"] if row != second]
    if not others:
        return text
    shown = "; ".join(choice(row) for row in others[:5])
    more = f" and {len(others) - 5} more" if len(others) > 5 else ""
    return f"{text} Nor can {shown}{more}." if told == "cannot" else f"{text} {shown}{more} cannot."


def changes(found: dict) -> list[str]:
    """Return what would change the answer: more data, and other sources."""
    texts = [_smaller(answer) for answer in found["smaller_sizes"]]
    if texts and found["verdict"] != "no answer":
        texts.append(f"At {found['size']} the gain is {interval(found, 'gain')}.")
    elif found["verdict"] != "no answer":
        texts.append(
            "More data: not known, as one size was cross-validated. More in `selection.sizes` "
            "would show where the answer goes."
        )
    if found["not_compared"]:
        names = ", ".join(found["not_compared"])
        texts.append(f"Another source: {names} can be recommended once cross-validated.")
    if found["no_candidates"]:
        names = ", ".join(found["no_candidates"])
        texts.append(f"Never recommended, as they do not exist without the target's data: {names}.")
    return texts


def cautions(found: dict) -> list[str]:
    """Return how far to trust the answer."""
    texts = []
    if found["folds"]:
        each = found["validated"] / found["replicates"]
        texts.append(
            f"A replicate validates {each:.0f} examples: one of them, right or wrong, moves its "
            f"accuracy by {1 / each:.3f}."
        )
        texts += _missing_intervals(found)
        if found["replicates"] == 1:
            texts.append("One replicate: another draw of labels and initial weights was not tried.")
        elif found["size"] == found["pool"]:
            texts.append("All replicates have the same examples, in other folds.")
    if found["of_target_data"]:
        names = ", ".join(found["of_target_data"])
        texts.append(
            f"Made from the target's own data set: {names}. Such a network has seen the images "
            "that it is validated on, though with other labels or changed, and looks better than "
            "one that has not."
        )
    if found["incomplete"]:
        left = "; ".join(choice(row) for row in found["incomplete"])
        texts.append(f"Left out, as results of a fold are missing: {left}.")
    texts.append("Networks stand for their sources; others of the same source may differ.")
    return texts


def choice(row: dict) -> str:
    """Return a choice in words."""
    if row["source"] == "scratch":
        return "training from scratch"
    return f"{row['source']} ({row['protocol']} at depth {row['depth']})"


def interval(row: dict, name: str) -> str:
    """Return a number with its interval."""
    if row[f"{name}_low"] is None:
        return f"{_number(row[name])} (no interval)"
    low, high = (_number(row[f"{name}_{limit}"]) for limit in ("low", "high"))
    return f"{_number(row[name])} ({low} to {high})"


def _trained(found: dict) -> str:
    if not found["trainable_blocks"]:
        return "only the readout is trained"
    return f"{_count(found['trainable_blocks'], 'block')} and the readout are trained"


def _missing_intervals(found: dict) -> list[str]:
    if found["accuracy_low"] is not None and found["gain_low"] is not None:
        return []
    if found["folds"] < FEWEST:
        return [f"{found['folds']} folds are too few for an interval; {FEWEST} or more have one."]
    return ["All folds agree to the last example where there is no interval: too few to say more."]


def _smaller(answer: dict) -> str:
    if answer["verdict"] == "no answer":
        return f"At {answer['size']} labelled examples there is no answer: {answer['reason']}."
    return (
        f"At {answer['size']} labelled examples the best is {choice(answer)}, with a gain of "
        f"{interval(answer, 'gain')}."
    )


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


def _number(value: float) -> str:
    return f"{round(value, 3) + 0:.3f}".replace("-", "\N{MINUS SIGN}")
