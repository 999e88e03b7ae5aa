"""Weights from files: what is read, what fits, and what is refused without being run."""

import os
import pickle

import pytest
import torch
from safetensors.torch import save_file

from defrost.errors import UserError
from defrost.networks.build import build_network, read_network
from defrost.networks.torchvision_models import torchvision_model
from defrost.networks.weights import import_network, read_weights
from defrost.provenance.files import write_tensors

NETWORK = {"name": "shufflenet_v2_x0_5"}
CONVNET = {"name": "convnet", "widths": [4, 6], "pool_after": [1]}
SHAPE = (3, 32, 32)


@pytest.fixture(scope="module")
def model():
    """Return torchvision's model of seven classes, in eval mode."""
    torch.manual_seed(0)
    model = torchvision_model(NETWORK, SHAPE, 7)
    for module in model.modules():  # statistics that differ from those of a fresh network
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.uniform_(module.running_mean)
    return model.eval()


@pytest.fixture
def state(model):
    return dict(model.state_dict())


def brought_in(path, settings=NETWORK, shape=SHAPE):
    return import_network(path, settings, shape, classes=3)


def saved(state, path):
    (save_file if path.suffix == ".safetensors" else torch.save)(state, path)
    return path


@pytest.mark.parametrize("name", ["w.pth", "w.pt", "w.safetensors"])
def test_a_network_computes_what_torchvisions_model_does(model, state, tmp_path, name):
    network, complete = brought_in(saved(state, tmp_path / name))
    images = torch.randn(4, *SHAPE)
    assert complete
    with torch.no_grad():
        assert torch.allclose(network(images), model(images), atol=1e-5)
    assert network(images).shape == (4, 7)


def test_a_file_of_another_run_is_read_as_well(model, state, tmp_path):
    network, _ = brought_in(saved(state, tmp_path / "w.pth"))
    write_tensors(tmp_path / "ours.safetensors", network.state_dict(), {})
    again, _ = brought_in(tmp_path / "ours.safetensors")
    read = read_network(tmp_path / "ours.safetensors", NETWORK, SHAPE)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, again.state_dict()[name])
        assert torch.equal(tensor, read.state_dict()[name])


def test_a_residual_network_by_block_takes_torchvisions_file_too(tmp_path):
    torch.manual_seed(0)
    settings, shape = {"name": "resnet18", "stem": "small", "block": "residual"}, (3, 8, 8)
    model = torchvision_model(settings, shape, 7).eval()
    network, complete = brought_in(saved(model.state_dict(), tmp_path / "w.pth"), settings, shape)
    assert complete
    assert len(network.blocks) == 9
    images = torch.randn(4, *shape)
    with torch.no_grad():
        assert torch.allclose(network(images), model(images), atol=1e-5)


def test_networks_of_our_own_are_read_by_our_names(tmp_path):
    own = build_network(CONVNET, (1, 8, 8), 5, lambda block: block)
    path = saved(own.state_dict(), tmp_path / "w.pt")
    network, _ = brought_in(path, CONVNET, (1, 8, 8))
    assert all(map(torch.equal, own.state_dict().values(), network.state_dict().values()))


def test_without_a_readout_every_class_is_as_likely(state, tmp_path):
    del state["fc.weight"], state["fc.bias"]
    network, complete = brought_in(saved(state, tmp_path / "w.pth"))
    assert not complete
    assert torch.equal(network(torch.randn(4, *SHAPE)), torch.zeros(4, 3))
    with pytest.raises(UserError, match=r"found weights that do not fit: 1 missing \(fc.bias\);"):
        brought_in(saved({**state, "fc.weight": torch.ones(7, 1024)}, tmp_path / "w.pth"))


def test_older_files_and_other_precisions_are_read(model, state, tmp_path):
    halves = {name: t.half() for name, t in state.items() if "num_batches_tracked" not in name}
    network, _ = brought_in(saved(halves, tmp_path / "w.pth"))
    assert torch.equal(network.readout[-1].weight, model.fc.weight.half().float())
    assert network.blocks[0][0][1].num_batches_tracked == 0


def test_names_that_torchvision_has_given_up_are_read(tmp_path):
    torch.manual_seed(0)
    settings, shape = {"name": "densenet121"}, (3, 32, 32)
    state = torchvision_model(settings, shape, 4).state_dict()
    old = {  # denselayer1.norm1.weight was denselayer1.norm.1.weight
        name.replace("norm1.", "norm.1.").replace("norm2.", "norm.2.").replace("conv1.", "conv.1.")
        if "denselayer" in name
        else name: tensor
        for name, tensor in state.items()
    }
    assert old.keys() != state.keys()
    network, _ = brought_in(saved(old, tmp_path / "w.pth"), settings, shape)
    first = network.blocks[1][0].denselayer1.norm1.weight
    assert torch.equal(first, state["features.denseblock1.denselayer1.norm1.weight"])


def test_reading_changes_no_random_number(state, tmp_path):
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    brought_in(saved(state, tmp_path / "w.pth"))
    assert torch.equal(torch.rand(3), expected)


def change(state, **changes):
    return {**state, **{name.replace("__", "."): value for name, value in changes.items()}}


def less(state, start):
    return {name: value for name, value in state.items() if not name.startswith(start)}


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        (
            lambda s: less(s, "conv5.1."),
            "found weights that do not fit: 4 missing (conv5.1.weight, conv5.1.bias, "
            "conv5.1.running_mean and 1 more); allowed are exactly the tensors of the network",
        ),
        (lambda s: change(s, extra=torch.ones(1)), "do not fit: 1 unexpected (extra); allowed are"),
        (
            lambda s: change(less(s, "fc.bias"), fc__weight=torch.ones(7, 9), b=torch.ones(1)),
            "do not fit: 1 missing (fc.bias), 1 unexpected (b), 1 of another shape "
            "(fc.weight: 7 x 9, not 7 x 1024); allowed",
        ),
        (lambda s: change(s, fc__weight=torch.tensor(1.0)), "(fc.weight: a single number, not 3 x"),
        (
            lambda s: change(s, fc__bias=torch.ones(7, dtype=torch.int8)),
            "1 of another shape (fc.bias: whole numbers, 7, not 7)",
        ),
        (
            lambda s: change(s, fc__bias=torch.full([7], torch.nan)),
            "found NaN or infinity in fc.bias; allowed are numbers",
        ),
        (
            lambda s: change(s, fc__bias=torch.full([7], 1e300, dtype=torch.float64)),
            "infinity in fc.bias",
        ),
        (lambda s: {"state_dict": s, "epoch": 3}, "else than a plain tensor under 'state_dict'"),
        (lambda s: change(s, fc__bias=torch.eye(3).to_sparse()), "a plain tensor under 'fc.bias'"),
        (lambda s: change(s, fc__bias=torch.ones(7, device="meta")), "tensor under 'fc.bias'"),
        (lambda s: {1: torch.ones(1)}, "found something else than a plain tensor under 1"),
        (lambda s: list(s.values()), "found a list; allowed is safetensors, or a plain state"),
        (lambda s: torch.nn.Linear(2, 2), "reading it would load torch.nn.modules.linear.Linear"),
        (lambda s: {}, " missing ("),
    ],
)
def test_what_does_not_fit_is_one_line(state, tmp_path, changed, message):
    path = tmp_path / "w.pth"
    torch.save(changed(state), path)
    with pytest.raises(UserError) as error:
        brought_in(path)
    assert str(error.value).startswith(f"weights: {path}: found ")
    assert message in str(error.value)
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 400 + len(str(path))


class Payload:
    """What leaves a mark where it is unpickled."""

    def __init__(self, mark):
        self.mark = str(mark)

    def __reduce__(self):
        return os.mkdir, (self.mark,)


@pytest.mark.parametrize("suffix", ["pt", "pth", "safetensors"])
@pytest.mark.parametrize("form", ["zip", "legacy", "plain"])
def test_code_in_a_file_is_refused_and_not_run(state, tmp_path, form, suffix):
    mark, path = tmp_path / "mark", tmp_path / f"w.{suffix}"
    content = {**state, "fc.bias": Payload(mark)}
    if form == "plain":
        path.write_bytes(pickle.dumps(content, protocol=2))
    else:
        torch.save(content, path, _use_new_zipfile_serialization=form == "zip")
    with pytest.raises(UserError) as error:
        read_weights(path)
    assert not mark.exists()
    assert "\n" not in str(error.value)
    assert "weights_only" not in str(error.value)  # torch's advice is to read it all the same
    pickle.loads(pickle.dumps(Payload(mark)))
    assert mark.exists()  # it would have


@pytest.mark.parametrize("content", [b"", b"hello", b"\0" * 100, b"PK\x03\x04 cut off"])
@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_what_is_no_file_of_tensors_is_one_line(tmp_path, content, suffix):
    path = tmp_path / f"w.{suffix}"
    path.write_bytes(content)
    with pytest.raises(UserError, match="found a file that cannot be read") as error:
        read_weights(path)
    assert "\n" not in str(error.value)


@pytest.mark.filterwarnings("ignore")  # torch advises against such files
def test_a_whole_module_compiled_is_refused(tmp_path):
    path = tmp_path / "w.pt"
    torch.jit.trace(torch.nn.Linear(2, 2), torch.ones(1, 2)).save(path)
    with pytest.raises(UserError, match="found a file that cannot be read"):
        read_weights(path)
