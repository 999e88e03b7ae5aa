"""How good a trained network is."""

import torch
from torch import Tensor, nn

_BATCH = 256  # examples at once: bounds the memory whatever the number of examples


@torch.no_grad()
def evaluate(
    model: nn.Module, inputs: Tensor, labels: Tensor, rows: Tensor | None = None
) -> tuple[float, float]:
    """Return accuracy (share of correct labels) and mean cross-entropy (nats) on these rows.

    `inputs` (N x ...) and `labels` (N) are those of all examples; without `rows` all count. The
    model and the labels are on one device, to which inputs that lie elsewhere are moved.
    """
    model.eval()
    device = labels.device
    rows = torch.arange(len(labels), device=device) if rows is None else rows
    parts = rows.to(inputs.device).split(_BATCH)
    logits = torch.cat([model(inputs[part].to(device)) for part in parts])
    accuracy = (logits.argmax(dim=1) == labels[rows]).double().mean()
    return accuracy.item(), nn.functional.cross_entropy(logits, labels[rows]).item()
