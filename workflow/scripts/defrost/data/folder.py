"""A folder of images, with a sub-folder for each class."""

import warnings
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from defrost.data.raw import DataError, RawData

_ALLOWED = "allowed are images that Pillow reads"


def read_folder(path: str | Path, shape: tuple[int, int, int] | None) -> RawData:
    """Return the images in the sub-folders of `path`, uint8, in the order of their names.

    A sub-folder is a class of its name; hidden files are passed over. Each image is converted to
    `shape` (channels 1 or 3, height, width) as it is read, so that memory is bounded by the
    result. Without a shape all images must have one size, and are grey if every one of them is:
    red, green and blue the same in every pixel. Raises DataError for anything but images, for one
    that cannot be decoded, for an empty class, and for fewer than two classes.
    """
    classes = {folder.name: _visible(folder) for folder in _class_folders(Path(path))}
    for name, files in classes.items():
        if not files:
            raise DataError(Path(path, name), "found no image", "allowed is a class of one or more")
    files = [file for members in classes.values() for file in members]
    labels = torch.arange(len(classes)).repeat_interleave(
        torch.tensor([len(members) for members in classes.values()])
    )
    images = _as_they_are(files) if shape is None else _converted(files, shape)
    return RawData(images, labels, tuple(classes), None)


def _class_folders(path: Path) -> list[Path]:
    if not path.is_dir():
        raise DataError(path, "found no folder", "allowed is one with a sub-folder for each class")
    entries = _visible(path)
    for entry in entries:
        if not entry.is_dir():
            raise DataError(entry, "found no folder", "allowed are sub-folders, one for each class")
    if len(entries) < 2:
        raise DataError(
            path, f"found {len(entries)} sub-folders", "allowed are two or more, one for each class"
        )
    return entries


def _visible(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if not entry.name.startswith("."))


def _converted(files: list[Path], shape: tuple[int, int, int]) -> torch.Tensor:
    channels, height, width = shape
    images = torch.empty(len(files), *shape, dtype=torch.uint8)
    for result, file in zip(images, files, strict=True):
        image = _read_image(file, "L" if channels == 1 else "RGB")
        image = image.resize((width, height), Image.Resampling.BILINEAR)
        result.copy_(torch.from_numpy(np.array(image)).reshape(height, width, -1).permute(2, 0, 1))
    return images


def _as_they_are(files: list[Path]) -> torch.Tensor:
    pixels = []
    for file in files:
        image = np.array(_read_image(file, "RGB")).transpose(2, 0, 1)
        if pixels and image.shape[1:] != pixels[0].shape[1:]:
            sizes = [f"{height} x {width}" for _, height, width in (image.shape, pixels[0].shape)]
            allowed = f"allowed is {sizes[1]}, as in {files[0]}, unless the size `image` is set"
            raise DataError(file, f"found an image of {sizes[0]} pixels", allowed)
        grey = (image == image[:1]).all()
        pixels.append(image[:1].copy() if grey else image)
    channels = max(map(len, pixels))
    images = torch.empty(len(files), channels, *pixels[0].shape[1:], dtype=torch.uint8)
    for result, image in zip(images, pixels, strict=True):
        result.copy_(torch.from_numpy(image))  # repeats a grey image among coloured ones
    return images


def _read_image(file: Path, mode: str) -> Image.Image:
    """Return an image, the first where there are several, in Pillow's mode `L` or `RGB`."""
    if not file.is_file():  # a folder, or a pipe that would never end
        raise DataError(file, "found no file", _ALLOWED)
    try:
        with warnings.catch_warnings():
            # Pillow warns of an image that would fill the memory before it refuses a larger one
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(file, formats=_formats()) as image:
                image.verify()  # checksums, which decoding passes over
            with Image.open(file, formats=_formats()) as image:
                image.load()
        return _opaque(_eight_bits(image)).convert(mode)
    except Exception as error:  # each format has errors of its own for damaged files
        found = f"found no image that can be decoded ({error})"
        raise DataError(file, found, _ALLOWED) from error


def _formats() -> list[str]:
    Image.init()
    return [name for name in Image.OPEN if name != "EPS"]  # a program, which Ghostscript would run


def _eight_bits(image: Image.Image) -> Image.Image:
    """Return 16-bit grey images divided by 257, which Pillow itself would clip at 255."""
    if not image.mode.startswith(("I", "F")):
        return image
    values = np.asarray(image)
    if image.mode == "F" or values.min() < 0 or values.max() > 65535:
        raise ValueError("its pixels are no numbers of 8 or 16 bits")
    return Image.fromarray(((values.astype(np.int64) + 128) // 257).astype(np.uint8))


def _opaque(image: Image.Image) -> Image.Image:
    """Return the image on white where it is transparent, as a page shows it."""
    if not image.has_transparency_data:
        return image
    page = Image.new("RGBA", image.size, "white")
    page.alpha_composite(image.convert("RGBA"))
    return page.convert("RGB")
