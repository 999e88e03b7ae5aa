"""What a zip file says of itself, looked at before anything in it is read."""

from pathlib import Path
from zipfile import ZipFile, is_zipfile

_ANY_FILE = 2**30  # bytes that every file may unpack to
_RATIO = 100  # times its size, that a larger one may: images and weights need a tenth of it


class PackedError(ValueError):
    """A zip file that is not to be read; the message says why."""


def check_size(path: str | Path) -> None:
    """Raise PackedError for a zip file that would unpack to far more than it is.

    No reader unpacks more of a member than the file says. What is no zip file passes.
    """
    if not is_zipfile(path):
        return
    with ZipFile(path) as packed:
        unpacked = sum(member.file_size for member in packed.infolist())
    if unpacked > max(_ANY_FILE, _RATIO * Path(path).stat().st_size):
        raise PackedError(f"it would unpack to {unpacked / 2**30:,.1f} GiB")


def check_sums(path: str | Path) -> None:
    """Raise PackedError for a zip file of which a member differs from its checksum.

    Torch, unlike NumPy, does not look at it. What is no zip file passes.
    """
    if not is_zipfile(path):
        return
    with ZipFile(path) as packed:
        if (member := packed.testzip()) is not None:
            raise PackedError(f"its part {member} differs from its checksum")
