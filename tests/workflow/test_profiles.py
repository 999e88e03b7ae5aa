"""Profiles plan as they stand, with no scheduler in reach, and say the right thing of each rule."""

import os
import re
import subprocess
import sys
from textwrap import dedent

import pytest
import yaml
from checkout import SMOKE

SLURM = ("--profile", "profiles/slurm")
PRETRAINING = {"pretrain_source", "train_wgan"}


@pytest.fixture(scope="module")
def profiles(root) -> dict[str, dict]:
    paths = root.glob("profiles/*/config.yaml")
    return {path.parent.name: yaml.safe_load(path.read_text()) for path in paths}


@pytest.fixture(scope="module")
def rules(root) -> dict[str, str]:
    """The text of every rule."""
    text = "".join(path.read_text() for path in root.glob("workflow/rules/*.smk"))
    parts = re.split(r"^rule (\w+):", text, flags=re.MULTILINE)[1:]
    return dict(zip(parts[::2], parts[1::2], strict=True))


@pytest.fixture(scope="module")
def training(rules) -> set[str]:
    """Names of the rules that ask for a GPU."""
    return {name for name, body in rules.items() if "gpu=1" in body}


def asked(output: str) -> set[tuple[str, ...]]:
    """What each rule of a plan asks for: its name, partition, GPUs and minutes."""
    found = re.findall(r"^rule (\w+):\n.*?^    resources: ([^\n]*)$", output, flags=re.M | re.S)
    answers = [dict(re.findall(r"(\w+)=([^,]+)", resources)) for _, resources in found]
    keys = ("slurm_partition", "gpu", "runtime")
    return {
        (rule, *(answer.get(key, "") for key in keys))
        for (rule, _), answer in zip(found, answers, strict=True)
    }


@pytest.mark.parametrize(
    "arguments",
    [SLURM, (*SLURM, "--profile", "profiles/slurm-ci"), ("--workflow-profile", "slurm")],
)
def test_what_trains_goes_to_the_gpus_and_the_rest_does_not(checkout, run, training, arguments):
    result = run(checkout, *SMOKE, *arguments, "--dry-run")
    assert result.returncode == 0, result.stderr
    found = asked(result.stdout)
    trained = {answer for answer in found if answer[0] in training}
    assert {answer[0] for answer in trained} == training - {"train_wgan"}
    assert {answer[1:] for answer in trained} == {("gpu", "1", "60")}
    assert {answer[1:] for answer in found - trained} == {("cpu", "", "60")}


def test_cells_go_together_each_with_its_share_of_the_time(checkout, run, profiles, training):
    profile = ("--profile", "profiles/grouped", "--group-components", "transfer=10", "scratch=20")
    result = run(checkout, *SMOKE, *SLURM, *profile, "--dry-run")
    assert result.returncode == 0, result.stderr
    block = r"Group job (\w+) \(.*\n((?:(?: {4}.*)?\n)+)"
    groups = [(name, dedent(text)) for name, text in re.findall(block, result.stdout)]
    # of the smoke preset: 8 cells from scratch, and 20 that start from a source
    assert sorted(name for name, _ in groups) == ["scratch", "transfer", "transfer"]
    found = {(name, *answer) for name, text in groups for answer in asked(text)}
    minutes = {"scratch": "5", "transfer": "6"}
    expected = {(profiles["grouped"]["groups"][rule], rule) for rule in training - PRETRAINING}
    assert found == {(name, rule, "gpu", "1", minutes[name]) for name, rule in expected}
    alone = {answer for answer in asked(result.stdout) if answer[0] in training}
    assert alone == {("pretrain_source", "gpu", "1", "60")}


def test_the_profile_names_the_rules_that_train(profiles, training):
    assert set(profiles["slurm"]["set-resources"]) == training


def test_drawing_and_collecting_stay_where_snakemake_runs(root, rules):
    text = (root / "workflow/rules/resources.smk").read_text()
    local = re.search(r"^localrules:\n((?:    \w+,\n)+)", text, flags=re.MULTILINE)[1]
    names = set(re.findall(r"\w+", local))
    assert {name for name in rules if name.startswith(("plot_", "collect_"))} <= names <= set(rules)


def test_the_default_profile_says_the_same_where_it_says_the_same_thing(profiles):
    for name, profile in profiles.items():
        for key in profile.keys() & profiles["default"].keys():
            assert profile[key] == profiles["default"][key], f"{name}: {key}"


def test_the_profile_is_found_by_its_name_once_it_is_linked(checkout, tmp_path):
    environment = {**os.environ, "XDG_CONFIG_HOME": str(tmp_path / "settings")}
    subprocess.run(["make", "slurm-profile"], cwd=checkout, env=environment, check=True)
    result = subprocess.run(
        [sys.executable, "-m", "snakemake", *SMOKE, "--profile", "slurm", "--dry-run"],
        cwd=checkout,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stderr
    assert ("train_scratch", "gpu", "1", "60") in asked(result.stdout)


@pytest.mark.parametrize("arguments", [("--dry-run",), ("--cores", "2")])
def test_a_misspelt_profile_is_refused(checkout, run, arguments):
    result = run(checkout, *SMOKE, "--workflow-profile", "slrum", *arguments)
    assert result.returncode == 1
    assert "there is no profile 'slrum'" in result.stderr.splitlines()[-1]
    assert not (checkout / "results").exists()
