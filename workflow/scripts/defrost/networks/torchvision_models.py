"""Torchvision's classification models, made from a network's settings."""

from torch import nn

from defrost.data.torchvision_compat import torchvision
from defrost.networks.catalogue import MODELS
from defrost.networks.network import Network
from defrost.networks.split import split_model


def torchvision_model(settings: dict, image_shape: tuple[int, ...], classes: int) -> nn.Module:
    """Return torchvision's own model, initialised by torchvision from torch's global generator.

    `settings` holds the model's `name` and, of a residual network, its `stem`: `standard` or
    `small`.
    """
    name, options = settings["name"], {}
    if MODELS[name].patch:  # it is built for images of one size
        side = image_shape[1]
        options = {"input_size": (side, side)} if name == "maxvit_t" else {"image_size": side}
    model = torchvision.models.get_model(name, weights=None, num_classes=classes, **options)
    if settings.get("stem") == "small":
        use_small_stem(model)
    return model


def use_small_stem(model: nn.Module) -> None:
    """Give a residual network a stem for small images: 3 x 3, of stride 1, without pooling."""
    model.conv1 = nn.Conv2d(3, model.conv1.out_channels, 3, padding=1, bias=False)
    # as torchvision initialises the convolutions of residual networks
    nn.init.kaiming_normal_(model.conv1.weight, mode="fan_out", nonlinearity="relu")
    model.maxpool = nn.Identity()


def torchvision_network(settings: dict, image_shape: tuple[int, ...], classes: int) -> Network:
    """Return the model as blocks and a readout."""
    return network_of(torchvision_model(settings, image_shape, classes), settings)


def network_of(model: nn.Module, settings: dict) -> Network:
    """Return a model of torchvision's as a network of the blocks that its settings ask for."""
    return Network(*split_model(model, settings.get("block", "stage")))


def names_in_network(model: nn.Module, settings: dict) -> dict[str, str]:
    """Return, by the name of each tensor in a torchvision model's state, that in our network's."""
    tensors = network_of(model, settings).state_dict(keep_vars=True)
    ours = {id(tensor): name for name, tensor in tensors.items()}
    return {name: ours[id(tensor)] for name, tensor in model.state_dict(keep_vars=True).items()}
