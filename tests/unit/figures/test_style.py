import json

import pandas as pd
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from defrost.figures.style import (
    display_name,
    in_style,
    save_figure,
    size_colours,
    source_looks,
)


def luminance(colour):
    red, green, blue = to_rgb(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_larger_sizes_are_darker():
    colours = size_colours([100, 20, 1000, 50])
    ordered = [luminance(colours[size]) for size in (20, 50, 100, 1000)]
    assert ordered == sorted(ordered, reverse=True)


def test_one_size_has_a_colour():
    assert list(size_colours([20])) == [20]


def test_looks_of_many_sources_differ():
    looks = source_looks([f"source_{i}" for i in range(12)])
    assert len({tuple(look.values()) for look in looks.values()}) == 12


def test_looks_do_not_depend_on_later_sources():
    assert source_looks(["a", "b"])["b"] == source_looks(["a", "b", "c"])["b"]


def test_sources_of_a_dial_are_darker_the_more_similar():
    looks = source_looks(
        ["half", "other", "unrelated", "same"], {"half": 0.5, "same": 1, "unrelated": 0}
    )
    ordered = [luminance(looks[source]["color"]) for source in ("unrelated", "half", "same")]
    assert ordered == sorted(ordered, reverse=True) and len(set(ordered)) == 3
    plain = source_looks(["half", "other", "unrelated", "same"])
    assert looks["other"] == plain["other"]
    assert [look["marker"] for look in looks.values()] == [o["marker"] for o in plain.values()]


def test_display_name_is_words_in_lines():
    assert display_name("fashion_mnist") == "fashion mnist"
    assert display_name("one_two_three", 8) == "one two\nthree"


def test_figure_is_saved_with_numbers_and_record(tmp_path):
    plotted = pd.DataFrame({"size": [20], "test_accuracy": [0.1]})
    save_figure(tmp_path / "name.pdf", Figure(), plotted, {"rule": "plot"})
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "name.csv",
        "name.json",
        "name.pdf",
        "name.png",
    ]
    assert (tmp_path / "name.csv").read_text() == "size,test_accuracy\n20,0.1\n"
    record = json.loads((tmp_path / "name.json").read_text())
    assert record["rule"] == "plot"
    assert list(record["files"]) == ["name.pdf", "name.png", "name.csv"]


def test_saved_files_hold_no_date_and_embed_truetype(tmp_path):
    with in_style():
        figure = Figure()
        figure.text(0.5, 0.5, "words")
    save_figure(tmp_path / "name.pdf", figure, pd.DataFrame({"size": [20]}), {})
    pdf = (tmp_path / "name.pdf").read_bytes()
    assert b"CreationDate" not in pdf
    assert b"/FontFile2" in pdf and b"/Type3" not in pdf
    assert b"Software" not in (tmp_path / "name.png").read_bytes()


def test_the_picture_has_200_dots_an_inch(tmp_path):
    save_figure(tmp_path / "name.pdf", Figure((3.3, 1)), pd.DataFrame({"size": [20]}), {})
    with Image.open(tmp_path / "name.png") as picture:
        assert picture.size == (660, 200)
        assert [round(dots) for dots in picture.info["dpi"]] == [200, 200]
