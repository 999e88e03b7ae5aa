"""The Methods paragraph of the report says what a config does, and nothing else."""

from types import SimpleNamespace

import jinja2
import pytest
import yaml

from defrost.config.grid import resolve_config


def methods(root, schema, preset, **changes):
    """The paragraph of a shipped config, with changes to the training of its first study."""
    path = preset if "." in preset else f"workflow/presets/{preset}.yaml"
    config = resolve_config(yaml.safe_load((root / path).read_text()), schema)
    studies = {name: config["studies"][name] for name in config["run"]}
    studies[config["run"][0]]["training"].update(changes)
    text = (root / "workflow/report/workflow.rst").read_text()
    given = SimpleNamespace(config=SimpleNamespace(studies=studies, run=config["run"]))
    return jinja2.Template(text, trim_blocks=True, lstrip_blocks=True).render(snakemake=given)


@pytest.mark.parametrize("preset", ["config.yaml", "smoke", "convergence", "protocols", "fashion"])
def test_nothing_of_the_template_is_left(root, schema, preset):
    text = methods(root, schema, preset)
    assert not [mark for mark in ("None", "{{", "{%", "Undefined") if mark in text]


def test_it_says_what_was_asked_for_and_no_more(root, schema):
    plain = methods(root, schema, "config.yaml")
    assert "flipped" not in plain and "start from them in turn" not in plain
    flipped = methods(root, schema, "config.yaml", augmentation={"flip": True, "shift": 0})
    assert "flipped" in flipped
    assert "3 in study smoke_manifold: replicates start" in methods(root, schema, "smoke")
