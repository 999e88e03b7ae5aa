"""How good a trained network is."""

import torch
from torch import Tensor, nn

_BATCH = 4096  # examples at once: bounds the memory whatever the size of the test split


@torch.no_grad()
def evaluate(model: nn.Module, inputs: Tensor, labels: Tensor) -> tuple[float, float]:
    """Return accuracy (share of correct labels) and mean cross-entropy (nats) on all examples."""
    model.eval()
    logits = torch.cat([model(rows) for rows in inputs.split(_BATCH)])
    accuracy = (logits.argmax(dim=1) == labels).double().mean()
    return accuracy.item(), nn.functional.cross_entropy(logits, labels).item()
