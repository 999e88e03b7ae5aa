"""The first page of the report: Methods that say what a config does, then all results."""

import re
from types import SimpleNamespace

import jinja2
import pytest
import yaml
from docutils.core import publish_parts
from snakemake.report import Category

from defrost.config.grid import resolve_config


def result(path, mime, label):
    return SimpleNamespace(path=path, mime=mime, labels={"result": label})


# as Snakemake hands them over: by section and subsection, in any order
SECTIONS = {
    Category("2. second"): {None: [result("second/b.png", "image/png", "2a this")]},
    Category("1. first"): {
        None: [
            result("first/findings.html", "text/html", "1c findings"),
            result("first/z.png", "image/png", "1a that"),
            result("first/a.png", "image/png", "1b this"),
        ]
    },
}


def methods(root, schema, preset, **changes):
    """The paragraph of a shipped config, with changes to the training of its first study."""
    path = preset if "." in preset else f"workflow/presets/{preset}.yaml"
    config = resolve_config(yaml.safe_load((root / path).read_text()), schema)
    studies = {name: config["studies"][name] for name in config["run"]}
    studies[config["run"][0]]["training"].update(changes)
    text = (root / "workflow/report/workflow.rst").read_text()
    given = SimpleNamespace(config=SimpleNamespace(studies=studies, run=config["run"]))
    template = jinja2.Template(text, trim_blocks=True, lstrip_blocks=True)
    return template.render(snakemake=given, categories=SECTIONS)


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


def test_results_follow_the_methods_in_the_order_of_their_labels(root, schema):
    text = methods(root, schema, "config.yaml")
    shown = re.findall(r"^\*\*\d\. \w+|<b>\w+|<img|<iframe", text, flags=re.MULTILINE)
    assert text.index("**Findings.**") < text.index(shown[0])
    assert shown == [
        *("**1. first", "<img", "<b>1a", "<img", "<b>1b", "<iframe", "<b>1c"),
        *("**2. second", "<img", "<b>2a"),
    ]


def test_it_is_well_formed(root, schema):
    page = publish_parts(methods(root, schema, "smoke"), writer="html")["body"]
    assert "system-message" not in page
    assert page.count('<div class="gallery">') == len(SECTIONS)
