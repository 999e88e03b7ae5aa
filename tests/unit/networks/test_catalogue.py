"""What the config knows of torchvision's models, against the models themselves."""

import pytest
import torch

from defrost.data.torchvision_compat import torchvision
from defrost.networks.catalogue import AUXILIARY, MODELS, image_advice, number_of_blocks
from defrost.networks.network import Network
from defrost.networks.split import split_model
from defrost.networks.torchvision_models import (
    names_in_network,
    network_of,
    torchvision_model,
)

models = torchvision.models
# torchvision has no numbers for the hidden layers of these
INCOMPLETE = {"vgg16": {"IMAGENET1K_FEATURES"}}


@pytest.fixture
def on_meta(monkeypatch):
    """Make models without their numbers: some have half a billion."""
    regnet = models.regnet.BlockParams
    make = regnet.from_init_params

    def on_cpu(*arguments, **options):  # it computes widths with tensors
        with torch.device("cpu"):
            return make(*arguments, **options)

    monkeypatch.setattr(regnet, "from_init_params", on_cpu)

    def model(name, side):
        with torch.device("meta"):
            return torchvision_model({"name": name}, (3, side, side), 7)

    return model


def test_all_models_of_torchvision_are_known():
    assert sorted([*MODELS, *AUXILIARY]) == models.list_models(module=models)


@pytest.mark.parametrize("name", MODELS)
def test_a_model_splits_into_the_blocks_that_the_catalogue_says(on_meta, name):
    model = on_meta(name, MODELS[name].patch or 64)
    network = Network(*split_model(model))
    assert len(network.blocks) == len(set(network.names)) == number_of_blocks({"name": name})
    assert all(list(block.parameters()) for block in network.blocks)
    linear = [m for m in network.readout.modules() if list(m.parameters(recurse=False))]
    assert len(linear) == 1
    assert linear[0].weight.shape[0] == 7
    assert_one_name_for_each_tensor(model, network, {})


@pytest.mark.parametrize("name", [name for name in MODELS if MODELS[name].residual])
def test_a_residual_network_splits_into_as_many_blocks_as_the_catalogue_says(on_meta, name):
    model, settings = on_meta(name, 64), {"name": name, "block": "residual"}
    network = network_of(model, settings)
    assert len(network.blocks) == len(set(network.names)) == number_of_blocks(settings)
    assert network.names[:2] == ("stem", "layer1.0")
    kinds = (models.resnet.BasicBlock, models.resnet.Bottleneck)
    assert all(isinstance(block, kinds) for block in network.blocks[1:])
    assert_one_name_for_each_tensor(model, network, settings)


def assert_one_name_for_each_tensor(model, network, settings):
    names, tensors = names_in_network(model, settings), network.state_dict()
    assert sorted(names.values()) == sorted(tensors)
    for given, tensor in model.state_dict().items():
        assert tensors[names[given]].shape == tensor.shape


@pytest.mark.parametrize("name", MODELS)
def test_the_versions_are_those_that_torchvision_publishes(name):
    published = {version.name for version in models.get_model_weights(name)}
    assert published - INCOMPLETE.get(name, set()) == set(MODELS[name].versions)


# of the families that take a single pixel one member, and all of the others but vision transformers
SINGLE_PIXEL = (
    "efficientnet_v2_s mnasnet0_5 mobilenet_v2 mobilenet_v3_small regnet_x_400mf resnet18"
)
LIMITED = [name for name in MODELS if MODELS[name].least > 1]


@pytest.mark.parametrize("name", [*SINGLE_PIXEL.split(), "shufflenet_v2_x0_5", *LIMITED])
def test_the_least_images_are_the_smallest_that_a_model_takes(on_meta, name):
    least = MODELS[name].least
    model = on_meta(name, least).train()
    with torch.device("meta"):
        assert model(torch.empty(2, 3, least, least)).shape == (2, 7)
        if least > 1:
            with pytest.raises(RuntimeError):
                model(torch.empty(2, 3, least - 1, least + 20))


@pytest.mark.parametrize("name", [n for n in MODELS if MODELS[n].patch])
def test_a_model_of_patches_takes_squares_of_its_patch(on_meta, name):
    patch = MODELS[name].patch
    model = on_meta(name, 2 * patch)
    with torch.device("meta"):
        assert model(torch.empty(2, 3, 2 * patch, 2 * patch)).shape == (2, 7)
    assert image_advice(name, (3, 2 * patch, 2 * patch)) is None
    assert f"divisible by {patch}" in image_advice(name, (3, patch + 1, patch + 1))
    assert f"height: {2 * patch}, width: {2 * patch}" in image_advice(name, (3, 2 * patch, patch))


def test_residual_networks_have_a_choice_of_stems_and_blocks(schema):
    network = schema["$defs"]["study"]["properties"]["network"]["properties"]
    residual = {
        name for name in MODELS if getattr(models, name).__module__ == models.resnet.__name__
    }
    assert set(network["stem"]["for"]) == set(network["block"]["for"]) == residual
    assert {name for name in MODELS if MODELS[name].residual} == residual


def test_advice_is_taken():
    assert image_advice("resnet18", (3, 8, 8)) is None
    assert image_advice("convnet", (1, 1, 20)) is None
    assert image_advice("mlp", (1, 1, 20)) is None
    advice = image_advice("vgg11", (1, 28, 40))
    assert "{channels: 3, height: 32, width: 40}" in advice
    assert image_advice("vgg11", (3, 32, 40)) is None
