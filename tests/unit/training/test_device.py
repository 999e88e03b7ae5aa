"""The device of a training: which one is chosen, and that all of it happens there."""

import os
import subprocess
import sys

import pretended
import pytest
import torch

from defrost.errors import UserError
from defrost.provenance.record import CPU, make_record
from defrost.training import torch_setup
from defrost.training.torch_setup import set_up_device, set_up_torch

GRANTED = ("SLURM_JOB_GPUS", "SLURM_STEP_GPUS", "CUDA_VISIBLE_DEVICES")


@pytest.fixture(autouse=True)
def settings_of_torch(monkeypatch):
    """Put back what a device sets up."""
    for name in (*GRANTED, "CUBLAS_WORKSPACE_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    places = (torch.backends.cuda.matmul, torch.backends.cudnn.conv)
    mode, before = torch.get_deterministic_debug_mode(), [p.fp32_precision for p in places]
    yield
    torch.set_deterministic_debug_mode(mode)
    for place, precision in zip(places, before, strict=True):
        place.fp32_precision = precision


@pytest.fixture(params=[False, True], ids=["no GPU", "GPU"])
def gpu(request, monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: request.param)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA H100")
    return request.param


@pytest.mark.parametrize("asked", ["auto", "cpu", "cuda"])
def test_a_gpu_is_taken_where_there_is_one_and_it_is_not_declined(gpu, asked, capsys):
    set_up_torch(torch.get_num_threads())
    if asked == "cuda" and not gpu:
        with pytest.raises(UserError) as caught:
            set_up_device(asked)
        expected = f"device: found cuda, but torch {torch.__version__} sees no GPU; allowed are "
        assert str(caught.value).startswith(expected)
        return
    device = set_up_device(asked)
    assert device == ("cuda" if gpu and asked != "cpu" else "cpu")
    name = "cuda: NVIDIA H100" if device == "cuda" else CPU
    assert capsys.readouterr().out == f"device {asked}: training on {name}\n"
    mode = {"cpu": 2, "cuda": 1}  # an error, and a warning
    assert torch.get_deterministic_debug_mode() == mode[device]


def test_a_gpu_computes_in_full_precision_and_in_a_fixed_order(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "NVIDIA H100")
    set_up_device("auto")
    assert torch.backends.cuda.matmul.fp32_precision == "ieee"
    assert torch.backends.cudnn.conv.fp32_precision == "ieee"
    assert not torch.backends.cudnn.benchmark
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"


@pytest.mark.parametrize("name", GRANTED)
@pytest.mark.parametrize("value", ["0", "", "NoDevFiles", "-1"])
def test_a_gpu_that_was_granted_and_is_not_seen_is_warned_of(gpu, name, value, monkeypatch, capsys):
    monkeypatch.setenv(name, value)
    set_up_device("auto")
    warned = f"warning: {name}=0, but torch {torch.__version__} sees no GPU\n"
    assert capsys.readouterr().out.endswith(warned) == (value == "0" and not gpu)
    set_up_device("cpu")
    assert "warning" not in capsys.readouterr().out


def test_a_record_says_what_a_result_was_made_on_and_what_was_asked_for():
    assert make_record("rule", {}, "code")["device"] == CPU
    assert "device_asked" not in make_record("rule", {}, "code")
    record = make_record("rule", {}, "code", None, ["cuda: NVIDIA H100", CPU], "auto")
    assert record["device"] == f"cuda: NVIDIA H100, then {CPU}"
    assert record["device_asked"] == "auto"


def test_the_generators_of_both_devices_go_on(monkeypatch):
    """A CUDA generator is one of the CPU's here."""
    there = torch.Generator().manual_seed(1)
    monkeypatch.setattr(torch.cuda, "get_rng_state", there.get_state)
    monkeypatch.setattr(torch.cuda, "set_rng_state", there.set_state)
    torch.manual_seed(2)
    states = {name: torch_setup.generator_states(name) for name in ("cpu", "cuda")}
    drawn = torch.rand(3), torch.rand(3, generator=there)
    torch_setup.restore_generators(states["cuda"], "cuda")
    assert torch.equal(torch.rand(3), drawn[0])
    assert torch.equal(torch.rand(3, generator=there), drawn[1])
    for before, device in (("cuda", "cpu"), ("cpu", "cuda")):  # the CPU's at least
        torch_setup.restore_generators(states[before], device)
        assert torch.equal(torch.rand(3), drawn[0])


def test_all_that_trains_is_on_the_device_and_a_stopped_training_may_go_on_on_another(root):
    # in a process of its own, which a device once registered does not leave
    command, paths = [sys.executable, "tests/pretended.py"], "workflow/scripts:tests"
    environment = {**os.environ, "PYTHONPATH": paths}
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    assert result.stdout.endswith("\ndifferent: []\n"), result.stdout[-3000:] + result.stderr


needs_gpu = pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU")


# rounding is all that should differ: other kernels on a CPU change these numbers by up to 1.2e-7,
# and those of a GPU differ more from them
TOLERANCE = {"relative": 1e-3, "absolute": 1e-3}


def check_same(name, device, before, expected):
    numbers = pretended.on(device, name, before)
    assert pretended.alike(numbers, expected, **TOLERANCE), (before, numbers, expected)


@needs_gpu
@pytest.mark.parametrize("name", pretended.JOBS)
def test_a_gpu_comes_to_what_a_cpu_comes_to(name):
    set_up_torch(torch.get_num_threads())
    expected = pretended.on("cpu", name)
    device = set_up_device("cuda")
    check_same(name, device, None, expected)
    if name in pretended.STOPPED:
        for before, then in (("cpu", device), (device, device), (device, "cpu")):
            check_same(name, then, before, expected)


@needs_gpu
@pytest.mark.parametrize("name", pretended.JOBS)
def test_a_gpu_repeats_itself_to_the_bit(name):
    set_up_torch(torch.get_num_threads())
    device = set_up_device("cuda")
    assert pretended.on(device, name) == pretended.on(device, name)
