"""Real data in a run: the user's own files, derived tasks, and files that cannot be used."""

from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image

from defrost.data.dataset import Dataset

pytestmark = pytest.mark.slow

SPLIT = {"train": 30, "probe": 12, "test": 12}


def write_arrays(path: Path, count: int = 90, classes: int = 3, **changes: np.ndarray) -> None:
    """Write grey images of 8 x 8 whose brightness is their class's, each in one pixel its place."""
    labels = np.arange(count) % classes
    images = np.full((count, 8, 8), 60, dtype=np.uint8) * labels[:, None, None].astype(np.uint8)
    images[:, 0, 0] = np.arange(count)
    np.savez(path, **{"images": images, "labels": labels, **changes})


def write_folder(path: Path, classes: int = 2) -> None:
    """Write colour images of unequal sizes, JPEG and PNG."""
    for name in ("ants", "bees")[:classes]:
        (path / name).mkdir(parents=True)
        for number in range(12):
            picture = Image.new("RGB", (9 + number, 12), (20 * number, 90, 30))
            picture.save(path / name / f"{number}.{'jpg' if number % 2 else 'png'}")


def write_config(folder: Path, target: dict, **sources: dict) -> tuple[str, ...]:
    study = {"target": target, "sources": sources, "sizes": [12]}
    study["network"] = {"widths": [4], "pool_after": [1]}
    (folder / "own.yaml").write_text(yaml.safe_dump({"run": ["own"], "studies": {"own": study}}))
    return "--configfile", "own.yaml"


def data(*names: str) -> list[str]:
    return [f"results/own/data/{name}.safetensors" for name in names]


def test_own_files_and_derived_tasks_become_data_sets_of_one_shape(checkout, run):
    write_arrays(checkout / "mine.npz")
    write_folder(checkout / "pictures")
    target = {"dataset": "arrays", "path": "mine.npz", "split": SPLIT}
    turned = {"kind": "digits", "corruption": {"kind": "permutation", "strength": 1.0}}
    merged = {"kind": "arrays", "path": "mine.npz", "classes": [0, [1, 2]]}
    pictures = {"kind": "folder", "path": "pictures"}
    target["image"] = {"channels": 1, "height": 8, "width": 8}
    config = write_config(
        checkout,
        target,
        turned=turned,
        merged=merged,
        pictures=pictures,
        same={"kind": "same_task"},
    )
    made = data("target", "turned", "merged", "pictures")
    result = run(checkout, *made, *config)
    assert result.returncode == 0, result.stderr

    read = {Path(path).stem: Dataset.read(checkout / path) for path in made}
    assert {name: dataset.classes for name, dataset in read.items()} == {
        "target": 3,
        "turned": 10,
        "merged": 2,
        "pictures": 2,
    }
    for dataset in read.values():
        assert dataset.image_shape == (1, 8, 8)
        assert dataset.mean == read["target"].mean
    places = {
        name: {
            split: set((examples.images[:, 0, 0, 0] * 255).round().int().tolist())
            for name, split, examples in [(name, s, e) for s, e in read[name].splits.items()]
        }
        for name in ("target", "merged")
    }
    seen = places["merged"]["train"] | places["merged"]["test"]
    assert not seen & (places["target"]["probe"] | places["target"]["test"])
    assert seen & places["target"]["train"]

    # the files are watched: by name and size, whatever their times
    (checkout / "pictures/ants/0.png").touch()
    assert "Nothing to be done" in run(checkout, *made, "-n", *config).stdout
    (checkout / "pictures/ants/0.png").unlink()
    plan = run(checkout, *made, "-n", *config).stdout
    assert "make_source_dataset" in plan
    assert "make_dataset " not in plan


BAD = {
    "nan": "data: nan.npz: images: found NaN or infinity in row 0; allowed are finite numbers",
    "unequal": "data: unequal.npz: found 90 images and 80 labels; allowed is as many",
    "few": "data: few.npz: found 9 test examples in balanced classes; allowed as test_examp",
    "pictures": "data: pictures: found 1 sub-folders; allowed are two or more, one for each class",
    "mnist": "data: data/MNIST/raw/train-images-idx3-ubyte.gz: found no file to read",
}


def test_data_that_cannot_be_used_end_in_one_line_and_leave_nothing(checkout, run):
    write_arrays(checkout / "nan.npz", images=np.full((90, 8, 8), np.nan, dtype=np.float32))
    write_arrays(checkout / "unequal.npz", labels=np.arange(80) % 3)
    write_arrays(checkout / "few.npz", labels=np.repeat(np.arange(3), [75, 12, 3]))
    write_folder(checkout / "pictures", classes=1)
    sources = {
        name: {"kind": "arrays", "path": f"{name}.npz", "test_examples": 10}
        for name in ("nan", "unequal", "few")
    }
    sources["pictures"] = {"kind": "folder", "path": "pictures"}
    sources["mnist"] = {"kind": "MNIST"}
    target = {"dataset": "digits", "split": {"train": 100, "probe": 50, "test": 50}}
    config = write_config(checkout, target, **sources)

    result = run(checkout, *data(*BAD), "--keep-going", *config)

    assert result.returncode == 1
    for name, message in BAD.items():
        log = (checkout / f"results/own/logs/make_source_dataset/{name}.log").read_text()
        assert log.splitlines()[-1].startswith(message)
        assert log.splitlines()[-1] in result.stderr  # the terminal shows it as well
        assert "Traceback" not in log
    assert [path.stem for path in (checkout / "results/own/data").iterdir()] == ["target"]


@pytest.mark.parametrize(
    ("target", "message"),
    [
        (
            {"dataset": "folder", "path": "pictures"},
            "config: studies.own.target.path: found no folder 'pictures'; it is looked for in ",
        ),
        (
            {"dataset": "arrays", "path": "mine.npz"},
            "config: studies.own.target.path: found no file 'mine.npz'; it is looked for in ",
        ),
    ],
)
def test_files_that_are_not_there_end_the_run_before_any_job(checkout, run, target, message):
    config = write_config(checkout, {**target, "split": SPLIT}, same={"kind": "same_task"})
    result = run(checkout, *config)
    assert result.returncode == 1
    assert result.stderr.splitlines()[-1].startswith(message)
