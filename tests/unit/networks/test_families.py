"""Models of torchvision's, one of each family: pretrained, brought in from a file, transferred."""

import copy
import math
from pathlib import Path

import pytest
import torch
from small_cells import TRAINING

from defrost.data.dataset import Examples
from defrost.data.torchvision_compat import torchvision
from defrost.networks.replicates import Replicates
from defrost.networks.torchvision_models import names_in_network, network_of, use_small_stem
from defrost.networks.weights import fit_weights, read_weights
from defrost.provenance.resume import Resume
from defrost.training.loop import batches
from defrost.transfer.frozen import FrozenBlocks
from defrost.transfer.phases import Lesson, train_phases
from defrost.transfer.protocols import PROTOCOLS, SCRATCH, plan_of

models = torchvision.models
CLASSES, EXAMPLES = 3, 24


class NarrowResNet(models.ResNet):
    """A residual network with an eighth of the channels, which torchvision does not offer."""

    def _make_layer(self, block, planes, *arguments, **options):
        return super()._make_layer(block, planes // 8, *arguments, **options)


def residual(classes):
    model = NarrowResNet(models.resnet.BasicBlock, [2, 2, 2, 2])
    model.fc = torch.nn.Linear(512 // 8, classes)
    return model


def small_residual(classes):
    model = residual(classes)
    use_small_stem(model)
    return model


def plain(classes):
    """VGG with few channels, and without the hundred million weights of its hidden layers."""
    features = models.vgg.make_layers([8, "M", 12, "M", 16], batch_norm=True)
    with torch.device("meta"):
        model = models.VGG(features, init_weights=False)
    layers = [torch.nn.Linear(16 * 49, 24), torch.nn.ReLU(True), torch.nn.Dropout()]
    model.classifier = torch.nn.Sequential(*layers, torch.nn.Linear(24, classes))
    return model


def mobile(classes):
    bottleneck = models.mobilenetv3.InvertedResidualConfig
    setting = [
        bottleneck(16, 3, 16, 16, True, "RE", 2, 1, 1.0),
        bottleneck(16, 5, 48, 16, True, "HS", 1, 1, 1.0),
    ]
    return models.MobileNetV3(setting, last_channel=32, num_classes=classes)


def modern(classes):
    stage, widths = models.convnext.CNBlockConfig, [8, 12, 16, 20, None]
    setting = [stage(*pair, 1) for pair in zip(widths, widths[1:], strict=False)]
    return models.ConvNeXt(setting, stochastic_depth_prob=0.1, num_classes=classes)


def transformer(classes):
    return models.VisionTransformer(
        image_size=16,
        patch_size=8,
        num_layers=3,
        num_heads=2,
        hidden_dim=16,
        mlp_dim=32,
        dropout=0.1,
        num_classes=classes,
    )


# the model, what its settings say of its blocks, the side of its images, its number of blocks
FAMILIES = {
    "residual": (residual, {}, 32, 5),
    "residual, by block": (small_residual, {"block": "residual"}, 8, 9),
    "plain": (plain, {}, 32, 4),
    "mobile": (mobile, {}, 16, 5),
    "modern": (modern, {}, 32, 5),
    "transformer": (transformer, {}, 16, 4),
}


def made(make, settings, classes, seed):
    """Return a model as torchvision makes it, and its blocks and readout."""
    torch.manual_seed(seed)
    model = make(classes)
    return model, network_of(model, settings)


def task(side, classes, seed):
    """Images that their mean colour tells apart."""
    generator = torch.Generator().manual_seed(seed)
    labels = torch.arange(EXAMPLES) % classes
    colours = torch.randn(classes, 3, 1, 1, generator=generator)
    images = torch.randn(EXAMPLES, 3, side, side, generator=generator) + colours[labels]
    return Examples(images, labels)


def trained(network, source, plan, examples, steps):
    """Train a network on all examples; return what it cost."""
    training = {**TRAINING, "steps": steps, "batch_size": 12, "learning_rate": 0.003}
    training["block_factors"] = [1] * len(network.blocks)
    torch.manual_seed(5)
    order = batches(EXAMPLES, training, torch.Generator().manual_seed(6))[:, None]
    lesson = Lesson(examples.labels, order, torch.empty(1, 0, dtype=torch.int64))
    frozen = FrozenBlocks(source, examples.images, math.inf, Path("unused"))
    resume = Resume(Path("unused"), "", math.inf)
    (cost,) = train_phases(Replicates([network]), plan, frozen, lesson, training, resume)
    return cost


@torch.no_grad()
def training_loss(network, frozen, examples):
    """Return the loss that training sees, of a copy: statistics and dropout as in training."""
    network = copy.deepcopy(network)
    torch.manual_seed(7)
    features = network.prefix(frozen).eval()(examples.images)
    logits = network.suffix(frozen).train()(features)
    return torch.nn.functional.cross_entropy(logits, examples.labels).item()


def state(module):
    return {name: value.clone() for name, value in module.state_dict().items()}


def equal(first, second):
    return all(map(torch.equal, state(first).values(), state(second).values()))


@pytest.fixture(params=FAMILIES)
def family(request):
    return FAMILIES[request.param]


def test_every_protocol_does_at_every_depth_what_it_says(family, tmp_path):
    make, settings, side, blocks = family
    pretrained, network = made(make, settings, CLASSES + 1, seed=1)
    trained(network, None, SCRATCH, task(side, CLASSES + 1, seed=3), steps=8)
    torch.save(pretrained.state_dict(), tmp_path / "weights.pth")
    other, source = made(make, settings, CLASSES + 1, seed=9)
    names = names_in_network(other, settings)
    fit_weights(source, read_weights(tmp_path / "weights.pth"), names, "here")
    source.eval()
    assert equal(source, network)

    _, fresh = made(make, settings, CLASSES, seed=2)
    examples = task(side, CLASSES, seed=4)
    assert len(fresh.blocks) == blocks
    for protocol in PROTOCOLS:
        for depth in range(blocks + 1):
            transfer(fresh, source, protocol, depth, examples)


def transfer(fresh, source, protocol, depth, examples):
    blocks = len(fresh.blocks)
    copied = depth if protocol in ("freeze", "finetune") else blocks
    frozen = 0 if protocol == "finetune" else depth
    plan = plan_of(protocol, depth, blocks)
    network = copy.deepcopy(fresh)
    network.copy_blocks(source, plan.copied)
    for number, block in enumerate(network.blocks):
        assert equal(block, (source if number < copied else fresh).blocks[number])
    assert equal(network.readout, fresh.readout)
    before = training_loss(network, frozen, examples)
    start = state(network.suffix(frozen))

    cost = trained(network, source, plan, examples, steps=10)

    # parameters and normalisation statistics, to the bit
    assert equal(network.prefix(frozen), source.prefix(frozen))
    end = state(network.suffix(frozen))
    still = [name for name in start if torch.equal(start[name], end[name])]
    assert not still, (protocol, depth, still)
    assert training_loss(network, frozen, examples) < before
    assert not any(module.training for module in network.suffix(0))
    trainable = sum(parameter.numel() for parameter in network.suffix(frozen).parameters())
    assert cost["trainable_parameters"] == trainable
