"""A training under way, and what must be kept of it to go on after a stop with the same bits."""

from torch import Tensor

from defrost.networks.replicates import Replicates
from defrost.provenance.resume import Resume
from defrost.training.early_stopping import EarlyStopping
from defrost.training.optimiser import Optimiser
from defrost.training.torch_setup import generator_states, restore_generators, seconds_on


class Run:
    """Networks, optimiser and early stopping of a training of several phases.

    Attributes:
        done: steps that are done, over all phases.
        taken: for each phase that is over, the steps that each network took in it.
        seconds: of training in the phases that are over, and before a stop.
    """

    def __init__(self, replicates: Replicates, optimiser: Optimiser, resume: Resume) -> None:
        self.replicates = replicates
        self.optimiser = optimiser
        self.resume = resume
        self.stopping: EarlyStopping | None = None
        self.done = resume.facts.get("step", 0)
        self.taken: list[list[int]] = resume.facts.get("taken", [])
        self.seconds = resume.facts.get("seconds", 0.0)
        self._device = replicates.device
        self._began = seconds_on(self._device)

    def enter(self, stopping: EarlyStopping | None) -> None:
        """Begin the next phase, or go on in it where it was stopped."""
        self.stopping, self._began = stopping, seconds_on(self._device)
        state, self.resume.tensors = self.resume.tensors, {}
        if not state:
            return
        self.replicates.load_state_dict(_part("network.", state))
        for name, tensor in self.optimiser.state().items():
            tensor.copy_(state[f"optimiser.{name}"])
        if stopping:
            stopping.load(_part("stopping.", state))
        restore_generators(_part("generator.", state), self._device)
        print(f"going on after step {self.done}")

    def leave(self, numbers: range) -> None:
        """Note how many of its steps each network took in the phase that is over."""
        count = self.replicates.count
        reached = self.stopping.steps.tolist() if self.stopping else [numbers.stop] * count
        self.taken.append([step - numbers.start for step in reached])
        self.done = numbers.stop
        self.seconds += seconds_on(self._device) - self._began

    def after_step(self, done: int) -> None:
        """Keep the state where it is time to."""
        if self.resume.due():
            parts = {
                "network.": self.replicates.state_dict(),
                "optimiser.": self.optimiser.state(),
                "stopping.": self.stopping.state() if self.stopping else {},
                "generator.": generator_states(self._device),  # for dropout
            }
            state = {start + name: t for start, part in parts.items() for name, t in part.items()}
            seconds = self.seconds + seconds_on(self._device) - self._began
            self.resume.save(state, step=done, taken=self.taken, seconds=seconds)


def _part(start: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {n.removeprefix(start): tensor for n, tensor in state.items() if n.startswith(start)}
