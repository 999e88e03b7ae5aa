"""Figures are drawn by the code of the checkout; of the bundle nothing is run."""

import json

import pytest
from small_bundle import FILES, TABLE

from defrost.bundle import layout, redraw
from defrost.bundle.read import BundleError, open_bundle
from defrost.bundle.write import write_bundle

FIGURE = "results/a/figures/gain.png"


def drawn(tmp_path, root, files):
    write_bundle(tmp_path / "b.zip", files)
    with open_bundle(tmp_path / "b.zip") as opened:
        return list(redraw.redraw(opened, root, tmp_path / "drawn"))


@pytest.mark.parametrize(
    "config",
    [
        "__use_yte__: true\nrun: ?open('{path}', 'w').close() or ['a']\n",
        "run: !!python/object/apply:os.system ['touch {path}']\n",
    ],
)
def test_a_config_that_is_code_is_not_run(tmp_path, root, config):
    """Snakemake runs expressions in YAML; to another loader a tag may be a command."""
    path = tmp_path / "harm"
    records = {FIGURE: {"input": [TABLE, "workflow/schemas/accuracy.schema.yaml"]}}
    files = {
        **FILES,
        "config.yaml": config.format(path=path).encode(),
        "workflow/rules/common.smk": f"open('{path}', 'w').close()\n".encode(),
        layout.RECORDS: json.dumps(records).encode(),
    }
    with pytest.raises(BundleError, match=r"^config.yaml: "):
        drawn(tmp_path, root, files)
    assert not path.exists()


def test_a_figure_of_what_is_not_in_the_bundle_is_told(tmp_path, root):
    records = {FIGURE: {"input": [TABLE, "results/a/data/target.safetensors"]}}
    files = {**FILES, layout.RECORDS: json.dumps(records).encode()}
    assert drawn(tmp_path, root, files) == [
        redraw.Redrawn(
            FIGURE, "not drawn", "the bundle is without results/a/data/target.safetensors"
        )
    ]


def outcome(tmp_path, root, monkeypatch, record=None, drawn_now=b"other"):
    """What is said of a figure whose drawing is replaced by one of `drawn_now`."""
    made = {"versions": {"matplotlib": "3.11.2"}, "code": "c0de"}

    def draw(folder, *arguments):
        assert json.loads((folder / "config.yaml").read_text()) == {"run": ["a"]}
        assert (folder / TABLE).read_bytes() == FILES[TABLE]
        assert "plot_accuracy_by_depth" in arguments
        (folder / FIGURE).parent.mkdir(parents=True)
        (folder / FIGURE).write_bytes(drawn_now)
        (folder / FIGURE).with_suffix(".json").write_text(json.dumps({**made, **(record or {})}))

    monkeypatch.setattr(redraw, "run_quietly", draw)
    records = {FIGURE: {"input": [TABLE]}}
    side = FIGURE.replace(".png", ".json")
    files = {
        **FILES,
        side: json.dumps(made).encode(),
        layout.RECORDS: json.dumps(records).encode(),
    }
    return drawn(tmp_path, root, files)[0]


def test_the_same_bytes_are_the_same(tmp_path, root, monkeypatch):
    found = outcome(tmp_path, root, monkeypatch, drawn_now=FILES[FIGURE])
    assert found == redraw.Redrawn(FIGURE, "same")


def test_other_bytes_by_the_same_versions_differ(tmp_path, root, monkeypatch):
    assert outcome(tmp_path, root, monkeypatch).outcome == "differs"


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        ({"versions": {"matplotlib": "4.0"}}, "was drawn with matplotlib 3.11.2, here 4.0"),
        ({"code": "0ther"}, "was drawn with other code of Defrost's"),
    ],
)
def test_other_versions_are_told(tmp_path, root, monkeypatch, record, reason):
    found = outcome(tmp_path, root, monkeypatch, record)
    assert found == redraw.Redrawn(FIGURE, "other versions", reason)
