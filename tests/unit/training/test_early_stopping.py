"""Early stopping: each network on its own, back to its best state."""

import pytest
import torch
from torch import Tensor, nn

from defrost.training.early_stopping import EarlyStopping
from defrost.training.held_out import held_out_count

SETTINGS = {"every": 10, "patience": 2}


class Known(nn.Module):
    """Two networks whose held-out losses are a function of one parameter each."""

    def __init__(self) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.zeros(2))
        self.register_buffer("count", torch.tensor(0))

    def forward(self, _: Tensor) -> Tensor:
        # logits of class 0 and 1: the larger the value, the lower the loss of label 0
        return torch.stack([self.value, torch.zeros(2)], dim=1)[..., None]


def stopping(last=100, first=0):
    return EarlyStopping(
        SETTINGS, lambda part: torch.empty(0), torch.zeros(2, 1, dtype=int), range(first, last)
    )


def look(early, model, step, *values):
    with torch.no_grad():
        model.value.copy_(torch.tensor(values, dtype=torch.float32))
    return early.look(model, step)


def test_each_network_stops_where_its_own_loss_stopped_falling():
    early, model = stopping(), Known()
    assert not look(early, model, 10, 1, 1)
    assert not look(early, model, 20, 0, 2)
    assert not look(early, model, 30, 0.5, 3)  # the first has waited twice
    assert early.steps.tolist() == [30, 100]
    assert not look(early, model, 40, 9, 2)  # too late for the first
    assert look(early, model, 50, 9, 2)
    assert early.steps.tolist() == [30, 50]
    early.restore_best(model)
    assert model.value.tolist() == [1, 3]


def test_a_network_that_improves_to_the_end_takes_every_step():
    early, model = stopping(last=30), Known()
    for step in (10, 20, 30):
        assert not look(early, model, step, step, step)
    assert early.steps.tolist() == [30, 30]
    assert [early.due(step) for step in (9, 10, 20)] == [False, True, True]


def test_the_state_is_all_that_is_remembered():
    early, model = stopping(), Known()
    look(early, model, 10, 1, 1)
    look(early, model, 20, 0, 2)
    other = stopping()
    other.load({name: tensor.clone() for name, tensor in early.state().items()})
    for each in (early, other):
        look(each, model, 30, 0, 0)
        look(each, model, 40, 0, 0)
    assert early.steps.tolist() == other.steps.tolist() == [30, 40]
    assert torch.equal(early.best["value"], other.best["value"])


def test_it_looks_at_the_end_of_a_phase_and_counts_from_its_start():
    early = stopping(first=7, last=31)
    assert [step for step in range(8, 32) if early.due(step)] == [17, 27, 31]


def test_a_loss_that_was_never_finite_is_no_best_state():
    early, model = stopping(), Known()
    look(early, model, 10, 1, float("nan"))
    with pytest.raises(FloatingPointError, match="never finite"):
        early.restore_best(model)


def test_the_share_held_out_is_one_example_at_least():
    assert held_out_count({}, 50) == 0
    assert held_out_count({"early_stopping": {"share": 0.2}}, 50) == 10
    assert held_out_count({"early_stopping": {"share": 0.01}}, 20) == 1
