"""Clones from a generative adversarial network: the rung of the ladder above `gaussian`.

A Wasserstein GAN with gradient penalty (Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville 2017),
conditional on the class, keeps what images have beyond means and covariances, as far as its
networks and its training reach. Unlike the fitted moments of the other clones it is approximate
in every respect, means and covariances included.
"""

import copy
from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from defrost.data.dataset import Examples
from defrost.data.wgan_networks import NOISE, Critic, Generator
from defrost.data.wgan_state import collect_state, restore_state
from defrost.provenance.logs import Progress
from defrost.provenance.resume import Resume

_CRITIC_STEPS = 3  # for each of the generator: the paper's five take half as long again
_PENALTY = 10.0  # weight of the gradient penalty, the paper's
_LEARNING_RATE = 3e-4  # the paper's is 1e-4, for a hundred times as many steps
_BETAS = (0.0, 0.9)  # the paper's: no momentum, because the critic's aim moves
_BATCH = 64  # images, the paper's
_AVERAGED = 0.1  # share of the steps, the last, in the generator's average (Yazıcı et al. 2019)
_INTERVAL = 50  # generator steps between two rows of losses
_LOSSES = ("critic_loss", "wasserstein_estimate", "gradient_penalty", "generator_loss")
_ROWS = 1024  # images drawn at once: bounds the memory whatever the number of images


class _Players(NamedTuple):
    generator: Generator
    critic: Critic
    generator_optimiser: torch.optim.Adam
    critic_optimiser: torch.optim.Adam


def train_wgan(
    examples: Examples,
    generator_steps: int,
    seed_of: Callable[[str], int],
    resume: Resume,
) -> tuple[dict[str, Tensor], list[dict]]:
    """Train on labelled images and return the generator and a row of losses for each interval.

    The networks train on the device of the images; what is drawn at random comes from the CPU.
    The generator is averaged over the last part of the training, for better images, and is a dict
    of tensors; `range` among them holds the lowest and the highest value of the images, between
    which those of the clone lie. A row holds `step` and the means, over the generator steps since
    the last row, of `critic_loss`, `wasserstein_estimate`, `gradient_penalty` and
    `generator_loss`. The estimate, the critic's mean score of real images minus that of drawn
    ones, is for images scaled to -1..1.

    Seeds are asked for by name: `generator` and `critic` (their initialisation) and `training`
    (batches and noise). Raises FloatingPointError when a loss is not finite.
    """
    shape, classes = tuple(examples.images.shape[1:]), int(examples.labels.max()) + 1
    players = _set_up(shape, classes, seed_of, examples.images.device)
    averaged = copy.deepcopy(players.generator).eval()
    limits = torch.stack(examples.images.aminmax())
    random = torch.Generator().manual_seed(seed_of("training"))

    networks = {"generator": players.generator, "critic": players.critic, "averaged": averaged}
    optimisers = {"drawing": players.generator_optimiser, "judging": players.critic_optimiser}
    rows, since, done = resume.facts.get("rows", []), [], resume.facts.get("step", 0)
    if done:
        restore_state(resume.tensors, networks, optimisers)
        random.set_state(resume.tensors["random"])
        since = list(resume.tensors["since"].to(examples.images.device))
        print(f"going on after step {done}")
    progress = Progress(generator_steps, "generator step", done)
    for step in range(done + 1, generator_steps + 1):
        since.append(_train_step(players, examples, limits, random))
        # a weight that falls with the steps: the first, random values are soon forgotten
        _average(averaged, players.generator, 1 / (1 + _AVERAGED * step))
        if step % _INTERVAL == 0 or step == generator_steps:
            rows.append({"step": step, **_means(since, step)})
            since = []
            progress.report(step, f"Wasserstein {rows[-1]['wasserstein_estimate']:.3f}")
        if resume.due():
            state = collect_state(networks, optimisers)
            state["random"] = random.get_state()
            state["since"] = torch.stack(since) if since else torch.empty(0, len(_LOSSES))
            resume.save(state, step=step, rows=rows)
    return {"range": limits, **averaged.state_dict()}, rows


@torch.no_grad()
def sample_wgan(
    tensors: dict[str, Tensor], count: int, shape: tuple[int, ...], random: torch.Generator
) -> Examples:
    """Draw `count` images of `shape` from a trained generator, labels balanced to within one."""
    state = {name: tensor for name, tensor in tensors.items() if name != "range"}
    classes = state["start.weight"].shape[1] - NOISE
    with torch.random.fork_rng(devices=[]):
        generator = _lay_out(Generator(shape, classes))
    generator.load_state_dict(state)
    generator.eval()
    labels = torch.arange(count) % classes
    images = torch.empty(count, *shape)
    for rows in torch.arange(count).split(_ROWS):
        noise = torch.randn(len(rows), NOISE, generator=random)
        images[rows] = _unscaled(generator(noise, labels[rows]), tensors["range"])
    return Examples(images, labels)


def _set_up(
    shape: tuple[int, ...], classes: int, seed_of: Callable[[str], int], device: torch.device
) -> _Players:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_of("generator"))
        generator = _lay_out(Generator(shape, classes)).to(device)
        torch.manual_seed(seed_of("critic"))
        critic = _lay_out(Critic(shape, classes)).to(device)
    optimisers = [
        torch.optim.Adam(network.parameters(), _LEARNING_RATE, betas=_BETAS)
        for network in (generator, critic)
    ]
    return _Players(generator, critic, *optimisers)


def _lay_out(network: nn.Module) -> nn.Module:
    # a tenth faster with the channels of a pixel together
    return network.to(memory_format=torch.channels_last)


def _train_step(
    players: _Players, examples: Examples, limits: Tensor, random: torch.Generator
) -> Tensor:
    """Train the critic for its steps and the generator for one; return the four losses."""
    generator, critic, generator_optimiser, critic_optimiser = players
    count, device, measured = len(examples.labels), examples.labels.device, []
    for _ in range(_CRITIC_STEPS):
        batch = torch.randint(count, (_BATCH,), generator=random).to(device)
        labels, real = examples.labels[batch], _scaled(examples.images[batch], limits)
        noise = torch.randn(_BATCH, NOISE, generator=random).to(device)
        with torch.no_grad():
            drawn = generator(noise, labels)
        estimate = (critic(real, labels) - critic(drawn, labels)).mean()
        share = torch.rand(_BATCH, 1, 1, 1, generator=random).to(device)
        penalty = _gradient_penalty(critic, torch.lerp(drawn, real, share), labels)
        loss = _PENALTY * penalty - estimate
        _descend(critic_optimiser, loss)
        measured.append(torch.stack([loss, estimate, penalty]).detach())

    labels = examples.labels[torch.randint(count, (_BATCH,), generator=random).to(device)]
    noise = torch.randn(_BATCH, NOISE, generator=random).to(device)
    loss = -critic(generator(noise, labels), labels).mean()
    _descend(generator_optimiser, loss)
    return torch.cat([torch.stack(measured).mean(dim=0), loss.detach()[None]])


def _gradient_penalty(critic: Critic, images: Tensor, labels: Tensor) -> Tensor:
    """Return the mean square by which the norm of the critic's gradient at an image is not 1."""
    images.requires_grad_()
    scores = critic(images, labels).sum()
    (gradients,) = torch.autograd.grad(scores, images, create_graph=True)
    return (gradients.flatten(1).norm(dim=1) - 1).square().mean()


def _descend(optimiser: torch.optim.Adam, loss: Tensor) -> None:
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()


@torch.no_grad()
def _average(averaged: Generator, generator: Generator, weight: float) -> None:
    """Move parameters and normalisation statistics of the average towards the generator's."""
    state = generator.state_dict()
    for name, tensor in averaged.state_dict().items():
        now = state[name]
        if tensor.is_floating_point():
            tensor.lerp_(now, weight)
        else:
            tensor.copy_(now)  # the normalisation's count of batches


def _means(since: list[Tensor], step: int) -> dict[str, float]:
    """Return the mean of each loss over some steps."""
    means = torch.stack(since).mean(dim=0)
    if not torch.isfinite(means).all():
        raise FloatingPointError(f"a loss of the WGAN is not finite at generator step {step}")
    return dict(zip(_LOSSES, means.tolist(), strict=True))


def _scaled(images: Tensor, limits: Tensor) -> Tensor:
    """Return images whose values lie between the limits with values from -1 to 1."""
    low, high = limits
    return (images - low) / (high - low) * 2 - 1


def _unscaled(images: Tensor, limits: Tensor) -> Tensor:
    low, high = limits
    return low + (images + 1) / 2 * (high - low)
