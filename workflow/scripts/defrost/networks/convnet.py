"""A small convolutional network for small images."""

from collections.abc import Callable, Iterator

from torch import nn


def convnet_modules(
    image_shape: tuple[int, ...], classes: int, widths: list[int], pool_after: list[int]
) -> Iterator[Callable[[], nn.Module]]:
    """Yield a maker for every block, in order, and one for the readout.

    A block is a 3 x 3 convolution that keeps the size, batch normalisation, a rectifier and, for
    the block numbers in `pool_after`, a 2 x 2 max pooling. The readout is linear on the flattened
    last block. With the normalisation a few hundred steps train every depth to convergence;
    without it a frozen network loses accuracy to its slow readout, and the depths are compared
    by how far they got.
    """
    channels, height, width = image_shape
    for number, outputs in enumerate(widths, start=1):
        pool = number in pool_after
        yield _block_maker(channels, outputs, pool)
        channels = outputs
        if pool:
            height, width = height // 2, width // 2
    features = channels * height * width
    yield lambda: nn.Sequential(nn.Flatten(), nn.Linear(features, classes))


def _block_maker(inputs: int, outputs: int, pool: bool) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        # no bias: the normalisation brings its own
        convolution = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False)
        layers = [convolution, nn.BatchNorm2d(outputs), nn.ReLU()]
        return nn.Sequential(*layers, *([nn.MaxPool2d(2)] if pool else []))

    return make
