"""Networks made from settings: blocks, depths and readouts of each kind."""

import pytest
import torch

from defrost.networks.build import build_network, read_network
from defrost.networks.catalogue import number_of_blocks
from defrost.provenance.files import write_tensors

CONVNET = {"name": "convnet", "widths": [4, 6, 8], "pool_after": [1]}
MLP = {"name": "mlp", "widths": [12, 10, 8]}
SHAPES = [(CONVNET, (3, 6, 8)), (MLP, (1, 1, 20)), (MLP, (3, 4, 4))]


def network(settings, shape, classes=5, seed=0):
    return build_network(settings, shape, classes, lambda block: seed + block)


@pytest.mark.parametrize(("settings", "shape"), SHAPES)
def test_a_network_has_the_blocks_of_its_settings(settings, shape):
    built = network(settings, shape)
    images = torch.randn(7, *shape)
    assert len(built.blocks) == number_of_blocks(settings) == 3
    assert built(images).shape == (7, 5)
    assert list(built.activations(images)) == ["1", "2", "3"]
    for depth in range(4):
        halves = built.suffix(depth)(built.prefix(depth)(images))
        assert torch.equal(halves, built(images))


@pytest.mark.parametrize(("settings", "shape"), SHAPES)
def test_a_block_starts_from_its_own_seed_alone(settings, shape):
    one = network(settings, shape)
    other = build_network(settings, shape, 5, lambda block: block if block == 2 else 100 + block)
    same = [
        all(map(torch.equal, a.state_dict().values(), b.state_dict().values()))
        for a, b in zip(one.blocks, other.blocks, strict=True)
    ]
    assert same == [False, True, False]


@pytest.mark.parametrize(("settings", "shape"), SHAPES)
def test_a_source_of_other_classes_is_read_with_its_own_readout(settings, shape, tmp_path):
    source = network(settings, shape, classes=9)
    write_tensors(tmp_path / "source.safetensors", source.state_dict(), {})
    read = read_network(tmp_path / "source.safetensors", settings, shape)
    images = torch.randn(4, *shape)
    assert torch.equal(read(images), source.eval()(images))
    target = network(settings, shape, classes=5, seed=50)
    target.copy_blocks(read, 3)
    assert torch.equal(target.eval().prefix(3)(images), read.prefix(3)(images))
