"""Networks that were pretrained elsewhere: their weights, read from a file and fitted to ours.

Nothing in a file is run: it is safetensors, or a state dict that torch wrote and reads back
without running what else may be in it.
"""

import re
from pathlib import Path

import torch
from torch import Tensor

from defrost.data.packed import PackedError, check_size, check_sums
from defrost.errors import UserError
from defrost.networks.build import build_network
from defrost.networks.catalogue import MODELS
from defrost.networks.network import Network
from defrost.provenance.digests import ResultError
from defrost.provenance.files import read_foreign_tensors

_SHOWN = 3  # tensors that a message names; the others are counted
_ALLOWED = "allowed is safetensors, or a plain state dict: tensors by name and nothing else"

# torchvision published DenseNets under names that its own classes have since given up
_OLD_NAME = re.compile(r"(denselayer\d+\.(?:norm|relu|conv))\.(\d\.)")


def import_network(
    path: str | Path, settings: dict, image_shape: tuple[int, ...], classes: int
) -> tuple[Network, bool]:
    """Return the network of `settings` with the weights of a file, and whether it had a readout.

    The file's names are torchvision's, or those of our own files. The readout and the number of
    its classes are the file's. Where it has none, the readout is zero, for `classes` classes:
    whatever the image, every class is then as likely as any other.

    Raises UserError where the file cannot be read or does not fit.
    """
    state = read_weights(path)
    names = _names(state, settings, image_shape)
    readout = [given for given, name in names.items() if name.startswith("readout.")]
    found = [state[name] for name in readout if name in state]
    if found and found[0].dim():
        classes = len(found[0])
    network = build_network(settings, image_shape, classes, lambda block: block)
    if not found:
        own = network.state_dict()
        state |= {name: torch.zeros_like(own[names[name]]) for name in readout}
    fit_weights(network, state, names, f"weights: {path}")
    return network.eval(), bool(found)


def read_weights(path: str | Path) -> dict[str, Tensor]:
    """Return the named tensors of a safetensors file, or of a state dict that torch saved.

    Raises UserError for anything else.
    """
    try:
        if Path(path).suffix == ".safetensors":
            state = read_foreign_tensors(path)
        else:
            check_size(path)
            check_sums(path)
            state = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # safetensors, zip files and torch each have their own
        raise UserError(f"weights: {path}", _what_is_wrong(error), _ALLOWED) from error
    if not isinstance(state, dict):
        raise UserError(f"weights: {path}", f"found a {type(state).__name__}", _ALLOWED)
    for name, value in state.items():
        if not (isinstance(name, str) and _is_plain(value)):
            found = f"found something else than a plain tensor under {name!r}"
            raise UserError(f"weights: {path}", found, _ALLOWED)
    return {_OLD_NAME.sub(r"\1\2", name): value.detach() for name, value in state.items()}


def fit_weights(
    network: Network, state: dict[str, Tensor], names: dict[str, str], where: str
) -> None:
    """Copy the tensors of `state` into a network, in place.

    `names` says what the network calls each tensor of the file. How many batches a normalisation
    has seen may be missing, as it is in older files. Raises UserError, which names the file by
    `where`, unless all others are there, no more of them, of the same shape, and finite.
    """
    tensors = network.state_dict()
    own = {given: tensors[name] for given, name in names.items()}
    counts = [name for name in own if name.endswith("num_batches_tracked")]
    state = {name: torch.zeros_like(own[name]) for name in counts} | state
    wrong = {
        "missing": [name for name in own if name not in state],
        "unexpected": [name for name in state if name not in own],
        "of another shape": [
            f"{name}: {_described(state[name])}, not {_described(own[name])}"
            for name in own
            if name in state and _described(state[name]) != _described(own[name])
        ],
    }
    if any(wrong.values()):
        listed = [f"{len(which)} {how} ({_listed(which)})" for how, which in wrong.items() if which]
        allowed = "allowed are exactly the tensors of the network"
        raise UserError(where, f"found weights that do not fit: {', '.join(listed)}", allowed)
    fitted = {names[name]: tensor.to(own[name].dtype) for name, tensor in state.items()}
    bad = [name for name in state if not fitted[names[name]].isfinite().all()]
    if bad:
        raise UserError(where, f"found NaN or infinity in {_listed(bad)}", "allowed are numbers")
    network.load_state_dict(fitted)


def _names(
    state: dict[str, Tensor], settings: dict, image_shape: tuple[int, ...]
) -> dict[str, str]:
    """Return what the network calls each tensor of a file that fits, by the file's names."""
    if settings["name"] not in MODELS:
        ours = build_network(settings, image_shape, 2, lambda block: block).state_dict()
        return {name: name for name in ours}
    # takes two seconds to import
    from defrost.networks.torchvision_models import names_in_network, torchvision_model

    with torch.random.fork_rng(devices=[]):
        theirs = names_in_network(torchvision_model(settings, image_shape, 2), settings)
    ours = {name: name for name in theirs.values()}
    return max(theirs, ours, key=lambda names: len(names.keys() & state.keys()))


def _what_is_wrong(error: Exception) -> str:
    """Say why a file cannot be read, without torch's advice to read it all the same."""
    if isinstance(error, ResultError):
        return error.found
    if isinstance(error, PackedError):
        return f"found a file that cannot be read: {error}"
    if asked := re.search(r"GLOBAL (\S+)", str(error)):
        return f"found more than tensors: reading it would load {asked[1]}"
    return f"found a file that cannot be read ({type(error).__name__})"


def _is_plain(value: object) -> bool:
    return (
        isinstance(value, Tensor) and value.layout is torch.strided and value.device.type == "cpu"
    )


def _described(tensor: Tensor) -> str:
    """Return shape and kind of number; what counts is whether floats are to be had of it."""
    kind = "" if tensor.is_floating_point() else "whole numbers, "
    return kind + (" x ".join(map(str, tensor.shape)) or "a single number")


def _listed(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    others = len(names) - _SHOWN
    return f"{shown} and {others} more" if others > 0 else shown
