"""Promises about the code itself: sizes, logs, drift between files that say the same."""

import re

import lock
import make_parameters
import pytest


def test_scripts_and_rule_files_stay_small(root):
    for pattern, limit in (("workflow/scripts/*.py", 60), ("workflow/rules/*.smk", 150)):
        for path in root.glob(pattern):
            assert len(path.read_text().splitlines()) <= limit, path.name


def test_every_rule_that_does_something_has_a_log_and_if_it_leaves_something_a_benchmark(root):
    rules = "".join(path.read_text() for path in root.glob("workflow/rules/*.smk"))
    for rule in re.split(r"^rule ", rules, flags=re.MULTILINE)[1:]:
        if "script:" in rule or "shell:" in rule:
            assert "log:" in rule, rule
            assert ("benchmark:" in rule) == ("output:" in rule), rule


def test_the_parameter_table_is_that_of_the_schema(root):
    written = (root / "docs/parameters.md").read_text()
    assert written == make_parameters.page(), "run `make docs`"


def test_the_conda_environment_has_the_same_pins(root):
    constraints = (root / "envs/constraints.txt").read_text().splitlines()
    pins = [line for line in constraints if not line.startswith("#")]
    assert (root / "envs/environment.yaml").read_text() == lock.environment(pins), "run `make lock`"


def test_direct_requirements_agree_with_the_constraints(root):
    constraints = (root / "envs/constraints.txt").read_text().splitlines()
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in (root / "envs" / name).read_text().splitlines():
            if pin := re.match(r"[\w-]+==\S+", line):
                assert pin[0] in constraints


@pytest.mark.parametrize("word", ["pickle", "weights_only=False", "torch.save("])
def test_nothing_is_pickled(root, word):
    for path in (root / "workflow").rglob("*.py"):
        code = re.sub(r'""".*?"""|#.*', "", path.read_text(), flags=re.DOTALL)
        assert word not in code, path


def test_every_caption_ends_with_how_its_result_was_made(root):
    captions = set((root / "workflow/report").glob("*.rst"))
    for path in captions - {root / "workflow/report/workflow.rst"}:
        made = path.read_text().partition("\nHow this was made:\n\n")[2]
        assert re.fullmatch(r"\.\. include:: {{ snakemake.output.\w+ }}\n   :code: json\n", made)
