"""Files that are damaged, or hold code in the place of numbers, are refused by name.

Every kind of file that a job reads is written, damaged at random and read again.
"""

import gzip
import os
import pickle
import random
import shutil
import zipfile
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import torch
from PIL import Image
from safetensors.torch import save_file
from small_cells import CONVNET

from defrost.data import packed
from defrost.data.arrays import read_arrays
from defrost.data.clones import fit_clone
from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.data.folder import read_folder
from defrost.data.torchvision_compat import torchvision
from defrost.data.torchvision_sets import read_torchvision
from defrost.errors import UserError
from defrost.networks.build import build_network, read_network
from defrost.networks.published import published_weights
from defrost.networks.weights import import_network, read_weights
from defrost.provenance.digests import ResultError
from defrost.provenance.files import (
    read_record,
    read_tensors,
    write_record,
    write_rows,
    write_tensors,
)
from defrost.provenance.resume import Resume
from defrost.provenance.tables import TableError, read_parts, read_table, write_table

DAMAGES = 500
SHAPE = (1, 8, 8)
SCHEMA = """
columns:
  study: {type: text, key: true}
  size: {type: integer, key: true, minimum: 1}
  value: {type: number}
"""
ROWS = [{"study": "digits", "size": n, "value": 0.1 * n} for n in range(1, 30)]
RECORD = {
    "rule": "make",
    "settings": {f"parameter {n}": n / 7 for n in range(50)},
    "seeds": {f"a/{n}": 2**60 // (n + 1) for n in range(50)},
}


def images(count=20):
    return torch.randn(count, *SHAPE, generator=torch.Generator().manual_seed(0))


def network():
    return build_network(CONVNET, SHAPE, 3, lambda block: block)


class Kind:
    """A kind of file: how it is written, and how a job reads it, as something to compare."""

    def __init__(self, name, write, read):
        self.name, self.write, self.read = name, write, read


def tensors(name, values, read=read_tensors):
    """A kind of result with a digest in its header; the record is compared as well."""

    def read_all(path):
        return flat(read(path)), read_record(path)

    return Kind(name, lambda path: write_tensors(path, values(), RECORD), read_all)


def flat(read):
    """Bytes of what was read, whatever it is."""
    if isinstance(read, Dataset):
        parts = {
            name: flat(dict(zip("il", part, strict=True))) for name, part in read.splits.items()
        }
        return parts, flat({"m": read.mean, "d": read.deviation})
    if isinstance(read, torch.nn.Module):
        return flat(read.state_dict())
    if isinstance(read, dict):
        return {name: (value.dtype, value.numpy().tobytes()) for name, value in read.items()}
    return read


def write_dataset(path):
    labels = torch.arange(20) % 3
    splits = {part: Examples(images(), labels.clone()) for part in ("train", "probe", "test")}
    Dataset(splits, *channel_statistics(images())).write(path, RECORD)


def write_state(path):
    resume = Resume(path.parent, "fingerprint", 0)
    resume.save({"weights": images(), "best": torch.full((3,), torch.inf)}, step=2, rows=ROWS)
    (path.parent / "state.safetensors").rename(path)


def read_state(path):
    path.rename(path.parent / "state.safetensors")
    resume = Resume(path.parent, "fingerprint", 0)
    resume.load()
    return flat(resume.tensors), resume.facts


def schema_of(path):
    schema = path.parent / "schema.yaml"
    schema.write_text(SCHEMA)
    return schema


def write_npz(path):
    pixels = (images() * 255).byte().numpy()
    np.savez_compressed(path, images=pixels, labels=np.arange(20) % 3)


def write_plain_npz(path):
    np.savez(path, images=images().numpy(), labels=np.arange(20) % 3)


def read_raw_arrays(path):
    raw = read_arrays(path)
    return flat({"images": raw.images, "labels": raw.labels})


def write_image(path):
    Image.fromarray((images(1)[0, 0] * 40 + 128).byte().numpy()).save(path)


def read_image(path):
    for name in ("a", "b"):
        (path.parent / "images" / name).mkdir(parents=True, exist_ok=True)
        (path.parent / "images" / name / "1.png").write_bytes(path.read_bytes())
    return flat({"images": read_folder(path.parent / "images", SHAPE).images})


KINDS = [
    Kind(
        "data set.safetensors",
        write_dataset,
        lambda path: (flat(Dataset.read(path)), read_record(path)),
    ),
    tensors(
        "network.safetensors",
        lambda: network().state_dict(),
        lambda path: read_network(path, CONVNET, SHAPE),
    ),
    tensors("activations.safetensors", lambda: network().activations(images())),
    tensors(
        "clone.safetensors",
        lambda: fit_clone("gaussian", Examples(images(), torch.arange(20) % 2)),
    ),
    Kind(
        "weights of another run.safetensors",
        lambda path: write_tensors(path, network().state_dict(), RECORD),
        lambda path: flat(import_network(path, CONVNET, SHAPE, 3)[0]),
    ),
    Kind("state.safetensors-to-be", write_state, read_state),
    Kind(
        "cell.csv",
        lambda path: write_rows(path, ROWS, RECORD),
        lambda path: (read_parts([path], schema_of(path)).to_dict(), read_record(path)),
    ),
    Kind(
        "table.csv",
        lambda path: write_table(path, pd.DataFrame(ROWS), schema_of(path), RECORD),
        lambda path: (read_table(path, schema_of(path)).to_dict(), read_record(path)),
    ),
    Kind(
        "weights.pt",
        lambda path: torch.save(network().state_dict(), path),
        lambda path: flat(read_weights(path)),
    ),
    Kind("image.png", write_image, read_image),
    Kind("packed arrays.npz", write_npz, read_raw_arrays),
    Kind("plain arrays.npz", write_plain_npz, read_raw_arrays),
]


def damaged(content, rng):
    """Return bytes with one thing wrong with them, and what."""
    place = rng.randrange(len(content))
    length = rng.randint(1, 64)
    piece = content[place : place + length]
    match rng.choice(["bit", "bit", "byte", "zeros", "cut", "more", "twice", "lost"]):
        case "bit":
            changed = bytes([content[place] ^ (1 << rng.randrange(8))])
            return content[:place] + changed + content[place + 1 :], f"bit of byte {place}"
        case "byte":
            changed = bytes([rng.randrange(256)])
            return content[:place] + changed + content[place + 1 :], f"byte {place}"
        case "zeros":
            return content[:place] + bytes(len(piece)) + content[
                place + length :
            ], f"zeros at {place}"
        case "cut":
            return content[:place], f"cut at {place}"
        case "more":
            return content + rng.randbytes(length), f"{length} bytes more"
        case "twice":
            return content[:place] + piece + content[place:], f"{length} bytes twice at {place}"
        case _:
            return content[:place] + content[place + length :], f"{length} bytes lost at {place}"


def test_no_damaged_file_is_read_with_other_numbers(tmp_path, capsys):
    rng, counts, failed = random.Random(0), Counter(), []
    for number in range(DAMAGES):
        kind = KINDS[number % len(KINDS)]
        folder = tmp_path / str(number)
        folder.mkdir()
        path = folder / kind.name
        kind.write(path)
        whole = {file: file.read_bytes() for file in folder.iterdir() if file.suffix != ".yaml"}
        expected = kind.read(path)
        for file, content in whole.items():
            file.write_bytes(content)
        file = rng.choice(sorted(whole))  # or its sidecar
        content, what = damaged(whole[file], rng)
        file.write_bytes(content)
        try:
            read = kind.read(path)
            same = repr(read) == repr(expected)
            anew = kind.name.startswith("state") and not read[1]
            outcome = "read unchanged" if same else "begun anew" if anew else "WRONG"
        except UserError as error:
            where = "1.png" if kind.name == "image.png" else str(path)
            named = where in str(error) and str(error).isprintable()
            outcome = "refused" if named else f"WRONG: {error}"
        except Exception as error:
            outcome = f"WRONG: {error!r}"
        counts[outcome.partition(":")[0]] += 1
        if outcome.startswith("WRONG"):
            failed.append(f"{file}: {what}: {outcome}")
        else:
            shutil.rmtree(folder)
    with capsys.disabled():
        print(f"\n{DAMAGES} damaged files: {dict(counts)}; wrong ones are kept in {tmp_path}")
    assert not failed
    assert counts["refused"] > DAMAGES / 2


class Payload:
    """What leaves a mark where it is unpickled."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return os.mkdir, (self.mark,)


def pickled(path, payload):
    path.write_bytes(pickle.dumps({"weight": payload}, protocol=2))


def by_torch(path, payload):
    torch.save({"blocks.0.0.weight": payload}, path)


def by_torch_as_before(path, payload):
    torch.save({"blocks.0.0.weight": payload}, path, _use_new_zipfile_serialization=False)


def objects(path, payload):
    with path.open("wb") as file:
        np.savez(file, images=np.array([payload], dtype=object), labels=np.zeros(1))


def compressed(path, payload):
    path.write_bytes(gzip.compress(pickle.dumps(payload)))


def with_its_digest(write):
    """The same, as if a job had written it: whoever has the code can make the digest as well."""

    def write_both(path, payload):
        write(path, payload)
        write_record(f"{path}.json", RECORD, path)

    return write_both


def read_set(name, place):
    def read(path):
        file = path.parent / place
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(path.read_bytes())
        return read_torchvision(name, path.parent, download=False)

    return read


def read_published(path):
    version = torchvision.models.get_model_weights("resnet18")["IMAGENET1K_V1"]
    file = path.parent / "hub/checkpoints" / version.url.rpartition("/")[2]
    file.parent.mkdir(parents=True)
    file.write_bytes(path.read_bytes())
    return published_weights("resnet18", "IMAGENET1K_V1", path.parent, download=False)


READERS = {
    **{kind.name: kind.read for kind in KINDS if not kind.name.startswith("state")},
    "arrays.safetensors": read_arrays,
    "MNIST images": read_set("MNIST", "MNIST/raw/train-images-idx3-ubyte"),
    "MNIST archive": read_set("MNIST", "MNIST/raw/train-images-idx3-ubyte.gz"),
    "CIFAR batch": read_set("CIFAR10", "cifar-10-batches-py/data_batch_1"),
    "CIFAR archive": read_set("CIFAR10", "cifar-10-python.tar.gz"),
    "SVHN": read_set("SVHN", "train_32x32.mat"),
    "published weights": read_published,
}
FORMS = [pickled, by_torch, by_torch_as_before, objects, compressed]


PAIRS = [(form, name) for name in READERS for form in FORMS] + [
    (with_its_digest(form), name) for name in ("cell.csv", "table.csv") for form in FORMS
]


@pytest.mark.parametrize(("form", "name"), PAIRS)
def test_code_in_the_place_of_numbers_is_not_run(tmp_path, name, form):
    mark, path = tmp_path / "mark", tmp_path / name
    form(path, Payload(mark))
    with pytest.raises((UserError, TableError, ValueError)):
        READERS[name](path)
    assert not mark.exists()
    pickle.loads(pickle.dumps(Payload(mark)))
    assert mark.exists()  # it would have


@pytest.mark.parametrize("form", FORMS)
def test_code_in_the_place_of_a_state_is_not_run(tmp_path, form):
    form(tmp_path / "state.safetensors", Payload(tmp_path / "mark"))
    resume = Resume(tmp_path, "fingerprint", 0)
    resume.load()
    assert not resume.tensors
    assert not (tmp_path / "mark").exists()


def bomb(path, member, unpacked):
    """A zip file with a member of so many zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, bytes(unpacked))


@pytest.mark.parametrize(
    ("name", "member", "read"),
    [("a.npz", "images.npy", read_arrays), ("w.pt", "archive/data/0", read_weights)],
)
def test_a_file_that_unpacks_to_far_more_is_refused_before(
    tmp_path, monkeypatch, name, member, read
):
    monkeypatch.setattr(packed, "_ANY_FILE", 2**25)  # as a gigabyte would, and sooner
    bomb(tmp_path / name, member, 2**26)
    assert (tmp_path / name).stat().st_size < 2**21
    with pytest.raises(UserError, match=r"it would unpack to 0\.1 GiB"):
        read(tmp_path / name)


def test_an_image_that_unpacks_to_far_more_is_refused_before(tmp_path):
    Image.MAX_IMAGE_PIXELS, limit = None, Image.MAX_IMAGE_PIXELS
    Image.new("L", (12000, 12000)).save(tmp_path / "image.png")
    Image.MAX_IMAGE_PIXELS = limit
    with pytest.raises(UserError, match="decompression bomb"):
        read_image(tmp_path / "image.png")


@pytest.mark.parametrize("kind", KINDS[:5], ids=lambda kind: kind.name)
def test_a_result_of_an_older_version_or_another_program_is_refused_by_name(tmp_path, kind):
    path = tmp_path / kind.name
    kind.write(path)
    content = dict(read_tensors(path))
    save_file({name: tensor.clone() for name, tensor in content.items()}, path)
    if "another run" in kind.name:  # it may come from anywhere
        kind.read(path)
        return
    with pytest.raises(ResultError, match="found no digest, as in a result of an older version"):
        kind.read(path)


def test_a_result_of_another_kind_is_refused_by_name(tmp_path):
    dataset, trained = tmp_path / "data.safetensors", tmp_path / "network.safetensors"
    write_dataset(dataset)
    write_tensors(trained, network().state_dict(), RECORD)
    with pytest.raises(
        ResultError, match=r"network\.safetensors: found tensors that are no data set"
    ):
        Dataset.read(trained)
    with pytest.raises(ResultError, match=r"data\.safetensors: found other tensors than those of"):
        read_network(dataset, CONVNET, SHAPE)
    write_tensors(trained, {"readout.1.weight": torch.ones(3)}, RECORD)
    with pytest.raises(ResultError, match="found other tensors than those of the network convnet"):
        read_network(trained, CONVNET, SHAPE)


def test_numbers_that_are_none_are_not_written(tmp_path):
    for value in (torch.nan, torch.inf):
        with pytest.raises(FloatingPointError, match="b holds NaN or infinity"):
            write_tensors(tmp_path / "a.safetensors", {"b": torch.tensor([1.0, value])}, RECORD)
    assert not list(tmp_path.iterdir())
