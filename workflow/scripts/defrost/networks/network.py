"""A network as the study sees it: transferable blocks 1..L followed by a readout."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn


class Network(nn.Module):
    """Blocks in order, then a readout; a transfer depth k means the first k blocks."""

    def __init__(self, blocks: Sequence[nn.Module], readout: nn.Module) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(blocks)
        self.readout = readout

    def forward(self, inputs: Tensor) -> Tensor:
        """Return logits (N x classes) for normalised images (N x C x H x W)."""
        for block in self.blocks:
            inputs = block(inputs)
        return self.readout(inputs)

    def prefix(self, depth: int) -> nn.Sequential:
        """Return the first `depth` blocks as one module that shares their parameters."""
        return nn.Sequential(*self.blocks[:depth])

    def suffix(self, depth: int) -> nn.Sequential:
        """Return what follows the first `depth` blocks, readout included, sharing parameters."""
        return nn.Sequential(*self.blocks[depth:], self.readout)

    def copy_blocks(self, source: "Network", depth: int) -> None:
        """Copy the parameters and statistics of the source's first `depth` blocks."""
        for own, given in zip(self.blocks[:depth], source.blocks[:depth], strict=True):
            own.load_state_dict(given.state_dict())

    @torch.no_grad()
    def activations(self, inputs: Tensor) -> dict[str, Tensor]:
        """Return what every block puts out, flattened to N x D, keyed by block number from 1."""
        self.eval()
        outputs = {}
        for number, block in enumerate(self.blocks, start=1):
            inputs = block(inputs)
            outputs[str(number)] = inputs.flatten(1)
        return outputs
