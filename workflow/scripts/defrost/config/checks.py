"""Checks of what a schema cannot say: values that limit one another."""

import difflib
import os
from pathlib import Path

from defrost.config.schema import ConfigError, shown
from defrost.data.catalogue import KNOWN, REAL, class_count, data_kind, image_shape
from defrost.data.official_parts import sizes_by_part
from defrost.networks.catalogue import AUXILIARY, MODELS, OWN, image_advice, number_of_blocks
from defrost.training.held_out import held_out_count

# names that files and tables give to something else
_RESERVED_SOURCES = ("scratch", "target")
_RESERVED_STUDIES = ("benchmarks", "logs")

_LONGEST_PATH = 300  # letters in a message

# suffixes of the user's own files
_SUFFIXES = {"arrays": (".npz", ".safetensors"), "weights": (".safetensors", ".pt", ".pth")}


def check_top_level(config: dict) -> None:
    """Raise ConfigError where the names of studies cannot be used."""
    _check_names(["studies"], config["studies"], _RESERVED_STUDIES)
    for position, name in enumerate(config["run"]):
        if name not in config["studies"]:
            allowed = f"allowed are {', '.join(config['studies'])}"
            raise ConfigError(["run", position], f"found {shown(name)}", allowed)


def check_network(path: list, network: dict) -> None:
    """Raise ConfigError unless a network of this name is known."""
    name = network["name"]
    if name in OWN or name in MODELS:
        return
    found = f"found {shown(name)}"
    allowed = f"{', '.join(OWN)} and torchvision's classification models"
    if name in AUXILIARY:
        found = f"{found}, which has auxiliary outputs while it trains"
        raise ConfigError([*path, "name"], found, f"allowed are {allowed} without them")
    close = difflib.get_close_matches(name.lower(), [*OWN, *MODELS], cutoff=0.5)
    hint = f"did you mean {' or '.join(close)}? " if close else ""
    raise ConfigError([*path, "name"], found, f"{hint}allowed are {allowed}")


def check_study(path: list, study: dict) -> None:
    """Raise ConfigError for the first value of a study that the others do not allow."""
    blocks = number_of_blocks(study["network"])
    train = study["target"]["split"]["train"]
    in_network = f"allowed is 0 to {blocks}, the number of blocks of the network"
    in_training_split = f"allowed is 2 to {train}, the size of target.split.train"

    _check_path([*path, "target"], study["target"])
    _check_classes([*path, "target"], study["target"])
    _check_split([*path, "target", "split"], study["target"])
    _check_images([*path, "network", "name"], study)
    _check_pooling([*path, "network", "pool_after"], study)
    _check_each([*path, "depths"], study["depths"], blocks, in_network)
    if max(study["depths"]) == 0:
        allowed = f"allowed is also one from 1 to {blocks}: 0 alone transfers nothing"
        raise ConfigError([*path, "depths"], "found [0]", allowed)
    factors = study["training"]["block_factors"]
    if len(factors) != blocks:
        allowed = f"allowed are {blocks}, one for each block of the network"
        raise ConfigError([*path, "training", "block_factors"], f"found {len(factors)}", allowed)
    if study["source_seeds"] > study["replicates"]:
        allowed = f"allowed is 1 to {study['replicates']}, the number of replicates"
        raise ConfigError([*path, "source_seeds"], f"found {study['source_seeds']}", allowed)
    _check_augmentation(path, study)
    _check_early_stopping([*path, "training", "early_stopping"], study)
    _check_each([*path, "sizes"], study["sizes"], train, in_training_split)
    sizes = study["references"]["sizes"]
    _check_each([*path, "references", "sizes"], sizes, train, in_training_split)
    _check_names([*path, "sources"], study["sources"], _RESERVED_SOURCES)
    for name, source in study["sources"].items():
        _check_source([*path, "sources", name], source, study)
    _check_selection([*path, "selection"], study)


def _check_source(path: list, source: dict, study: dict) -> None:
    _check_path(path, source)
    if source["kind"] == "weights":
        _check_weights(path, source, study["network"]["name"])
    _check_classes(path, source)
    _check_examples(path, source, study["target"])
    _check_among([*path, "sizes"], source["sizes"], study["sizes"], "those of the study")
    manifold = study["target"]["dataset"] == "hidden_manifold"
    if source["kind"] == "hidden_manifold" and not manifold:
        found = f"found hidden_manifold beside the target {study['target']['dataset']}"
        raise ConfigError([*path, "kind"], found, "allowed with a target hidden_manifold")
    if source["kind"] in REAL and manifold:
        found = f"found {source['kind']} beside the target hidden_manifold"
        raise ConfigError([*path, "kind"], found, "allowed with a target of real images")
    if source["kind"] == "clone" and source["model"] != "wgan":
        _check_moments(path, source, study["target"])
    corruption = source.get("corruption", {})
    if corruption.get("kind") == "permutation" and corruption["strength"] > 1:
        found = f"found {corruption['strength']}"
        raise ConfigError([*path, "corruption", "strength"], found, "allowed is a share, 0 to 1")


def _check_weights(path: list, source: dict, network: str) -> None:
    """Check that weights come from one place, and a version of them from torchvision."""
    if ("path" in source) == ("version" in source):
        found = "found both path and version" if "path" in source else "found no path or version"
        raise ConfigError(path, found, "allowed is one of the two")
    if "version" not in source:
        return
    if network in OWN:
        found = f"found beside the network {network}"
        raise ConfigError([*path, "version"], found, "allowed beside a model of torchvision's")
    if source["version"] not in MODELS[network].versions:
        allowed = f"allowed for {network} are {', '.join(MODELS[network].versions)}"
        raise ConfigError([*path, "version"], f"found {shown(source['version'])}", allowed)


def _check_moments(path: list, source: dict, target: dict) -> None:
    """Check that a fit has two examples of each class, where the number of classes is known."""
    if "generator_steps" in source:
        found = f"found beside model {source['model']}"
        raise ConfigError([*path, "generator_steps"], found, "allowed beside wgan")
    classes = class_count(target) or 0
    if target["split"]["train"] < 2 * classes:
        found = f"found a clone beside target.split.train {target['split']['train']}"
        raise ConfigError([*path, "model"], found, f"allowed from {2 * classes}, two of each class")


def _check_examples(path: list, source: dict, target: dict) -> None:
    """Check that every class has an example, where the number of classes is known."""
    classes = class_count(target) if source["kind"] in ("clone", "hidden_manifold") else None
    for key in ("train_examples", "test_examples"):
        if classes and source[key] < classes:
            found, allowed = f"found {source[key]}", f"allowed is {classes}, one of each class"
            raise ConfigError([*path, key], found, f"{allowed}, or more")


def _check_classes(path: list, data: dict) -> None:
    """Check the chosen classes of a set whose classes are known, and that each comes once."""
    chosen = data.get("classes", [])
    names = [str(n) for item in chosen for n in (item if isinstance(item, list) else [item])]
    known = KNOWN.get(data_kind(data))
    for place, name in enumerate(names):
        if known and name not in map(str, range(known.classes)):
            allowed = f"allowed are 0 to {known.classes - 1}"
            raise ConfigError([*path, "classes"], f"found {shown(name)}", allowed)
        if name in names[:place]:
            found = f"found {shown(name)} twice"
            raise ConfigError([*path, "classes"], found, "allowed is it once")


def _check_path(path: list, data: dict) -> None:
    """Check that the user's own files are there before any job looks for them."""
    if "path" not in data:
        return
    folder = data_kind(data) == "folder"
    if not (os.path.isdir if folder else os.path.isfile)(data["path"]):  # no error for odd names
        found = f"found no {'folder' if folder else 'file'} {shown(data['path'], _LONGEST_PATH)}"
        raise ConfigError([*path, "path"], found, f"it is looked for in {Path.cwd()}")
    suffixes = _SUFFIXES.get(data_kind(data), "")
    if not data["path"].endswith(suffixes):
        found = f"found the file {shown(data['path'], _LONGEST_PATH)}"
        raise ConfigError([*path, "path"], found, f"allowed are {' and '.join(suffixes)}")


def _check_names(path: list, names: dict, reserved: tuple[str, ...]) -> None:
    for name in names:
        if name in reserved:
            allowed = f"allowed is any name but {' and '.join(reserved)}"
            raise ConfigError([*path, name], "found a reserved name", allowed)


def _check_split(path: list, target: dict) -> None:
    split, classes = target["split"], class_count(target)
    for name, size in split.items():
        if classes and size % classes:
            allowed = f"allowed are multiples of {classes}, the number of classes"
            raise ConfigError([*path, name], f"found {size}", allowed)
    known = KNOWN.get(target["dataset"])
    if not known or "classes" in target:
        return  # how many examples a class has is only known once the files are read
    parts = {"train": known.smallest_train, "test": known.smallest_test}
    used = sizes_by_part(split, classes * known.smallest_train)
    if known.smallest_test is None:
        parts, used = {"all": known.smallest_train}, {"all": split}
    for part, smallest in parts.items():
        total = sum(used[part].values())
        if total > classes * smallest:
            where = "in all" if part == "all" else f"of the official {part} part"
            allowed = f"allowed are {classes * smallest}, {classes} classes of {smallest}"
            raise ConfigError(path, f"found {total} examples {where}", allowed)


def _check_images(path: list, study: dict) -> None:
    """Check that the network takes images of the target's shape, where that is known."""
    network, shape = study["network"]["name"], image_shape(study["target"])
    advice = shape and image_advice(network, shape)
    if advice:
        found = f"found {network} beside images of {' x '.join(map(str, shape))}"
        if study["target"]["dataset"] == "hidden_manifold":
            advice = "allowed beside a target hidden_manifold are convnet and mlp"
        raise ConfigError(path, found, advice)


def _check_pooling(path: list, study: dict) -> None:
    network, shape = study["network"], image_shape(study["target"])
    if network["name"] != "convnet":
        return
    blocks = number_of_blocks(network)
    _check_each(path, network["pool_after"], blocks, f"allowed is 1 to {blocks}, a block's number")
    if shape is None:
        return  # the files will say
    poolings = min(shape[1:]).bit_length() - 1
    if len(network["pool_after"]) > poolings:
        size = f"images of {shape[1]} x {shape[2]}"
        raise ConfigError(
            path,
            f"found {len(network['pool_after'])} poolings",
            f"allowed are {poolings}, which leave one pixel of {size}",
        )


def _check_augmentation(path: list, study: dict) -> None:
    shape = image_shape(study["target"])
    for phase in ("pretraining", "training"):
        settings, where = study[phase]["augmentation"], [*path, phase, "augmentation"]
        if study["target"]["dataset"] == "hidden_manifold" and any(settings.values()):
            found = "found an augmentation beside the target hidden_manifold"
            raise ConfigError(where, found, "allowed with a target of real images")
        if shape and settings["shift"] >= min(shape[1:]):
            allowed = f"allowed is less than the images' {min(shape[1:])} pixels"
            raise ConfigError([*where, "shift"], f"found {settings['shift']}", allowed)


def _check_early_stopping(path: list, study: dict) -> None:
    """Check that two examples are left to train on, which normalisation needs."""
    fewest = min([*study["sizes"], *study["references"]["sizes"]])
    held_out = held_out_count(study["training"], fewest)
    if fewest - held_out < 2:
        found = f"found {held_out} of {fewest} examples held out"
        raise ConfigError([*path, "share"], found, "allowed is a share that leaves two or more")


def _check_selection(path: list, study: dict) -> None:
    """Check that sources are transferred at the sizes, and that these can be cut into folds."""
    selection = study["selection"]
    sources, sizes = ([*path, key] for key in ("sources", "sizes"))
    _check_among(sources, selection["sources"], list(study["sources"]), "those of the study")
    _check_among(sizes, selection["sizes"], study["sizes"], "those of the study")
    for name in selection["sources"]:
        transferred = study["sources"][name]["sizes"]
        _check_among(sizes, selection["sizes"], transferred, f"those of the source {name}")
    smallest, classes = min(selection["sizes"]), class_count(study["target"]) or 0
    if selection["sources"] and smallest <= classes:
        allowed = f"allowed are sizes above {classes}, the number of classes"
        raise ConfigError([*path, "sizes"], f"found {smallest}", allowed)


def _check_among(path: list, values: list, known: list, which: str) -> None:
    for position, value in enumerate(values):
        if value not in known:
            allowed = f"allowed are {which}: {', '.join(map(str, known))}"
            raise ConfigError([*path, position], f"found {shown(value)}", allowed)


def _check_each(path: list, values: list[int], limit: int, allowed: str) -> None:
    for position, value in enumerate(values):
        if value > limit:
            raise ConfigError([*path, position], f"found {value}", allowed)
