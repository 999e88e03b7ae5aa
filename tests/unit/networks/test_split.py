"""Models of torchvision's as blocks and a readout: one member of every family."""

import pytest
import torch

from defrost.networks.torchvision_models import network_of, torchvision_model

# a small member of each family and a side of images that it takes; of residual networks also one
# of a block for each residual block
SIDES = {
    "alexnet": 63,
    "convnext_tiny": 32,
    "densenet121": 32,
    "efficientnet_b0": 32,
    "maxvit_t": 224,
    "mnasnet0_5": 32,
    "mobilenet_v2": 32,
    "mobilenet_v3_small": 32,
    "regnet_x_400mf": 32,
    "resnet18": 32,
    "resnext50_32x4d": 32,
    "shufflenet_v2_x0_5": 32,
    "squeezenet1_1": 32,
    "swin_t": 32,
    "swin_v2_t": 32,
    "vgg11_bn": 32,
    "vit_b_32": 64,
}
SMALL = {"name": "resnet18", "stem": "small", "block": "residual"}
MEMBERS = [*({"name": name} for name in SIDES), SMALL, {"name": "resnet50", "block": "residual"}]


@pytest.fixture(scope="module", params=MEMBERS, ids=lambda settings: "-".join(settings.values()))
def member(request):
    """Return a model with statistics of its own, its settings, and images."""
    settings = request.param
    side = SIDES.get(settings["name"], 32)
    torch.manual_seed(0)
    model = torchvision_model(settings, (3, side, side), 5)
    images = torch.randn(2, 3, side, side)
    for module in model.modules():
        if isinstance(module, torch.nn.BatchNorm2d):
            torch.nn.init.normal_(module.running_mean, std=0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 2)
    for name, parameter in model.named_parameters():
        if parameter.dim() == 1 or "head" in name:  # a vision transformer's readout starts at 0
            torch.nn.init.normal_(parameter, 0.5 if name.endswith("weight") else 0, std=0.1)
    return model, settings, images


def test_blocks_and_readout_compute_what_the_model_does(member):
    model, settings, images = member
    with torch.no_grad():
        expected = model.eval()(images)
        network = network_of(model, settings).eval()
        assert torch.equal(network(images), expected)
        assert expected.std() > 0
        for depth in (1, len(network.blocks) // 2, len(network.blocks)):
            halves = network.suffix(depth)(network.prefix(depth)(images))
            assert torch.equal(halves, expected)


def test_no_part_changes_what_the_one_before_put_out(member):
    """In training too: what frozen blocks put out is stored and seen again."""
    model, settings, values = member
    network = network_of(model, settings).train()
    with torch.no_grad():
        for part in (*network.blocks, network.readout):
            before = values.clone()
            output = part(values)
            assert torch.equal(values, before)
            values = output
