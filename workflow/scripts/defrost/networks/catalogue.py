"""What can be said of a network from its settings alone, without building it or loading torch."""

from typing import NamedTuple

_V1 = ("IMAGENET1K_V1",)
_V2 = ("IMAGENET1K_V1", "IMAGENET1K_V2")
_SWAG = ("IMAGENET1K_SWAG_E2E_V1", "IMAGENET1K_SWAG_LINEAR_V1")


class Model(NamedTuple):
    """A classification model of torchvision's.

    `blocks` is its number of transferable blocks, `least` the least height and width of its
    images. One with a `patch` is built for images of one size: squares of a side divisible by it.
    `versions` are the names of the weights that torchvision publishes for all of its layers. A
    residual network has `residual` blocks of its own in its stages.
    """

    blocks: int
    least: int = 1
    patch: int | None = None
    versions: tuple[str, ...] = _V1
    residual: int = 0


MODELS = {
    "alexnet": Model(7, least=63),
    "convnext_tiny": Model(5, least=32),
    "convnext_small": Model(5, least=32),
    "convnext_base": Model(5, least=32),
    "convnext_large": Model(5, least=32),
    "densenet121": Model(5, least=29),
    "densenet161": Model(5, least=29),
    "densenet169": Model(5, least=29),
    "densenet201": Model(5, least=29),
    "efficientnet_b0": Model(9),
    "efficientnet_b1": Model(9, versions=_V2),
    "efficientnet_b2": Model(9),
    "efficientnet_b3": Model(9),
    "efficientnet_b4": Model(9),
    "efficientnet_b5": Model(9),
    "efficientnet_b6": Model(9),
    "efficientnet_b7": Model(9),
    "efficientnet_v2_s": Model(8),
    "efficientnet_v2_m": Model(9),
    "efficientnet_v2_l": Model(9),
    "maxvit_t": Model(6, patch=224),
    "mnasnet0_5": Model(8),
    "mnasnet0_75": Model(8),
    "mnasnet1_0": Model(8),
    "mnasnet1_3": Model(8),
    "mobilenet_v2": Model(19, versions=_V2),
    "mobilenet_v3_small": Model(14),
    "mobilenet_v3_large": Model(18, versions=_V2),
    "regnet_x_400mf": Model(5, versions=_V2),
    "regnet_x_800mf": Model(5, versions=_V2),
    "regnet_x_1_6gf": Model(5, versions=_V2),
    "regnet_x_3_2gf": Model(5, versions=_V2),
    "regnet_x_8gf": Model(5, versions=_V2),
    "regnet_x_16gf": Model(5, versions=_V2),
    "regnet_x_32gf": Model(5, versions=_V2),
    "regnet_y_400mf": Model(5, versions=_V2),
    "regnet_y_800mf": Model(5, versions=_V2),
    "regnet_y_1_6gf": Model(5, versions=_V2),
    "regnet_y_3_2gf": Model(5, versions=_V2),
    "regnet_y_8gf": Model(5, versions=_V2),
    "regnet_y_16gf": Model(5, versions=(*_V2, *_SWAG)),
    "regnet_y_32gf": Model(5, versions=(*_V2, *_SWAG)),
    "regnet_y_128gf": Model(5, versions=_SWAG),
    "resnet18": Model(5, residual=8),
    "resnet34": Model(5, residual=16),
    "resnet50": Model(5, versions=_V2, residual=16),
    "resnet101": Model(5, versions=_V2, residual=33),
    "resnet152": Model(5, versions=_V2, residual=50),
    "resnext50_32x4d": Model(5, versions=_V2, residual=16),
    "resnext101_32x8d": Model(5, versions=_V2, residual=33),
    "resnext101_64x4d": Model(5, residual=33),
    "wide_resnet50_2": Model(5, versions=_V2, residual=16),
    "wide_resnet101_2": Model(5, versions=_V2, residual=33),
    "shufflenet_v2_x0_5": Model(5),
    "shufflenet_v2_x1_0": Model(5),
    "shufflenet_v2_x1_5": Model(5),
    "shufflenet_v2_x2_0": Model(5),
    "squeezenet1_0": Model(9, least=21),
    "squeezenet1_1": Model(9, least=17),
    "swin_t": Model(5, least=4),
    "swin_s": Model(5, least=4),
    "swin_b": Model(5, least=4),
    "swin_v2_t": Model(5, least=4),
    "swin_v2_s": Model(5, least=4),
    "swin_v2_b": Model(5, least=4),
    "vgg11": Model(10, least=32),
    "vgg11_bn": Model(10, least=32),
    "vgg13": Model(12, least=32),
    "vgg13_bn": Model(12, least=32),
    # what torchvision calls IMAGENET1K_FEATURES has no numbers in the hidden layers behind them
    "vgg16": Model(15, least=32),
    "vgg16_bn": Model(15, least=32),
    "vgg19": Model(18, least=32),
    "vgg19_bn": Model(18, least=32),
    "vit_b_16": Model(13, patch=16, versions=(*_V1, *_SWAG)),
    "vit_b_32": Model(13, patch=32),
    "vit_l_16": Model(25, patch=16, versions=(*_V1, *_SWAG)),
    "vit_l_32": Model(25, patch=32),
    "vit_h_14": Model(33, patch=14, versions=_SWAG),
}
OWN = ("convnet", "mlp")

# torchvision's models that put out more than logits while they train
AUXILIARY = ("googlenet", "inception_v3")


def number_of_blocks(network: dict) -> int:
    """Return the number L of transferable blocks, the largest transfer depth."""
    if network["name"] not in MODELS:
        return len(network["widths"])
    model = MODELS[network["name"]]
    return 1 + model.residual if network.get("block") == "residual" else model.blocks


def image_advice(name: str, shape: tuple[int, int, int]) -> str | None:
    """Return what to write for a network that takes no images of `shape`, None where it does.

    `shape` is channels, height and width; the models of torchvision's take three channels.
    """
    if name not in MODELS:
        return None
    model, (_, height, width) = MODELS[name], shape
    if model.patch:
        sides = [-(-max(height, width) // model.patch) * model.patch] * 2
        taken = f"squares of a side divisible by {model.patch}"
    else:
        sides = [max(side, model.least) for side in (height, width)]
        taken = f"{model.least} x {model.least} pixels or more"
    if shape == (3, *sides):
        return None
    image = f"{{channels: 3, height: {sides[0]}, width: {sides[1]}}}"
    return f"allowed are 3 channels and {taken}: write target.image: {image}"
