"""Where each data set of a study comes from: which rule makes it, and from what settings."""

from defrost.data.catalogue import REAL

DIALS = ("feature_overlap", "feature_kept", "teacher_overlap", "latent_ratio")
CONTROLS = ("untrained", "shuffled_labels", "same_task")
_NEGATIVE = ("untrained", "shuffled_labels")
_LADDER = ("isotropic", "gaussian", "wgan")  # of clones, by how much of the target they keep
_DIMENSIONS = ("latent_dimension", "input_dimension", "class_count")
_CHOICES = ("path", "classes", "corruption")


def origin(study: dict, dataset: str) -> str:
    """Return what a data set of a study, `target` or a source's name, is.

    One of `real target`, `real source`, `hidden manifold`, `moments` (of a clone), `wgan`, and
    two for which no data set is made: `control` and `weights`.
    """
    if dataset == "target":
        manifold = study["target"]["dataset"] == "hidden_manifold"
        return "hidden manifold" if manifold else "real target"
    source = study["sources"][dataset]
    if source["kind"] in REAL:
        return "real source"
    if source["kind"] == "clone":
        return "wgan" if source["model"] == "wgan" else "moments"
    if source["kind"] == "weights":
        return "weights"
    return "control" if source["kind"] in CONTROLS else "hidden manifold"


def datasets_from(study: dict, place: str) -> list[str]:
    """Return the data sets of a study with this origin."""
    return [name for name in ("target", *study["sources"]) if origin(study, name) == place]


def clones(study: dict) -> list[str]:
    """Return the sources of a study that are clones, in the config's order."""
    return [name for name, source in study["sources"].items() if source["kind"] == "clone"]


def examples_of(study: dict, dataset: str) -> dict[str, int]:
    """Return how many examples each split of a data set has, as far as the config says."""
    if dataset == "target":
        return study["target"]["split"]
    source = study["sources"][dataset]
    asked = {part: source.get(f"{part}_examples") for part in ("train", "test")}
    return {part: count for part, count in asked.items() if count is not None}


def real_task(study: dict, source: str) -> dict:
    """Return what a source of real data is made of, in the words of a target."""
    settings = study["sources"][source]
    chosen = {key: settings[key] for key in _CHOICES if key in settings}
    return {"dataset": settings["kind"], **chosen}


def weights_of(study: dict, source: str) -> dict:
    """Return where the weights of a source come from: a `path`, or a `version` of torchvision's."""
    settings = study["sources"][source]
    return {key: settings[key] for key in ("path", "version") if key in settings}


def manifold_settings(study: dict, dataset: str) -> dict:
    """Return dimensions and dials (none for the target) of a hidden manifold."""
    dimensions = {key: study["target"][key] for key in _DIMENSIONS}
    source = study["sources"].get(dataset, {})
    return {**dimensions, "dials": {dial: source[dial] for dial in DIALS if dial in source}}


def swept_dial(study: dict) -> tuple[str, dict[str, float]] | None:
    """Return the one dial in which a study's hidden manifold sources differ, and their values.

    None where they differ in no dial or in several, or where two have the same value: then there
    is no one axis to draw along.
    """
    names = [name for name in datasets_from(study, "hidden manifold") if name != "target"]
    values = {dial: {name: study["sources"][name][dial] for name in names} for dial in DIALS}
    swept = [dial for dial in DIALS if len(set(values[dial].values())) > 1]
    if len(swept) != 1 or len(set(values[swept[0]].values())) < len(names):
        return None
    return swept[0], values[swept[0]]


def is_candidate(study: dict, source: str) -> bool:
    """Return whether a source could exist without the target's data, and be recommended.

    Clones are fitted to the target, hidden manifold sources and controls are made from it.
    """
    return origin(study, source) in ("real source", "weights")


def of_target_data(study: dict, source: str) -> bool:
    """Return whether a source is real data of the same set, or files, as the target."""
    target, settings = study["target"], study["sources"][source]
    return (settings["kind"], settings.get("path")) == (target["dataset"], target.get("path"))


def recommendation_roles(study: dict) -> dict[str, str]:
    """Return what each source of a study is to the recommendation.

    `no candidate`, `not compared` (a candidate that is not cross-validated), `shared` (compared,
    and of the target's own data) or `compared`.
    """
    return {source: _role(study, source) for source in study["sources"]}


def _role(study: dict, source: str) -> str:
    if not is_candidate(study, source):
        return "no candidate"
    if source not in study["selection"]["sources"]:
        return "not compared"
    return "shared" if of_target_data(study, source) else "compared"


def controls(study: dict) -> dict[str, str]:
    """Return the sources of a study that must be worth nothing, `negative`, or much, `positive`.

    Of the hidden manifold's, those without a feature of the target's (another teacher may still
    make use of the same features) and those that are its very task.
    """
    found = {}
    for name, source in study["sources"].items():
        if source["kind"] in CONTROLS:
            found[name] = "negative" if source["kind"] in _NEGATIVE else "positive"
        elif source["kind"] == "hidden_manifold":
            if 0 in (source["feature_overlap"], source["feature_kept"]):
                found[name] = "negative"
            elif all(source[dial] == 1 for dial in DIALS):
                found[name] = "positive"
    return found


def similarity_order(study: dict) -> dict[str, float]:
    """Return numbers that rise with a source's similarity to the target, where it is known.

    The dial that the study sweeps or, without one, the rung on the ladder of clones.
    """
    if dial := swept_dial(study):
        return dial[1]
    return {name: _LADDER.index(study["sources"][name]["model"]) for name in clones(study)}
