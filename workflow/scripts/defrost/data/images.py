"""Images of the size, the colours and the range that a study asks for."""

import torch
from torch import Tensor
from torch.nn.functional import interpolate

_IMAGES = 4096  # images converted at once: bounds what is needed beside input and result
_LUMA = (0.299, 0.587, 0.114)  # ITU-R BT.601: how bright red, green and blue look


def to_shape(images: Tensor, shape: tuple[int, int, int]) -> Tensor:
    """Return images (N x C x H x W) as float32 of `shape` (channels 1 or 3, height, width).

    Bytes become [0, 1], floats keep their range. Sizes change by bilinear interpolation, smoothed
    first where images shrink. Float images that have the shape are returned as they are.
    """
    if images.is_floating_point() and images.shape[1:] == shape:
        return images
    converted = torch.empty(len(images), *shape)
    for part, result in zip(images.split(_IMAGES), converted.split(_IMAGES), strict=True):
        result.copy_(_converted(part, shape))  # repeats a grey channel where colours are asked for
    return converted


def _converted(images: Tensor, shape: tuple[int, int, int]) -> Tensor:
    channels, *size = shape
    if not images.is_floating_point():
        images = images.float() / 255
    if channels < images.shape[1]:
        images = (images * torch.tensor(_LUMA)[:, None, None]).sum(1, keepdim=True)
    if list(images.shape[2:]) != size:
        images = interpolate(images, size=size, mode="bilinear", antialias=True)
    return images
