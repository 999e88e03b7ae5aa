"""Images and labels in one file of arrays: NumPy's `.npz`, or `.safetensors`."""

from pathlib import Path

import numpy as np
import torch

from defrost.data.packed import check_size
from defrost.data.raw import DataError, RawData

_LAYOUTS = "allowed are N x H x W, N x C x H x W or N x H x W x C, with 1 or 3 for just one C"


def read_arrays(path: str | Path) -> RawData:
    """Return the arrays `images` and `labels` of a file, and `test_images` and `test_labels`.

    The last two are the set's official test part, where it has one. Images are N x H x W,
    N x C x H x W or N x H x W x C with C of 1 or 3, bytes or floats of any range; labels are N
    whole numbers from 0 to K-1, each given at least once in either part. Nothing in the file is
    run. Raises DataError for anything else.
    """
    path = Path(path)
    arrays = _load(path)
    images, labels = _part(path, arrays, "")
    if "test_images" not in arrays and "test_labels" not in arrays:
        return _raw(images, labels, None)
    test_images, test_labels = _part(path, arrays, "test_")
    if test_images.shape[1:] != images.shape[1:] or test_images.dtype != images.dtype:
        raise DataError(
            f"{path}: test_images",
            f"found {_described(test_images)}",
            f"allowed is what images has, {_described(images)}",
        )
    if test_labels.max() != labels.max():
        raise DataError(
            f"{path}: test_labels",
            f"found labels up to {test_labels.max()}",
            f"allowed are those of labels, up to {labels.max()}",
        )
    both = np.concatenate([images, test_images]), np.concatenate([labels, test_labels])
    return _raw(*both, len(labels))


def _raw(images: np.ndarray, labels: np.ndarray, test_from: int | None) -> RawData:
    names = tuple(map(str, range(int(labels.max()) + 1)))
    return RawData(torch.from_numpy(images), torch.from_numpy(labels), names, test_from)


def _load(path: Path) -> dict[str, np.ndarray]:
    """Return the arrays of a file by name, those that are asked for only."""
    if path.suffix not in _LOADERS:
        raise DataError(path, f"found the suffix {path.suffix!r}", "allowed are .npz, .safetensors")
    if not path.is_file():
        raise DataError(path, "found no file", "allowed is a file of arrays")
    try:
        return _LOADERS[path.suffix](path)
    except Exception as error:  # zip, its compressions, numpy and safetensors each have their own
        raise DataError(
            path,
            f"found no file of arrays that can be read ({error})",
            "allowed are plain arrays, whole and without Python objects",
        ) from error


_NAMES = ("images", "labels", "test_images", "test_labels")


def _load_npz(path: Path) -> dict[str, np.ndarray]:
    check_size(path)
    with np.load(path, allow_pickle=False) as archive:
        return {name: archive[name] for name in _NAMES if name in archive}


def _load_safetensors(path: Path) -> dict[str, np.ndarray]:
    from safetensors import safe_open

    with safe_open(path, framework="pt") as file:
        tensors = {name: file.get_tensor(name) for name in {*_NAMES}.intersection(file.keys())}
    # numpy does not know all of torch's floats
    return {
        name: (tensor.float() if tensor.is_floating_point() else tensor).numpy()
        for name, tensor in tensors.items()
    }


_LOADERS = {".npz": _load_npz, ".safetensors": _load_safetensors}


def _part(path: Path, arrays: dict[str, np.ndarray], prefix: str) -> tuple[np.ndarray, np.ndarray]:
    """Return images (N x C x H x W, uint8 or float32) and labels (N, int64) of one part."""
    names = [f"{prefix}images", f"{prefix}labels"]
    for name in names:
        if name not in arrays:
            raise DataError(path, f"found no array {name}", f"allowed is {' and '.join(names)}")
    images, labels = (arrays[name] for name in names)
    images = _images(f"{path}: {names[0]}", images)
    labels = _labels(f"{path}: {names[1]}", labels)
    if len(images) != len(labels):
        raise DataError(
            path,
            f"found {len(images)} {names[0]} and {len(labels)} {names[1]}",
            "allowed is as many",
        )
    return images, labels


def _images(where: str, images: np.ndarray) -> np.ndarray:
    if images.dtype != np.uint8 and images.dtype.kind != "f":
        raise DataError(where, f"found numbers of {images.dtype}", "allowed are uint8 and floats")
    images = _channels_first(where, images)
    if images.dtype == np.uint8:
        return images
    with np.errstate(over="ignore"):  # what is too large for float32 becomes infinite
        images = images.astype(np.float32, copy=False)
    if not np.isfinite(images).all():
        row = int(np.isfinite(images).all(axis=(1, 2, 3)).argmin())
        raise DataError(where, f"found NaN or infinity in row {row}", "allowed are finite numbers")
    return images


def _channels_first(where: str, images: np.ndarray) -> np.ndarray:
    shape = images.shape
    if 0 not in shape:
        if len(shape) == 3:
            return images[:, None]
        if len(shape) == 4 and (shape[1] in (1, 3)) != (shape[3] in (1, 3)):
            return images if shape[1] in (1, 3) else images.transpose(0, 3, 1, 2)
    raise DataError(where, f"found the shape {_times(shape)}", _LAYOUTS)


def _labels(where: str, labels: np.ndarray) -> np.ndarray:
    if labels.ndim != 1 or labels.dtype.kind not in "iu":
        found = f"found {labels.dtype} of shape {_times(labels.shape)}"
        raise DataError(where, found, "allowed is a whole number for each image")
    present = np.unique(labels)
    if len(present) < 2:
        raise DataError(where, f"found {len(present)} classes", "allowed are two or more")
    if (present != np.arange(len(present))).any():
        raise DataError(
            where,
            f"found {len(present)} classes with labels from {present[0]} to {present[-1]}",
            f"allowed are the labels 0 to {len(present) - 1}",
        )
    return labels.astype(np.int64)


def _described(images: np.ndarray) -> str:
    return f"{images.dtype} of {_times(images.shape[1:])}"


def _times(shape: tuple[int, ...]) -> str:
    return " x ".join(map(str, shape))
