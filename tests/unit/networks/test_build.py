"""Networks made from settings: blocks, depths and readouts of each kind."""

import pytest
import torch

from defrost.errors import UserError
from defrost.networks.build import build_network, read_network
from defrost.networks.calibrate import calibrate_normalisation
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


RESNET = {"name": "resnet18", "stem": "small"}
BY_BLOCK = {**RESNET, "block": "residual"}
NAMES = ["stem", *(f"layer{stage}.{block}" for stage in (1, 2, 3, 4) for block in (0, 1))]


def equal(one, other):
    return all(map(torch.equal, one.state_dict().values(), other.state_dict().values()))


@pytest.mark.parametrize(
    ("settings", "names"),
    [(RESNET, ["stem", "layer1", "layer2", "layer3", "layer4"]), (BY_BLOCK, NAMES)],
)
def test_a_model_of_torchvisions_starts_from_the_seed_of_its_first_block_alone(settings, names):
    one, same = (
        network(settings, (3, 8, 8)),
        build_network(settings, (3, 8, 8), 5, lambda b: 1 if b == 1 else 7),
    )
    other = build_network(settings, (3, 8, 8), 5, lambda b: 2 if b == 1 else b)
    assert equal(one, same)
    assert not any(map(torch.equal, one.readout.parameters(), other.readout.parameters()))
    assert list(one.names) == names
    assert len(names) == number_of_blocks(settings)


def test_stages_and_residual_blocks_are_one_network():
    stages, blocks = network(RESNET, (3, 8, 8)), network(BY_BLOCK, (3, 8, 8))
    images = torch.randn(2, 3, 8, 8)
    for by_stage, by_block in zip(range(6), (0, 1, 3, 5, 7, 9), strict=True):
        expected = stages.eval().prefix(by_stage)(images)
        assert torch.equal(blocks.eval().prefix(by_block)(images), expected)
    assert torch.equal(blocks(images), stages(images))


def test_building_changes_no_random_number():
    torch.manual_seed(4)
    expected = torch.rand(3)
    torch.manual_seed(4)
    network(RESNET, (3, 8, 8))
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("settings", [RESNET, BY_BLOCK])
def test_copying_blocks_leaves_the_fresh_weights_of_the_others(settings):
    source, fresh = network(settings, (3, 8, 8), seed=50), network(settings, (3, 8, 8))
    copied = network(settings, (3, 8, 8))
    copied.copy_blocks(source, 2)
    given = [source, source, *[fresh] * (number_of_blocks(settings) - 2)]
    for number, origin in enumerate(given):
        assert equal(copied.blocks[number], origin.blocks[number])
    assert equal(copied.readout, fresh.readout)


def test_a_small_stem_keeps_the_size_of_images_and_the_standard_one_does_not():
    images = torch.randn(2, 3, 16, 16)
    sizes = {
        stem: network({"name": "resnet18", "stem": stem}, (3, 16, 16)).prefix(1)(images).shape
        for stem in ("small", "standard")
    }
    assert sizes == {"small": (2, 64, 16, 16), "standard": (2, 64, 4, 4)}


def test_a_small_stem_starts_as_torchvision_starts_a_convolution():
    """From a normal distribution of variance 2 / (outputs x pixels)."""
    weight = network(RESNET, (3, 8, 8)).blocks[0].conv1.weight
    assert weight.shape == (64, 3, 3, 3)
    assert weight.std().item() == pytest.approx((2 / (64 * 9)) ** 0.5, rel=0.1)


def test_a_vision_transformer_is_built_for_the_targets_images():
    built = network({"name": "vit_b_32"}, (3, 64, 64))
    assert built.blocks[0].pos_embedding.shape == (1, 1 + 4, 768)


@pytest.mark.parametrize(
    ("name", "shape", "message"),
    [
        ("resnet18", (1, 8, 8), "network resnet18: found images of 1 x 8 x 8; allowed are 3 chann"),
        ("vgg11", (3, 28, 28), "write target.image: {channels: 3, height: 32, width: 32}"),
        (
            "vit_b_16",
            (3, 32, 48),
            "found images of 3 x 32 x 48; allowed are 3 channels and squares",
        ),
    ],
)
def test_images_that_a_network_cannot_take_are_one_line(name, shape, message):
    with pytest.raises(UserError) as error:
        network({"name": name}, shape)
    assert message in str(error.value)


def test_calibration_sees_all_that_training_would_drop():
    """What is dropped is drawn at random, and statistics are to be the same in every run."""
    settings, images = {"name": "efficientnet_b0"}, torch.randn(64, 3, 32, 32)
    one, other = (network(settings, (3, 32, 32)) for _ in range(2))
    for built, seed in ((one, 1), (other, 2)):
        torch.manual_seed(seed)
        calibrate_normalisation(built, images)
    assert equal(one, other)
    convolution, norm, _ = one.blocks[0]
    assert torch.allclose(norm.running_mean, convolution(images).mean((0, 2, 3)), atol=1e-5)
