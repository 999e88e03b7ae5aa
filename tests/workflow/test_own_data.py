"""The page on the user's own data is followed literally, on a problem whose answer is known."""

import json
import shlex
import subprocess
from pathlib import Path

import numpy as np
import pytest
import yaml
from PIL import Image, ImageDraw
from test_readme import fenced

pytestmark = pytest.mark.slow

# The page trains for a user's patience; these steps and images are for a test's.
QUICK = {
    "image": {"channels": 3, "height": 16, "width": 16},
    "network": {"name": "convnet", "widths": [8, 16, 16], "pool_after": [1, 2, 3]},
    "protocols": ["freeze"],
    "sizes": [60],
    "selection": {"sizes": [60]},
    "pretraining": {"steps": 400},
    "training": {"steps": 40},
    "replicates": 2,
}


def draw(generator: np.random.Generator, shape: str, filled: bool) -> Image.Image:
    """Return a shape somewhere on a grainy page of some size, filled or in outline."""
    width, height, side = generator.integers((28, 28, 10), (40, 40, 15)).tolist()
    left = int(generator.integers(1, width - side - 1))
    top = int(generator.integers(1, height - side - 1))
    box = [left, top, left + side, top + side]
    paper, ink = ((30, 60, 40), (220, 150, 90)) if filled else ((60, 40, 30), (120, 190, 200))
    look = {"fill": ink} if filled else {"outline": ink, "width": 7}
    picture = Image.new("RGB", (width, height), paper)
    pen = ImageDraw.Draw(picture)
    if shape == "circle":
        pen.ellipse(box, **look)
    elif shape == "square":
        pen.rectangle(box, **look)
    else:
        for line in (box, [box[0], box[3], box[2], box[1]]):
            pen.line(line, fill=ink, width=4 if filled else 3)
    grain = generator.normal(0, 90, size=(height, width, 3))
    return Image.fromarray((np.array(picture) + grain).clip(0, 255).astype(np.uint8))


def write_pictures(folder: Path, count: int, filled: bool) -> None:
    """Write `count` images of each of three shapes, as JPEG and PNG."""
    generator = np.random.default_rng(int(filled))
    for shape in ("circle", "cross", "square"):
        (folder / shape).mkdir(parents=True)
        for number in range(count):
            suffix = "jpg" if number % 2 else "png"
            draw(generator, shape, filled).save(folder / shape / f"{number}.{suffix}")


def write_arrays(path: Path, folder: Path) -> None:
    files = sorted(folder.glob("*/*"))
    images = [np.array(Image.open(file).resize((20, 20))).transpose(2, 0, 1) for file in files]
    names = sorted({file.parent.name for file in files})
    labels = [names.index(file.parent.name) for file in files]
    np.savez(path, images=np.array(images), labels=np.array(labels))


def write_quick(path: Path, study: str, config: Path) -> None:
    """Write the overlay that makes a study of the page quick."""
    target = yaml.safe_load(config.read_text())["studies"][study]["target"]
    changed = {key: value for key, value in QUICK.items() if key != "image"}
    changed["target"] = {**target, "image": QUICK["image"]}
    path.write_text(yaml.safe_dump({"studies": {study: changed}}))


@pytest.fixture(scope="module")
def page(root) -> str:
    return (root / "docs/your_own_data.md").read_text()


def commands(page: str) -> list[list[str]]:
    lines = "".join(fenced(page, "sh")).splitlines()
    return [shlex.split(line) for line in lines]


def test_the_page_shows_the_template_as_it_is(root, page):
    template = (root / "workflow/presets/own_data.yaml").read_text()
    assert fenced(page, "yaml")[0] in template


def test_the_recommendation_of_the_page_names_the_source_that_fits(checkout, run, page):
    copy, recommend, download, recommend_arrays = commands(page)
    write_pictures(checkout / "my_images", 40, filled=True)
    write_pictures(checkout / "sketches", 250, filled=False)

    subprocess.run(copy, cwd=checkout, check=True)
    write_quick(checkout / "quick.yaml", "own", checkout / "own.yaml")
    result = run(checkout, *recommend[1:], "quick.yaml")
    assert result.returncode == 0, result.stderr
    found = json.loads((checkout / "results/own/recommendation.json").read_text())
    assert found["source"] == "sketches", found["answer"]
    assert found["verdict"] == "transfer"
    assert found["gain_low"] > 0
    assert found["answer"] in (checkout / "results/own/recommendation.html").read_text()
    # nothing was ever tested: the recommendation needs no accuracy on the test split
    assert not (checkout / "results/own/tables/accuracy.csv").exists()
    assert not (checkout / "results/own/transfer").exists()
    record = json.loads((checkout / "results/own/recommendation.json.json").read_text())
    assert record["settings"]["sources"] == {"digits": "compared", "sketches": "compared"}

    planned = run(checkout, *download[1:], "--dry-run")
    assert planned.returncode == 0, planned.stderr

    write_arrays(checkout / "mine.npz", checkout / "my_images")
    (checkout / "arrays.yaml").write_text(fenced(page, "yaml")[1])
    write_quick(checkout / "quick.yaml", "own_arrays", checkout / "arrays.yaml")
    result = run(checkout, *recommend_arrays[1:], "quick.yaml")
    assert result.returncode == 0, result.stderr
    found = json.loads((checkout / "results/own_arrays/recommendation.json").read_text())
    assert (found["source"], found["verdict"]) == ("mine", "transfer"), found["answer"]


def test_the_recommendation_never_depends_on_accuracy(checkout, run):
    """Every rule between the data and the recommendation, in the plan of the default studies."""
    plan = run(checkout, "recommendation", "--dry-run")
    assert plan.returncode == 0, plan.stderr
    assert "rule recommend:" in plan.stdout
    for rule in ("train_transfer", "train_scratch", "collect_accuracy", "extract_activations"):
        assert f"rule {rule}:" not in plan.stdout
    assert "accuracy.csv" not in plan.stdout
