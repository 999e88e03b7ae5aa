"""The weights that torchvision publishes for its models."""

import hashlib
from http.client import HTTPException
from os.path import isfile
from pathlib import Path

import torch

from defrost.data.torchvision_compat import torchvision
from defrost.errors import UserError

_FOLDER = Path("hub", "checkpoints")  # torch's own layout of such a folder


def published_weights(name: str, version: str, root: str | Path, download: bool) -> Path:
    """Return the file of the weights `version` of the model `name`, below the folder `root`.

    It is where torch keeps it if TORCH_HOME is `root`, and fetched there with `download` if it is
    missing. Raises UserError where it is missing, damaged or not to be had.
    """
    url = torchvision.models.get_model_weights(name)[version].url
    file = Path(root) / _FOLDER / url.rpartition("/")[2]
    if not isfile(file):
        if not download:
            allowed = f"allowed is to put it there, from {url}, or `download: true`"
            raise UserError(f"weights: {file}", "found no file", allowed)
        _download(url, file)
    _verify(file)
    return file


def _download(url: str, file: Path) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(url, str(file), progress=False)
    except (OSError, RuntimeError, HTTPException) as error:
        raise UserError(
            f"weights: {file}",
            f"found no file, and the download failed ({error})",
            f"allowed is a working network, or the file put there by hand, from {url}",
        ) from error


def _verify(file: Path) -> None:
    """Raise UserError unless the file has the SHA-256 sum whose first digits are in its name."""
    expected = torch.hub.HASH_REGEX.search(file.name)[1]
    with file.open("rb") as opened:
        found = hashlib.file_digest(opened, "sha256").hexdigest()
    if not found.startswith(expected):
        raise UserError(
            f"weights: {file}",
            f"found the checksum {found[: len(expected)]}, of a file that is cut off or another",
            f"allowed is {expected}: remove it and fetch it again",
        )
