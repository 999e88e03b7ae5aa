"""Torchvision's classification models taken apart: named blocks and a readout.

A block is what the family calls a stage, or a layer where there are no stages; in residual networks
it may be one residual block instead. The readout is the last linear layer with the pooling,
flattening and dropout before it; hidden layers of a classifier and the last normalisation belong
to blocks. All modules are the model's own, shared; what torchvision writes as functions in its
forward pass stands here as modules, so that blocks and readout one after another compute what the
model does, to the bit in eval mode.
"""

from collections import OrderedDict
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from defrost.data.torchvision_compat import torchvision

models = torchvision.models
Parts = tuple[dict[str, nn.Module], nn.Module]


def split_model(model: nn.Module, block: str = "stage") -> Parts:
    """Return the blocks, by name and in order, and the readout of a torchvision model.

    What a `block` of a residual network is, after its stem: `stage` or `residual`.
    """
    # a block must not change what the one before put out: it may be stored and seen again
    for module in model.modules():
        if isinstance(module, nn.Dropout):
            module.inplace = False
    blocks, readout = next(
        split(model) for kind, split in _SPLITS.items() if isinstance(model, kind)
    )
    if block == "residual":
        blocks = _residual_blocks(blocks)
    return blocks, readout


def _resnet(model: nn.Module) -> Parts:
    blocks = {"stem": _layers(model, "conv1", "bn1", "relu", "maxpool")}
    blocks |= {f"layer{n}": getattr(model, f"layer{n}") for n in range(1, 5)}
    return blocks, nn.Sequential(model.avgpool, nn.Flatten(), model.fc)


def _residual_blocks(stages: dict[str, nn.Module]) -> dict[str, nn.Module]:
    """Return a stem and the blocks of each of the stages behind it, under torchvision's names."""
    stem, *others = stages
    blocks = {
        f"{stage}.{name}": block
        for stage in others
        for name, block in stages[stage].named_children()
    }
    return {stem: stages[stem], **blocks}


def _regnet(model: nn.Module) -> Parts:
    blocks = {"stem": model.stem, **dict(model.trunk_output.named_children())}
    return blocks, nn.Sequential(model.avgpool, nn.Flatten(), model.fc)


def _shufflenet(model: nn.Module) -> Parts:
    blocks = {"stem": _layers(model, "conv1", "maxpool")}
    blocks |= {name: getattr(model, name) for name in ("stage2", "stage3", "stage4", "conv5")}
    return blocks, nn.Sequential(*_mean(), model.fc)


def _mnasnet(model: nn.Module) -> Parts:
    stem, stages, head = model.layers[:8], model.layers[8:14], model.layers[14:]
    blocks = {"stem": stem, **_numbered("stage", stages), "head": head}
    return blocks, nn.Sequential(*_mean(), model.classifier)


def _densenet(model: nn.Module) -> Parts:
    layers = dict(model.features.named_children())
    blocks = {"stem": _layers(model.features, "conv0", "norm0", "relu0", "pool0")}
    for number in range(1, 5):
        names = [f"denseblock{number}", f"transition{number}"]
        blocks[names[0]] = _layers(model.features, *(name for name in names if name in layers))
    last = {"denseblock": blocks["denseblock4"][0], "norm": layers["norm5"], "relu": nn.ReLU()}
    blocks["denseblock4"] = nn.Sequential(OrderedDict(last))
    return blocks, nn.Sequential(*_mean(), model.classifier)


def _plain(model: nn.Module) -> Parts:
    """Split VGG and AlexNet: a block for each convolution and for each hidden linear layer."""
    convolutions = _cut(model.features, lambda layer, _: isinstance(layer, nn.Conv2d))
    *hidden, readout = _cut(model.classifier, _starts_linear)
    hidden[0] = nn.Sequential(model.avgpool, nn.Flatten(), *hidden[0])
    return {**_numbered("conv", convolutions), **_numbered("hidden", hidden)}, readout


def _squeezenet(model: nn.Module) -> Parts:
    """Split SqueezeNet, whose readout is a convolution of single pixels, rectified and pooled."""
    fire = torchvision.models.squeezenet.Fire
    stem, *fires = _cut(model.features, lambda layer, _: isinstance(layer, nn.Conv2d | fire))
    readout = nn.Sequential(model.classifier, nn.Flatten())
    return {"stem": stem, **_numbered("fire", fires)}, readout


def _mobile(model: nn.Module) -> Parts:
    """Split MobileNets and EfficientNets: a block for each of their `features`."""
    stem, *stages, head = model.features
    blocks = {"stem": stem, **_numbered("stage", stages), "head": head}
    *hidden, readout = _cut(model.classifier, _starts_linear)
    if hidden:
        hidden[0] = nn.Sequential(*_mean(), *hidden[0])
        return {**blocks, **_numbered("hidden", hidden)}, readout
    return blocks, nn.Sequential(*_mean(), *readout)


def _convnext(model: nn.Module) -> Parts:
    norm, flatten, linear = model.classifier
    blocks = _stages(model.features)
    blocks["stage4"] = nn.Sequential(*blocks["stage4"], model.avgpool, norm)
    return blocks, nn.Sequential(flatten, linear)


def _swin(model: nn.Module) -> Parts:
    blocks = _stages(model.features)
    blocks["stage4"] = nn.Sequential(*blocks["stage4"], model.norm)
    return blocks, nn.Sequential(model.permute, model.avgpool, model.flatten, model.head)


def _maxvit(model: nn.Module) -> Parts:
    *hidden, readout = model.classifier
    blocks = {"stem": model.stem, **_numbered("stage", model.blocks)}
    return {**blocks, "hidden1": nn.Sequential(*hidden)}, readout


def _vit(model: nn.Module) -> Parts:
    layers = dict(_numbered("layer", model.encoder.layers))
    *_, last = layers
    layers[last] = nn.Sequential(layers[last], model.encoder.ln)
    return {"tokens": _Tokens(model), **layers}, nn.Sequential(_FirstToken(), model.heads)


_SPLITS: dict[type | tuple[type, ...], Callable[[nn.Module], Parts]] = {
    models.ResNet: _resnet,
    models.RegNet: _regnet,
    models.ShuffleNetV2: _shufflenet,
    models.MNASNet: _mnasnet,
    models.DenseNet: _densenet,
    (models.AlexNet, models.VGG): _plain,
    models.SqueezeNet: _squeezenet,
    (models.MobileNetV2, models.MobileNetV3, models.EfficientNet): _mobile,
    models.ConvNeXt: _convnext,
    models.SwinTransformer: _swin,
    models.MaxVit: _maxvit,
    models.VisionTransformer: _vit,
}


class _Tokens(nn.Module):
    """The first part of a vision transformer: a class token, then a token for each patch."""

    def __init__(self, model: nn.Module) -> None:
        super().__init__()
        self.conv_proj = model.conv_proj
        self.class_token = model.class_token
        self.pos_embedding = model.encoder.pos_embedding
        self.dropout = model.encoder.dropout

    def forward(self, images: Tensor) -> Tensor:
        """Return tokens (N x 1 + patches x D) of images (N x 3 x H x W)."""
        patches = self.conv_proj(images).flatten(2).transpose(1, 2)
        first = self.class_token.expand(len(patches), -1, -1)
        return self.dropout(torch.cat([first, patches], dim=1) + self.pos_embedding)


class _FirstToken(nn.Module):
    """The class token (N x D) of tokens (N x T x D)."""

    def forward(self, tokens: Tensor) -> Tensor:
        """Return the first token of each image."""
        return tokens[:, 0]


def _layers(parent: nn.Module, *names: str) -> nn.Sequential:
    """Return children of a module, by their names, as one module."""
    return nn.Sequential(OrderedDict((name, getattr(parent, name)) for name in names))


def _mean() -> tuple[nn.Module, nn.Module]:
    """Return what makes N x C of N x C x H x W: the mean over pixels."""
    return nn.AdaptiveAvgPool2d(1), nn.Flatten()


def _numbered(name: str, modules: Iterable[nn.Module]) -> dict[str, nn.Module]:
    return {f"{name}{number}": module for number, module in enumerate(modules, start=1)}


def _stages(features: nn.Sequential) -> dict[str, nn.Module]:
    """Return a stem and stages, each but the first with the layer before it that shrinks images."""
    stem, first, *others = features
    pairs = zip(others[::2], others[1::2], strict=True)
    stages = [nn.Sequential(first), *(nn.Sequential(*pair) for pair in pairs)]
    return {"stem": stem, **_numbered("stage", stages)}


def _starts_linear(layer: nn.Module, before: nn.Module | None) -> bool:
    """Say whether a linear layer starts here: with the dropout before it where there is one."""
    dropped = isinstance(before, nn.Dropout)
    return isinstance(layer, nn.Dropout) or (isinstance(layer, nn.Linear) and not dropped)


def _cut(
    layers: nn.Sequential, starts: Callable[[nn.Module, nn.Module | None], bool]
) -> list[nn.Sequential]:
    """Return a sequence of layers cut into shorter ones, by which layer `starts` one."""
    runs: list[list[nn.Module]] = []
    before = None
    for layer in layers:
        if before is None or starts(layer, before):
            runs.append([])
        runs[-1].append(layer)
        before = layer
    return [nn.Sequential(*run) for run in runs]
