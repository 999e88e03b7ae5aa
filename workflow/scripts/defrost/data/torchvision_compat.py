"""Torchvision, importable beside a CPU build of torch.

The torchvision that the package index serves for Linux is built for CUDA. Beside a CPU build of
torch its compiled operators cannot load, and its import stops where it describes two of them
that nobody declared: "operator torchvision::nms does not exist". Data sets, models and transforms
need none of them, so declaring the two is enough. Only that very failure shows that they are
missing: declared ahead, they would be in the way of a build whose operators load.

Import it as `from defrost.data.torchvision_compat import torchvision`.
"""

import torch

try:
    import torchvision
except RuntimeError as error:
    if "torchvision::nms" not in str(error):
        raise
    _declared = torch.library.Library("torchvision", "FRAGMENT")  # undone when it is collected
    for _operator in ("nms", "qnms"):
        _declared.define(f"{_operator}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
    import torchvision

__all__ = ["torchvision"]
