"""Public data sets in torchvision's layout: read whole from where they lie, or refused by name."""

import gzip
import hashlib
import io
import os
import pickle
import shutil
import tarfile
from pathlib import Path
from typing import NamedTuple
from urllib.error import URLError
from zipfile import ZipFile

import numpy as np
import pytest
import torch
from scipy.io import savemat
from small_cifar import cifar_checksums, cifar_files

from defrost.data.raw import DataError
from defrost.data.torchvision_compat import torchvision
from defrost.data.torchvision_sets import read_torchvision

TRAIN, TEST = 15, 6
MNISTS = ["MNIST", "FashionMNIST", "KMNIST"]
PACKED = [*MNISTS, "EMNIST", "CIFAR10", "CIFAR100"]
SETS = [*PACKED, "SVHN"]


class Published(NamedTuple):
    """What a set that a test made should be read as, and the files that were published."""

    images: np.ndarray
    labels: np.ndarray
    files: list[Path]


def md5(content):
    return hashlib.md5(content).hexdigest()


def idx(array):
    """The bytes of an idx file of unsigned bytes."""
    header = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    return header + array.astype(np.uint8).tobytes()


def write(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def publish_mnist(dataset, root, images, labels, monkeypatch):
    files, resources = [], []
    for part, rows in (("train", slice(0, TRAIN)), ("t10k", slice(TRAIN, None))):
        for kind, array in (("images-idx3", images[rows, 0]), ("labels-idx1", labels[rows])):
            content = gzip.compress(idx(array), mtime=0)
            path = root / dataset.__name__ / "raw" / f"{part}-{kind}-ubyte.gz"
            files.append(write(path, content))
            resources.append((path.name, md5(content)))
    monkeypatch.setattr(dataset, "resources", resources)
    return files


def publish_emnist(dataset, root, images, labels, monkeypatch):
    archive = io.BytesIO()
    with ZipFile(archive, "w") as packed:
        for part, rows in (("train", slice(0, TRAIN)), ("test", slice(TRAIN, None))):
            stored = images[rows, 0].transpose(0, 2, 1)
            for kind, array in (("images-idx3", stored), ("labels-idx1", labels[rows])):
                name = f"gzip/emnist-balanced-{part}-{kind}-ubyte.gz"
                packed.writestr(name, gzip.compress(idx(array)))
    monkeypatch.setattr(dataset, "md5", md5(archive.getvalue()))
    return [write(root / "EMNIST/raw/gzip.zip", archive.getvalue())]


def publish_cifar(dataset, root, images, labels, monkeypatch):
    contents = cifar_files(dataset, images, labels, TRAIN)
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w:gz") as packed:
        for name, content in contents.items():
            member = tarfile.TarInfo(f"{dataset.base_folder}/{name}")
            member.size = len(content)
            packed.addfile(member, io.BytesIO(content))
    for name, stated in cifar_checksums(dataset, contents).items():
        monkeypatch.setattr(dataset, name, stated)
    monkeypatch.setattr(dataset, "tgz_md5", md5(archive.getvalue()))
    return [write(root / dataset.filename, archive.getvalue())]


def publish_svhn(dataset, root, images, labels, monkeypatch):
    files, listed = [], {}
    for part, rows in (("train", slice(0, TRAIN)), ("test", slice(TRAIN, None))):
        content = io.BytesIO()
        digits = np.where(labels[rows] == 0, 10, labels[rows])[:, None].astype(np.uint8)
        savemat(content, {"X": images[rows].transpose(2, 3, 1, 0), "y": digits})
        files.append(write(root / f"{part}_32x32.mat", content.getvalue()))
        url = dataset.split_list[part][0]
        listed[part] = [url, files[-1].name, md5(content.getvalue())]
    monkeypatch.setattr(dataset, "split_list", listed)
    return files


PUBLISH = {"EMNIST": publish_emnist, "CIFAR10": publish_cifar, "CIFAR100": publish_cifar}
PUBLISH |= {"SVHN": publish_svhn} | dict.fromkeys(MNISTS, publish_mnist)


@pytest.fixture
def publish(monkeypatch):
    """Write a small set in its genuine layout, with checksums that torchvision takes for its."""

    def written(name, root):
        numbers = np.random.default_rng(0)
        shape = (3, 32, 32) if name in ("CIFAR10", "CIFAR100", "SVHN") else (1, 28, 28)
        images = numbers.integers(0, 256, (TRAIN + TEST, *shape), dtype=np.uint8)
        labels = np.arange(TRAIN + TEST) % 3
        dataset = getattr(torchvision.datasets, name)
        return Published(images, labels, PUBLISH[name](dataset, root, images, labels, monkeypatch))

    return written


@pytest.fixture(autouse=True)
def no_network(monkeypatch):
    """Fail as without a network, whatever is asked for."""

    def unreachable(*_, **__):
        raise URLError("no route to host")

    monkeypatch.setattr("urllib.request.urlopen", unreachable)


@pytest.fixture
def served(monkeypatch):
    """Serve the files of a folder to torchvision's downloads, by name; list what was fetched."""
    fetched = []

    def from_folder(folder):
        def retrieve(url, filename, **_):
            fetched.append(Path(url).name)
            shutil.copy(next(folder.rglob(Path(url).name)), filename)

        utils = torchvision.datasets.utils
        monkeypatch.setattr(utils, "_urlretrieve", retrieve)
        monkeypatch.setattr(utils, "_get_redirect_url", lambda url, **_: url)
        return fetched

    return from_folder


def unpack(name, root, files):
    """Leave what torchvision unpacks, without the archives."""
    options = {"split": "balanced"} if name == "EMNIST" else {}
    getattr(torchvision.datasets, name)(root, download=True, **options)
    for file in files:
        file.unlink()


def contents(folder):
    return {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def assert_read(raw, published):
    assert raw.images.dtype == torch.uint8
    assert np.array_equal(raw.images, published.images)
    assert raw.labels.dtype == torch.int64
    assert np.array_equal(raw.labels, published.labels)
    assert raw.class_names == ("0", "1", "2")
    assert raw.test_from == TRAIN


def refused(name, root, named, download=False):
    """Return the one line with which a set is refused, which must name this file."""
    with pytest.raises(DataError) as error:
        read_torchvision(name, root, download=download)
    message = str(error.value)
    assert message.startswith("data: ")
    assert "\n" not in message
    assert str(named) in message
    return message


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_read_and_its_folder_left_as_it_was(name, publish, tmp_path):
    published = publish(name, tmp_path)
    before = contents(tmp_path)
    assert_read(read_torchvision(name, tmp_path, download=False), published)
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", PACKED)
def test_unpacked_files_are_read_without_their_archive(name, publish, tmp_path):
    published = publish(name, tmp_path)
    unpack(name, tmp_path, published.files)
    before = contents(tmp_path)
    assert_read(read_torchvision(name, tmp_path, download=False), published)
    assert contents(tmp_path) == before


def test_an_archive_counts_before_a_damaged_unpacked_file(publish, tmp_path):
    published = publish("MNIST", tmp_path)
    for file in published.files:
        file.with_suffix("").write_bytes(b"half")
    assert_read(read_torchvision("MNIST", tmp_path, download=False), published)


@pytest.mark.parametrize("name", SETS)
def test_a_truncated_file_is_refused(name, publish, tmp_path):
    file = publish(name, tmp_path).files[-1]
    file.write_bytes(file.read_bytes()[:-20])
    assert "checksum" in refused(name, tmp_path, file)


@pytest.mark.parametrize("name", SETS)
def test_another_file_of_that_name_is_refused(name, publish, tmp_path):
    file = publish(name, tmp_path).files[0]
    file.write_bytes(file.read_bytes()[:-1] + b"x")
    assert "checksum" in refused(name, tmp_path, file)


@pytest.mark.parametrize("name", SETS)
def test_a_missing_file_is_named_with_what_to_do(name, publish, tmp_path):
    file = publish(name, tmp_path).files[-1]
    file.unlink()
    assert "`download: true`" in refused(name, tmp_path, file)


@pytest.mark.parametrize("damaged", [b"", b"\0\0\x08\x03", bytes(40), "shorter", "longer"])
def test_damaged_unpacked_images_are_refused(damaged, publish, tmp_path):
    published = publish("MNIST", tmp_path)
    unpack("MNIST", tmp_path, published.files)
    file = tmp_path / "MNIST/raw/train-images-idx3-ubyte"
    whole = file.read_bytes()
    file.write_bytes({"shorter": whole[:-1], "longer": whole + b"x"}.get(damaged, damaged))
    refused("MNIST", tmp_path, file)


def test_unpacked_labels_of_other_images_are_refused(publish, tmp_path):
    published = publish("MNIST", tmp_path)
    unpack("MNIST", tmp_path, published.files)
    raw = tmp_path / "MNIST/raw"
    shutil.copy(raw / "t10k-labels-idx1-ubyte", raw / "train-labels-idx1-ubyte")
    assert "15 images and 6 labels" in refused("MNIST", tmp_path, raw)


@pytest.mark.parametrize("name", ["data_batch_2", "test_batch", "batches.meta"])
def test_a_changed_batch_is_refused_before_its_pickle_runs(name, publish, tmp_path):
    class Harm:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "harm"),)

    published = publish("CIFAR10", tmp_path)
    unpack("CIFAR10", tmp_path, published.files)
    file = tmp_path / "cifar-10-batches-py" / name
    file.write_bytes(pickle.dumps(Harm()))
    assert "checksum" in refused("CIFAR10", tmp_path, file)
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize("name", SETS)
def test_a_download_without_a_network_is_refused_and_leaves_nothing(name, publish, tmp_path):
    published = publish(name, tmp_path / "elsewhere")
    missing = tmp_path / "root" / published.files[0].relative_to(tmp_path / "elsewhere")
    assert "no route to host" in refused(name, tmp_path / "root", missing, download=True)
    assert not list((tmp_path / "root").iterdir())


def test_a_download_into_a_folder_that_cannot_be_written_is_refused(publish, tmp_path):
    publish("MNIST", tmp_path / "elsewhere")
    (tmp_path / "root").write_text("a file")
    refused("MNIST", tmp_path / "root", tmp_path / "root", download=True)


@pytest.mark.parametrize("name", SETS)
def test_a_set_is_downloaded_once(name, publish, served, tmp_path):
    published = publish(name, tmp_path / "server")
    fetched = served(tmp_path / "server")
    assert_read(read_torchvision(name, tmp_path / "root", download=True), published)
    assert sorted(fetched) == sorted(file.name for file in published.files)
    assert_read(read_torchvision(name, tmp_path / "root", download=True), published)
    assert len(fetched) == len(published.files)
    assert not list((tmp_path / "root").glob(".*"))


def test_a_download_replaces_a_damaged_file(publish, served, tmp_path):
    published = publish("MNIST", tmp_path / "server")
    served(tmp_path / "server")
    damaged = tmp_path / "root" / published.files[2].relative_to(tmp_path / "server")
    write(damaged, b"half")
    write(damaged.with_suffix(""), b"half")
    assert_read(read_torchvision("MNIST", tmp_path / "root", download=True), published)


def test_a_download_with_the_wrong_checksum_is_refused(publish, served, tmp_path):
    published = publish("CIFAR10", tmp_path / "server")
    served(tmp_path / "server")
    published.files[0].write_bytes(b"an error page")
    missing = tmp_path / "root" / published.files[0].name
    assert "download failed" in refused("CIFAR10", tmp_path / "root", missing, download=True)


@pytest.mark.parametrize(
    ("name", "smallest", "largest", "mean"),
    # the smallest and largest class of the training part and the mean of its pixels, published
    [("MNIST", 5421, 6742, 0.1307), ("FashionMNIST", 6000, 6000, 0.2860)],
)
def test_the_genuine_sets_are_read(name, smallest, largest, mean):
    root = os.environ.get("DEFROST_DATA")
    if not root or not Path(root, name, "raw").is_dir():
        pytest.skip(f"no {name} in the folder that the environment variable DEFROST_DATA names")
    before = sorted(Path(root).rglob("*"))
    raw = read_torchvision(name, root, download=False)
    assert raw.images.shape == (70_000, 1, 28, 28)
    assert raw.test_from == 60_000
    assert raw.class_names == tuple("0123456789")
    train = raw.labels[: raw.test_from].bincount()
    assert (train.min(), train.max()) == (smallest, largest)
    pixels = raw.images[: raw.test_from].sum(dtype=torch.int64) / (60_000 * 28 * 28 * 255)
    assert pixels.item() == pytest.approx(mean, abs=5e-5)
    assert sorted(Path(root).rglob("*")) == before
