"""The preset `paper`: it plans as it stands and without data, and its smallest slice runs."""

import itertools
import json
import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
import yaml
from small_cifar import cifar_checksums, cifar_files

from defrost.config.grid import resolve_config
from defrost.data.dataset import Dataset
from defrost.data.torchvision_compat import torchvision

PAPER = "workflow/presets/paper.yaml"
SOURCES = ("isotropic", "cifar100")
TRAIN, TEST = 100, 60

# on top of the preset, whose every other choice stands
SLICE = {
    "target": {"split": {"train": TRAIN, "probe": 40, "test": 20}},
    "sources": {
        "isotropic": {"train_examples": 20, "test_examples": 10, "sizes": [10]},
        "cifar100": {"test_examples": 10, "sizes": [20]},
    },
    "depths": [0, 4, 9],
    "sizes": [10, 20],
    "replicates": 2,
    "source_seeds": 1,
    "pretraining": {"steps": 2, "batch_size": 5},
    "training": {"steps": 2, "batch_size": 5},
    "references": {"sizes": [20], "replicates": 1},
    "similarity": {"subsets": 2, "permutations": 2},
}
FIGURES = (
    "clone_gallery",
    "accuracy_by_depth",
    "optimal_depth",
    "transfer_gain",
    "similarity_by_block",
    "similarity_matrix",
    "intrinsic_dimension",
    "similarity_vs_gain",
    "cost_accuracy",
    "source_ranking",
    "findings",
)


@pytest.fixture(scope="module")
def preset(root) -> dict:
    return yaml.safe_load((root / PAPER).read_text())


def test_it_plans_without_any_data(checkout, run, preset, schema):
    result = run(checkout, "--configfile", PAPER, "--dry-run", "--quiet", "rules")
    assert result.returncode == 0, result.stderr
    study = resolve_config(preset, schema)["studies"]["paper"]
    sources, sizes = len(study["sources"]), len(study["sizes"])
    # three protocols of ten depths, two of which are scratch and two the same as two others
    planned = dict(re.findall(r"^(\w+) +(\d+)$", result.stdout + result.stderr, flags=re.M))
    assert int(planned["train_transfer"]) == sources * sizes * (3 * 10 - 4)
    assert int(planned["train_scratch"]) == sizes
    assert int(planned["pretrain_source"]) == sources * study["source_seeds"]
    assert not (checkout / "data").exists()


def write_cifar(checkout) -> None:
    """Write small sets in place of CIFAR-10 and CIFAR-100, and have their checksums accepted."""
    numbers, lines = np.random.default_rng(0), []
    for name, classes in (("CIFAR10", 10), ("CIFAR100", 5)):
        dataset = getattr(torchvision.datasets, name)
        labels = np.arange(TRAIN + TEST) % classes
        images = numbers.integers(0, 256, (TRAIN + TEST, 3, 32, 32), dtype=np.uint8)
        contents = cifar_files(dataset, images, labels, TRAIN)
        folder = checkout / "data" / dataset.base_folder
        folder.mkdir(parents=True)
        for file, content in contents.items():
            (folder / file).write_bytes(content)
        for key, stated in cifar_checksums(dataset, contents).items():
            lines.append(f"torchvision.datasets.{name}.{key} = {stated!r}\n")
    # the jobs are processes of their own: they find the checksums where they find torchvision
    module = checkout / "workflow/scripts/defrost/data/torchvision_compat.py"
    module.write_text(module.read_text() + "\n" + "".join(lines))


@pytest.mark.slow
def test_its_smallest_slice_runs_to_the_end(checkout, run, preset, schema):
    write_cifar(checkout)
    sources = preset["studies"]["paper"]["sources"]
    preset["studies"]["paper"]["sources"] = {name: sources[name] for name in SOURCES}
    (checkout / "two_sources.yaml").write_text(yaml.safe_dump(preset))
    (checkout / "slice.yaml").write_text(yaml.safe_dump({"studies": {"paper": SLICE}}))

    result = run(checkout, "--configfile", "two_sources.yaml", "slice.yaml", "--cores", "2")

    assert result.returncode == 0, result.stderr
    folder = checkout / "results/paper"
    target = Dataset.read(folder / "data/target.safetensors")
    assert target.image_shape == (3, 32, 32)
    assert {name: len(part.labels) for name, part in target.splits.items()} == {
        "train": TRAIN,
        "probe": 40,
        "test": 20,
    }

    accuracy = pd.read_csv(folder / "tables/accuracy.csv")
    cell = ["source", "size", "protocol", "depth"]
    found = Counter(accuracy[cell].itertuples(index=False, name=None))
    depths = {"freeze": (4, 9), "finetune": (4, 9), "defrost": (0, 4, 9)}
    expected = {("scratch", size, "scratch", 0) for size in (10, 20)} | {
        (source, size, protocol, depth)
        for source, size in (("isotropic", 10), ("cifar100", 20))
        for protocol, of_protocol in depths.items()
        for depth in of_protocol
    }
    assert found == dict.fromkeys(expected, 2)

    similarity = pd.read_csv(folder / "tables/similarity.csv")
    blocks = list(itertools.product(range(1, 10), repeat=2))
    for _, rows in similarity.groupby(["source_network", "target_network", "measure"]):
        pairs = rows[["source_block", "target_block"]].itertuples(index=False, name=None)
        assert sorted(pairs) == blocks
    assert set(similarity["points"]) == {40}
    for name in FIGURES:
        stem = folder / "figures" / name
        assert stem.with_suffix(".pdf").read_bytes().startswith(b"%PDF")
        assert not pd.read_csv(stem.with_suffix(".csv")).empty
        assert json.loads(stem.with_suffix(".json").read_text())["rule"] == f"plot_{name}"
