"""Public data sets, from where torchvision keeps them and with the checksums that it states.

The files lie in a folder `root` as torchvision lays them out: archives, or what was unpacked from
them. An archive comes before its unpacked files, because it has a checksum and some of them have
none. Nothing is written into the folder, which may be read-only, unless files are downloaded.
"""

import gzip
from collections.abc import Callable
from functools import partial
from http.client import HTTPException
from os.path import isfile  # says no, where Path.is_file raises, of a folder that is closed to us
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryDirectory
from zipfile import ZipFile

import torch
from torch import Tensor

from defrost.data.raw import DataError, RawData
from defrost.data.torchvision_compat import torchvision

# a part's images (N x C x H x W, uint8) and labels (N, int64)
_Part = tuple[Tensor, Tensor]
_Parts = tuple[_Part, _Part]  # training and test part


def read_torchvision(name: str, root: str | Path, download: bool) -> RawData:
    """Return the data set that torchvision calls `name`, uint8: training part, then test part.

    EMNIST is its `balanced` split. With `download`, a set of which files are missing or damaged
    is fetched into `root`. Raises DataError where files are missing, damaged or not to be had.
    """
    dataset = getattr(torchvision.datasets, name)
    read = _READERS[name]
    try:
        train, test = read(dataset, Path(root))
    except DataError as problem:
        if not download:
            raise
        _download(dataset, Path(root), problem)
        train, test = read(dataset, Path(root))
    images, labels = (torch.cat(both) for both in zip(train, test, strict=True))
    names = tuple(map(str, range(int(labels.max()) + 1)))
    return RawData(images, labels, names, len(train[1]))


def _read_mnist(dataset: type, root: Path) -> _Parts:
    """Read MNIST and those that imitate it: four idx files, each in a gzip archive of its own."""
    raw = root / dataset.__name__ / "raw"
    files = [_mnist_file(raw / archive, checksum) for archive, checksum in dataset.resources]
    return _grey_part(raw, *files[:2]), _grey_part(raw, *files[2:])


def _mnist_file(archive: Path, checksum: str) -> Tensor:
    unpacked = archive.with_suffix("")
    if isfile(unpacked) and not isfile(archive):
        return _read_idx(unpacked, unpacked.read_bytes)
    _verify(archive, checksum)
    return _read_idx(archive, lambda: gzip.decompress(archive.read_bytes()))


def _read_emnist(dataset: type, root: Path) -> _Parts:
    """Read the balanced split of EMNIST: four idx files, all splits being in one archive."""
    raw = root / dataset.__name__ / "raw"
    files = [
        raw / f"emnist-balanced-{part}-{kind}-ubyte"
        for part in ("train", "test")
        for kind in ("images-idx3", "labels-idx1")
    ]
    archive = raw / Path(dataset.url).name
    if isfile(files[0]) and not isfile(archive):
        tensors = [_read_idx(file, file.read_bytes) for file in files]
    else:
        _verify(archive, dataset.md5)
        members = [f"gzip/{file.name}.gz" for file in files]
        tensors = [
            _read_idx(archive / member, partial(_read_member, archive, member))
            for member in members
        ]
    # EMNIST stores its images with rows and columns exchanged
    tensors[::2] = [images.transpose(1, 2) for images in tensors[::2]]
    return _grey_part(raw, *tensors[:2]), _grey_part(raw, *tensors[2:])


def _read_member(archive: Path, member: str) -> bytes:
    with ZipFile(archive) as packed:
        return gzip.decompress(packed.read(member))


def _read_idx(path: Path, content: Callable[[], bytes]) -> Tensor:
    """Return the images or the labels of an idx file; torchvision reads those from disk only."""
    parsers = torchvision.datasets.mnist
    parse = parsers.read_image_file if "images" in path.name else parsers.read_label_file
    try:
        with NamedTemporaryFile() as copy:
            copy.write(content())
            copy.flush()
            return parse(copy.name)
    except Exception as error:  # whatever comes of taking damaged bytes for sizes
        raise DataError(
            path, f"found no whole idx file ({type(error).__name__})", f"allowed is {_AGAIN}"
        ) from error


def _grey_part(raw: Path, images: Tensor, labels: Tensor) -> _Part:
    if len(images) != len(labels):
        raise DataError(
            raw, f"found {len(images)} images and {len(labels)} labels", f"allowed is {_AGAIN}"
        )
    return images[:, None], labels


def _read_cifar(dataset: type, root: Path) -> _Parts:
    """Read CIFAR: batches of pixels, packed in one archive."""
    archive = root / dataset.filename
    if (root / dataset.base_folder).is_dir() and not isfile(archive):
        return _cifar_parts(dataset, root)
    _verify(archive, dataset.tgz_md5)
    with TemporaryDirectory() as unpacked:
        torchvision.datasets.utils.extract_archive(archive, unpacked)
        return _cifar_parts(dataset, Path(unpacked))


def _cifar_parts(dataset: type, root: Path) -> _Parts:
    # The batches are pickles, and loading a pickle runs what is in it. These have one allowed
    # content each: torchvision's constructor compares every md5 before it loads anything, as is
    # done here before that, to name the file that differs.
    meta = (dataset.meta["filename"], dataset.meta["md5"])
    for name, checksum in (*dataset.train_list, *dataset.test_list, meta):
        _verify(root / dataset.base_folder / name, checksum)
    train, test = (dataset(root, train=train) for train in (True, False))
    return _colour_part(train), _colour_part(test)


def _colour_part(batches) -> _Part:
    images = torch.from_numpy(batches.data).permute(0, 3, 1, 2)
    return images, torch.tensor(batches.targets)


def _read_svhn(dataset: type, root: Path) -> _Parts:
    """Read SVHN: a MATLAB file for each part."""
    parts = []
    for name in ("train", "test"):
        _, file, checksum = dataset.split_list[name]
        _verify(root / file, checksum)
        part = dataset(root, split=name)
        parts.append((torch.from_numpy(part.data), torch.from_numpy(part.labels)))
    return tuple(parts)


_READERS: dict[str, Callable[[type, Path], _Parts]] = {
    "MNIST": _read_mnist,
    "FashionMNIST": _read_mnist,
    "KMNIST": _read_mnist,
    "EMNIST": _read_emnist,
    "CIFAR10": _read_cifar,
    "CIFAR100": _read_cifar,
    "SVHN": _read_svhn,
}

# what the constructor needs to fetch all that is read
_FETCHED = {"EMNIST": [{"split": "balanced"}], "SVHN": [{"split": "train"}, {"split": "test"}]}

_AGAIN = "the published file: remove this one and fetch it again"


def _verify(path: Path, checksum: str) -> None:
    """Raise DataError unless the file has the MD5 sum that torchvision states."""
    try:
        found = torchvision.datasets.utils.calculate_md5(path)
    except OSError as error:
        allowed = "allowed is to put it there, or `download: true`"
        raise DataError(path, f"found no file to read ({error.strerror})", allowed) from error
    if found != checksum:
        raise DataError(
            path,
            f"found the checksum {found}, of a file that is cut off, damaged or another",
            f"allowed is {checksum}, of {_AGAIN}",
        )


def _download(dataset: type, root: Path, problem: DataError) -> None:
    """Fetch a data set into `root`, where a file appears only when it is whole.

    Torchvision fetches into a folder of its own: it takes unpacked files that exist for whole, and
    two jobs that want the same set would write to the same file.
    """
    try:
        root.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(prefix=".download-", dir=root) as fresh:
            for options in _FETCHED.get(dataset.__name__, [{}]):
                dataset(fresh, download=True, **options)
            for file in filter(Path.is_file, Path(fresh).rglob("*")):
                target = root / file.relative_to(fresh)
                target.parent.mkdir(parents=True, exist_ok=True)
                file.replace(target)
    except (OSError, RuntimeError, HTTPException) as error:
        raise DataError(
            problem.where,
            f"found it missing or damaged, and the download failed ({error})",
            "allowed is a working network, or the file put there by hand",
        ) from error
