"""The files of CIFAR-10 and CIFAR-100, in their published layout, around images of a test."""

import hashlib
import pickle

import numpy as np


def cifar_files(dataset: type, images: np.ndarray, labels: np.ndarray, train: int) -> dict:
    """Return the contents of the files of a set of torchvision's, by name.

    `images` is N x 3 x 32 x 32, in bytes; the first `train` of them are the training part.
    """
    key = "fine_labels" if dataset.__name__ == "CIFAR100" else "labels"
    batches = np.array_split(np.arange(train), len(dataset.train_list))
    names = [name for name, _ in (*dataset.train_list, *dataset.test_list)]
    contents = {}
    for name, rows in zip(names, [*batches, np.arange(train, len(labels))], strict=True):
        batch = {"data": images[rows].reshape(len(rows), -1), key: labels[rows].tolist()}
        contents[name] = pickle.dumps(batch)
    classes = [f"class {number}" for number in np.unique(labels)]
    contents[dataset.meta["filename"]] = pickle.dumps({dataset.meta["key"]: classes})
    return contents


def cifar_checksums(dataset: type, contents: dict[str, bytes]) -> dict:
    """Return what torchvision would have to say of these files to take them for the published."""
    sums = {name: hashlib.md5(content).hexdigest() for name, content in contents.items()}
    lists = {
        name: [[file, sums[file]] for file, _ in getattr(dataset, name)]
        for name in ("train_list", "test_list")
    }
    return {**lists, "meta": {**dataset.meta, "md5": sums[dataset.meta["filename"]]}}
