"""Training jobs that are killed: the next attempt goes on and ends with the same bytes."""

import csv
import json
import os
import random
import signal
import subprocess
import sys
import time

import pytest
import torch
from small_cells import CELL, TRAINING

from defrost.data.dataset import Dataset, Examples, channel_statistics
from defrost.networks.build import build_network
from defrost.provenance.files import read_record, write_tensors

# what Snakemake hands to a script, without the seconds it takes to start
RUN = """
import sys, json
from types import SimpleNamespace
class Named(dict):
    __getattr__ = dict.__getitem__
class Files(list):
    def __getattr__(self, name): return dict(given[kind(self)])[name]
    def get(self, name, default=None): return dict(given[kind(self)]).get(name, default)
def kind(files): return "input" if files is inputs else "output"
sys.path.insert(0, "workflow/scripts")
given = json.loads(sys.argv[2])
def flat(files): return [y for x in files for y in (x if isinstance(x, list) else [x])]
inputs, outputs = (Files(flat(given[name].values())) for name in ("input", "output"))
snakemake = SimpleNamespace(
    rule="test", log=[given["log"]], wildcards={}, input=inputs, output=outputs,
    params=Named(given["params"]),
)
exec(compile(open(sys.argv[1]).read(), sys.argv[1], "exec"))
"""
TRAIN = {**TRAINING, "steps": 800, "early_stopping": {"share": 0.2, "every": 20, "patience": 30}}
LIMITS = {"device": "auto", "memory": 0, "checkpoint_seconds": 0.02}
CODE = {"code": "digest", "limits": LIMITS}


@pytest.fixture
def target(tmp_path):
    labels = torch.arange(60) % 3
    generator = torch.Generator().manual_seed(0)
    images = torch.randn(60, 1, 8, 8, generator=generator) + labels[:, None, None, None]
    splits = {
        "train": Examples(images[:45], labels[:45]),
        "test": Examples(images[45:], labels[45:]),
    }
    Dataset(splits, *channel_statistics(images)).write(tmp_path / "target.safetensors", {})
    for seed in (0, 1):
        source = build_network(
            CELL["network"], (1, 8, 8), 3, lambda number, s=seed: 10 * s + number
        )
        write_tensors(tmp_path / f"seed-{seed}.safetensors", source.state_dict(), {})
    return str(tmp_path / "target.safetensors")


def cell(folder, target):
    """A cell of several phases: optimiser, early stopping and frozen features all have a state.

    Two of its three replicates start from one source network and train side by side.
    """
    settings = {**CELL, "protocol": "gradual", "depth": 1, "training": TRAIN}
    settings |= {"last": 2, "source_seeds": 2}
    networks = [target.replace("target", f"seed-{seed}") for seed in (0, 1)]
    return "train_cell.py", {
        "input": {"target": target, "networks": networks},
        "output": {"rows": f"{folder}/rows.csv", "record": f"{folder}/rows.csv.json"},
        "log": f"{folder}/log",
        "params": {"settings": {**settings, "root_seed": 0, "torch_threads": 1}, **CODE},
    }


def source(folder, target):
    names = ("target", "source", "network")
    settings = {**{name: CELL[name] for name in names}, "training": TRAIN, "kind": "same_task"}
    return "pretrain_source.py", {
        "input": {"dataset": target},
        "output": {"network": f"{folder}/network.safetensors"},
        "log": f"{folder}/log",
        "params": {"settings": {**settings, "seed": 0, "root_seed": 0, "torch_threads": 1}, **CODE},
    }


def reference(folder, target):
    script, given = cell(folder, target)
    given["params"]["settings"]["replicate"] = 0
    given["input"] = {"target": target, "source": given["input"]["networks"][0]}
    given["output"] = {"network": f"{folder}/network.safetensors"}
    return "train_reference.py", given


def validation(folder, target):
    """A cross-validation: its state is of one fold of several, at one depth of several."""
    script, given = cell(folder, target)
    given["params"]["settings"] |= {
        "depths": [1, 3],
        "folds": 3,
        "training": {**TRAIN, "steps": 400},
    }
    return "cross_validate.py", given


def wgan(folder, target):
    """A generative adversarial network: two networks, an average and two optimisers."""
    settings = {"study": "test", "target": "random", "source": "wgan", "generator_steps": 40}
    return "train_wgan.py", {
        "input": {"target": target},
        "output": {
            "model": f"{folder}/model.safetensors",
            "losses": f"{folder}/losses.csv",
            "record": f"{folder}/losses.csv.json",
        },
        "log": f"{folder}/log",
        "params": {"settings": {**settings, "root_seed": 0, "torch_threads": 1}, **CODE},
    }


def start(root, script, given, **environment):
    path = root / "workflow/scripts" / script
    command = [sys.executable, "-c", RUN, path, json.dumps(given)]
    return subprocess.Popen(command, cwd=root, env=os.environ | environment)


def newest(folder):
    """When a state was last saved."""
    return [path.stat().st_mtime_ns for path in folder.glob(".resume-*/state.safetensors")]


def result(folder):
    """Everything that a job left, but for what is not repeatable."""
    left = {}
    for path in sorted(folder.iterdir()):
        if path.suffix == ".csv":
            with path.open() as file:
                rows = list(csv.DictReader(file))
            left[path.name] = [
                {k: v for k, v in row.items() if k not in ("train_seconds", "peak_memory")}
                for row in rows
            ]
        elif path.name.endswith(".csv.json"):
            left[path.name] = read_record(path.with_suffix(""))  # without the sum of the rows
        elif path.name != "log":
            left[path.name] = path.read_bytes()
    return left


@pytest.mark.slow
@pytest.mark.parametrize(
    ("job", "kind", "times"),
    [
        (cell, signal.SIGKILL, 10),
        (cell, signal.SIGTERM, 3),
        (validation, signal.SIGKILL, 2),
        (source, signal.SIGKILL, 3),
        (source, signal.SIGTERM, 2),
        (wgan, signal.SIGKILL, 2),
    ],
)
def test_a_killed_training_goes_on_and_ends_with_the_same_bytes(
    root, tmp_path, target, job, kind, times
):
    folders = [tmp_path / name for name in ("undisturbed", "killed")]
    for folder in folders:
        folder.mkdir()
    began = time.monotonic()
    assert start(root, *job(folders[0], target)).wait() == 0
    took = time.monotonic() - began
    expected = result(folders[0])

    moments, kills, resumed = random.Random(0), 0, 0
    while kills < times:
        saved = newest(folders[1])
        process = start(root, *job(folders[1], target))
        if kills % 2:  # at any moment
            time.sleep(moments.uniform(0, took))
        else:  # while it trains
            while process.poll() is None and newest(folders[1]) == saved:
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.3))
        if process.poll() is None:
            process.send_signal(kind)
            process.wait()
            kills += 1
            resumed += "going on after step" in (folders[1] / "log").read_text()
        else:
            assert process.returncode == 0
            assert result(folders[1]) == expected
            for path in folders[1].iterdir():  # it was done: begin anew
                path.unlink()
    assert start(root, *job(folders[1], target)).wait() == 0
    assert result(folders[1]) == expected
    assert resumed + ("going on after step" in (folders[1] / "log").read_text()) >= times / 3


def test_a_gpu_that_is_asked_for_and_not_there_is_one_line_before_any_work(root, tmp_path, target):
    processes = {}
    for job in (cell, reference, validation, source, wgan):
        folder = tmp_path / job.__name__
        folder.mkdir()
        script, given = job(folder, target)
        given["params"]["limits"] = {**LIMITS, "device": "cuda"}
        processes[folder] = start(root, script, given, CUDA_VISIBLE_DEVICES="")
    for folder, process in processes.items():
        assert process.wait() == 1
        assert [path.name for path in folder.iterdir()] == ["log"]
        *about, last = (folder / "log").read_text().splitlines()
        assert last.startswith("device: found cuda, but torch") and "allowed are" in last
        assert about[-1] == "}"  # the settings
