"""A network as the study sees it: transferable blocks 1..L followed by a readout."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn

_ROWS = 256  # inputs at once: bounds the memory of what lies between the blocks


class Network(nn.Module):
    """Blocks in order, then a readout; a transfer depth k means the first k blocks.

    `names` has what each block is called; in files and tables it goes by its number.
    """

    def __init__(self, blocks: Mapping[str, nn.Module], readout: nn.Module) -> None:
        super().__init__()
        self.names = tuple(blocks)
        self.blocks = nn.ModuleList(blocks.values())
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
    def activations(self, inputs: Tensor, maps: str = "flatten") -> dict[str, Tensor]:
        """Return what every block puts out, as N x D, keyed by block number from 1.

        Of maps (N x C x H x W) `flatten` keeps every pixel and `pool` the mean of each channel.
        """
        self.eval()
        outputs: dict[str, list[Tensor]] = {str(n + 1): [] for n in range(len(self.blocks))}
        for part in inputs.split(_ROWS):
            for block, kept in zip(self.blocks, outputs.values(), strict=True):
                part = block(part)
                pooled = maps == "pool" and part.dim() == 4
                kept.append(part.mean(dim=(2, 3)) if pooled else part.flatten(1))
        return {number: torch.cat(kept) for number, kept in outputs.items()}
