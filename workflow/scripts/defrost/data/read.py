"""The data set that a config asks for, as it is read."""

from pathlib import Path

from defrost.data.raw import RawData


def read_raw(
    settings: dict, shape: tuple[int, int, int] | None, root: str | Path, download: bool
) -> RawData:
    """Return all examples of `settings["dataset"]`.

    `digits` comes with scikit-learn, `folder` and `arrays` lie at `settings["path"]`, any other
    name is a set of torchvision's in the folder `root`. A folder's images are converted to
    `shape`, if any, as they are read; the others come as they are. Raises DataError.
    """
    # imported where they are used: torchvision takes two seconds, scikit-learn one
    match settings["dataset"]:
        case "digits":
            from defrost.data.digits import read_digits

            return read_digits()
        case "folder":
            from defrost.data.folder import read_folder

            return read_folder(settings["path"], shape)
        case "arrays":
            from defrost.data.arrays import read_arrays

            return read_arrays(settings["path"])
        case name:
            from defrost.data.torchvision_sets import read_torchvision

            return read_torchvision(name, root, download)
