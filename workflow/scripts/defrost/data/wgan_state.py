"""The state of networks and optimisers as tensors, to go on after a stop with the same bits."""

import torch
from torch import Tensor, nn


def collect_state(
    networks: dict[str, nn.Module], optimisers: dict[str, torch.optim.Adam]
) -> dict[str, Tensor]:
    """Return parameters, normalisation statistics and moments, each by the name of its owner."""
    state = {}
    for owner, network in networks.items():
        state |= {f"{owner}.{name}": tensor for name, tensor in network.state_dict().items()}
    for owner, optimiser in optimisers.items():
        for number, moments in optimiser.state_dict()["state"].items():
            state |= {f"{owner}.{number}.{name}": tensor for name, tensor in moments.items()}
    return state


def restore_state(
    state: dict[str, Tensor],
    networks: dict[str, nn.Module],
    optimisers: dict[str, torch.optim.Adam],
) -> None:
    """Put a collected state back, in place."""
    for owner, network in networks.items():
        network.load_state_dict(_part(f"{owner}.", state))
    for owner, optimiser in optimisers.items():
        for number, parameter in enumerate(_parameters(optimiser)):
            optimiser.state[parameter] = {
                name: _like(parameter, tensor)
                for name, tensor in _part(f"{owner}.{number}.", state).items()
            }


def _parameters(optimiser: torch.optim.Adam) -> list[nn.Parameter]:
    return [parameter for group in optimiser.param_groups for parameter in group["params"]]


def _like(parameter: nn.Parameter, tensor: Tensor) -> Tensor:
    """Return a tensor laid out as the parameter is: in another layout sums may round otherwise."""
    if tensor.shape != parameter.shape:  # the count of steps
        return tensor
    return torch.empty_like(parameter, requires_grad=False).copy_(tensor)


def _part(start: str, state: dict[str, Tensor]) -> dict[str, Tensor]:
    return {n.removeprefix(start): tensor for n, tensor in state.items() if n.startswith(start)}
