"""Early stopping: training ends where examples that were held out are told no better."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

_COLUMNS = 256  # held-out examples at once: bounds the memory


class EarlyStopping:
    """Stops each of R networks trained side by side once its held-out loss has stopped falling.

    The loss on the held-out examples, which are part of the n labelled ones and never of the test
    split, is looked at before the first step, after every `every` steps and after the last. A
    network whose loss was not below its lowest for `patience` looks stops; all end with the
    parameters and statistics of their lowest loss.
    """

    def __init__(
        self, settings: dict, inputs: Callable[[Tensor], Tensor], labels: Tensor, numbers: range
    ) -> None:
        """`inputs` gives what the model sees of some held-out examples; `labels` is R x V.

        `numbers` are those of the steps to take.
        """
        self.every, self.patience = settings["every"], settings["patience"]
        self.inputs, self.labels, self.numbers = inputs, labels, numbers
        count, device = len(labels), labels.device
        self.lowest = torch.full((count,), torch.inf, device=device)
        self.waited = torch.zeros(count, dtype=torch.int64, device=device)
        # the step that a network was trained to: all of them, until it stops
        self.steps = torch.full((count,), numbers.stop, device=device)
        self.best: dict[str, Tensor] = {}

    @property
    def training(self) -> Tensor:
        """Which of the networks have not stopped."""
        return self.waited < self.patience

    def due(self, done: int) -> bool:
        """Say whether the loss is looked at after this many steps."""
        return (done - self.numbers.start) % self.every == 0 or done == self.numbers.stop

    @torch.no_grad()
    def look(self, model: nn.Module, done: int) -> bool:
        """Look at the loss; return whether all networks have stopped."""
        columns = torch.arange(self.labels.shape[1], device=self.labels.device)
        logits = torch.cat([model(self.inputs(part)) for part in columns.split(_COLUMNS)], dim=2)
        losses = nn.functional.cross_entropy(logits.float(), self.labels, reduction="none")
        losses = losses.mean(dim=1)
        training = self.training
        better = training & (losses < self.lowest)
        self.lowest[better] = losses[better]
        self.waited[training] += 1
        self.waited[better] = 0
        self.steps[training & (self.waited == self.patience)] = done
        for name, value in model.state_dict().items():
            best = self.best.setdefault(name, value.clone())
            if value.dim():  # the first axis holds one network after another
                rows = better.repeat_interleave(len(value) // len(better))
                best[rows] = value[rows]
        return not self.training.any()

    def restore_best(self, model: nn.Module) -> None:
        """Give every network the state of its lowest loss.

        Raises FloatingPointError where no loss of a network was finite.
        """
        if not torch.isfinite(self.lowest).all():
            raise FloatingPointError("the loss on the held-out examples was never finite")
        model.load_state_dict(self.best)

    def state(self) -> dict[str, Tensor]:
        """Return what is remembered, by name; the tensors are its own."""
        seen = {"lowest": self.lowest, "waited": self.waited, "steps": self.steps}
        return seen | {f"best.{name}": value for name, value in self.best.items()}

    def load(self, state: dict[str, Tensor]) -> None:
        """Go on from a `state`."""
        for name in ("lowest", "waited", "steps"):
            getattr(self, name).copy_(state[name])
        found = {n.removeprefix("best."): v for n, v in state.items() if n.startswith("best.")}
        self.best = {n: value.to(self.labels.device, copy=True) for n, value in found.items()}
