"""The state of a stopped job: kept whole, used by the same job alone, gone when it is done."""

import math
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest
import torch

from defrost.provenance.files import write_tensors
from defrost.provenance.resume import Resume, resuming

STATE = {"weights": torch.arange(6.0).view(2, 3)}


@pytest.fixture
def job(tmp_path):
    """The arguments of a job: its output, settings, code and inputs."""
    source = tmp_path / "input.safetensors"
    write_tensors(source, {"x": torch.ones(2)}, {"made": "once"})
    return {
        "output": str(tmp_path / "rows.csv"),
        "settings": {"steps": 3},
        "code": "abc",
        "inputs": [str(source)],
        "seconds": 0,
        "device": "cpu",
    }


def stop(job, **facts):
    """Save a state and fail."""
    with pytest.raises(RuntimeError, match="stopped"), resuming(**job) as resume:
        resume.save(STATE, **facts)
        raise RuntimeError("stopped")


def folder(job):
    return Path(job["output"].replace("rows", ".resume-rows"))


def test_a_job_that_was_stopped_finds_its_state(job):
    stop(job, step=2, rows=[{"accuracy": 0.1 + 0.2}])
    with resuming(**job) as resume:
        assert torch.equal(resume.tensors["weights"], STATE["weights"])
        assert resume.facts == {"step": 2, "rows": [{"accuracy": 0.1 + 0.2}]}
    assert not folder(job).exists()
    with resuming(**job) as resume:
        assert not resume.tensors
        assert not resume.facts


def test_what_it_was_computed_on_is_remembered_and_does_not_make_it_another_job(job):
    for device in ("cuda: NVIDIA H100", "cpu"):
        stop({**job, "device": device}, step=2)
    with resuming(**job) as resume:
        assert resume.facts == {"step": 2}
        assert resume.devices == ["cuda: NVIDIA H100", "cpu"]
    with resuming(**job) as resume:
        assert resume.devices == ["cpu"]


@pytest.mark.parametrize("change", ["settings", "code", "inputs"])
def test_another_job_does_not_use_it(job, change, capsys, tmp_path):
    stop(job, step=2)
    if change == "inputs":
        write_tensors(tmp_path / "input.safetensors", {"x": torch.zeros(2)}, {"made": "once"})
    else:
        job[change] = {"settings": {"steps": 4}, "code": "abd"}[change]
    with resuming(**job) as resume:
        assert not resume.facts
    assert "found a state of other settings, code or inputs" in capsys.readouterr().out


def test_a_damaged_state_is_not_used(job, capsys):
    stop(job, step=2)
    path = folder(job) / "state.safetensors"
    whole = path.read_bytes()
    for place in (4, 30, len(whole) - 2):  # the header's length, the header, the weights
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        resume = Resume(folder(job), "", 0)
        resume.load()
        assert not resume.facts, place
    with resuming(**job) as resume:
        assert not resume.tensors
    assert "damaged" in capsys.readouterr().out


def test_it_is_time_to_save_after_the_seconds_and_before_an_end(tmp_path):
    assert Resume(tmp_path, "", 0).due()
    patient = Resume(tmp_path, "", math.inf)
    assert not patient.due()
    patient.ending = True
    assert patient.due()
    with pytest.raises(SystemExit) as caught:
        patient.save(STATE)
    assert caught.value.code == 143


PROCESS = """
    import sys, time, torch
    sys.path.insert(0, "workflow/scripts")
    from defrost.provenance.resume import resuming
    with resuming({output!r}, {settings!r}, {code!r}, {inputs!r}, 1e9, 'cpu') as resume:
        print("at work", resume.facts.get("step", 0), flush=True)
        for step in range(100):
            time.sleep(0.05)
            if resume.due():
                resume.save({{"w": torch.ones(1)}}, step=step)
"""


def start(job, root):
    code = textwrap.dedent(PROCESS).format(**job)
    process = subprocess.Popen(
        [sys.executable, "-c", code], cwd=root, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline().startswith("at work")
    return process


def test_a_process_that_is_asked_to_end_saves_first(job, root):
    process = start(job, root)
    time.sleep(0.3)
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 143
    with resuming(**job) as resume:
        assert resume.facts["step"] >= 1


def test_a_process_left_at_work_makes_room_for_its_successor(job, root, capsys):
    orphan = start(job, root)
    time.sleep(0.3)
    with resuming(**job) as resume:
        assert orphan.wait(20) == 143
        assert resume.facts["step"] >= 1
    assert f"process {orphan.pid} on" in capsys.readouterr().out
