"""The record of a result: everything that is needed to say how it was made."""

import platform
import sys
from collections.abc import Sequence
from importlib.metadata import version

from defrost.provenance.seeds import Seeds

# import name -> distribution name, for what can change a number or a figure
_PACKAGES = {
    "PIL": "pillow",
    "matplotlib": "matplotlib",
    "numpy": "numpy",
    "pandas": "pandas",
    "scipy": "scipy",
    "seaborn": "seaborn",
    "skdim": "scikit-dimension",
    "sklearn": "scikit-learn",
    "torch": "torch",
    "torchvision": "torchvision",
}


CPU = f"cpu ({platform.machine()})"


def make_record(
    rule: str,
    settings: dict,
    code: str,
    seeds: Seeds | None = None,
    devices: Sequence[str] = (CPU,),
    asked: str | None = None,
) -> dict:
    """Return the record of a result made by `rule` with `settings` and the code of digest `code`.

    It holds no time and no place, so that the same run anywhere on the same kind of machine
    leaves the same bytes. Versions are those of the packages that the job had loaded. `devices`
    are what it was made on: one after another where a job was stopped and went on elsewhere.
    `asked` is what the config says of them, where a job has the choice.
    """
    versions = {name: version(name) for key, name in _PACKAGES.items() if key in sys.modules}
    return {
        "rule": rule,
        "settings": settings,
        "seeds": seeds.given if seeds else {},
        "code": code,
        "versions": {"python": platform.python_version(), **versions},
        "device": ", then ".join(devices),
        **({"device_asked": asked} if asked else {}),
    }
