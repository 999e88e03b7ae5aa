"""A fully connected network."""

from collections.abc import Callable, Iterator

from torch import nn


def mlp_modules(
    image_shape: tuple[int, ...], classes: int, widths: list[int]
) -> Iterator[Callable[[], nn.Module]]:
    """Yield a maker for every block, in order, and one for the readout.

    A block is a linear map, batch normalisation and a rectifier; the first flattens its images.
    The normalisation is there for the reason it is in the convolutional network.
    """
    channels, height, width = image_shape
    features = channels * height * width
    for units in widths:
        yield _block_maker(features, units)
        features = units
    yield lambda: nn.Linear(features, classes)


def _block_maker(inputs: int, outputs: int) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        # no bias: the normalisation brings its own
        linear = nn.Linear(inputs, outputs, bias=False)
        return nn.Sequential(nn.Flatten(), linear, nn.BatchNorm1d(outputs), nn.ReLU())

    return make
