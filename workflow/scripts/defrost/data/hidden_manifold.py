"""The hidden manifold: a target and its sources, with dials from unrelated to the same task.

Inputs of dimension P lie on a curved manifold of dimension D (Goldt, Mézard, Krzakala, Zdeborová
2020): x = tanh(Fᵀ c / √D) with a latent vector c ~ N(0, 1) and features F; a teacher labels the
latent vector. Sources are made from the target by changing features, teacher and latent dimension,
in the spirit of the correlated pairs of Gerace, Saglietti, Sarao Mannelli, Saxe, Zdeborová 2022;
the equations are ours.
"""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Generator, Tensor

from defrost.data.dataset import Examples
from defrost.errors import UserError

_ROWS = 4096  # latent vectors drawn at once: bounds the memory
_RAREST = 100  # how much rarer than all others a class may be before the draw is given up


class Manifold(NamedTuple):
    """Features F (D x P) and teachers (K x D; a single one for two classes)."""

    features: Tensor
    teachers: Tensor


def draw_manifold(
    latent_dimension: int, input_dimension: int, classes: int, generator_of: Callable
) -> Manifold:
    """Return features and teachers of independent standard normal numbers.

    `generator_of` gives the random generator for `features` and for `teachers`.
    """
    teachers = 1 if classes == 2 else classes
    return Manifold(
        torch.randn(latent_dimension, input_dimension, generator=generator_of("features")),
        torch.randn(teachers, latent_dimension, generator=generator_of("teachers")),
    )


def turn_dials(target: Manifold, redrawn: Manifold, dials: dict, order: Tensor) -> Manifold:
    """Return a source's manifold, between the target's and a `redrawn`, independent one.

    With every dial at 1 it is the target's to the bit, with any of `feature_overlap` and
    `feature_kept` at 0 its features are the redrawn ones, with `teacher_overlap` at 0 its
    teachers are.

    Args:
        dials: `feature_overlap`, `feature_kept`, `teacher_overlap` and `latent_ratio`.
        order: the D rows of the features in the order in which `feature_kept` keeps them: so
            that what a small value keeps, a larger one keeps as well.
    """
    latent = len(order)
    features = _mixed(target.features, redrawn.features, dials["feature_overlap"])
    kept = round(dials["feature_kept"] * latent)
    features[order[kept:]] = redrawn.features[order[kept:]]
    teachers = _mixed(target.teachers, redrawn.teachers, dials["teacher_overlap"])
    seen = max(1, round(dials["latent_ratio"] * latent))
    return Manifold(features[:seen], teachers[:, :seen])


def draw_examples(manifold: Manifold, count: int, generator: Generator) -> Examples:
    """Draw `count` examples, balanced over the classes to within one.

    Inputs are images of one channel and one row. Examples come as the generator deals them; those
    of a class that has its share already are passed over. Raises UserError where a class hardly
    ever comes, as in a latent dimension that is too small for as many classes.
    """
    classes = max(2, len(manifold.teachers))
    missing = torch.tensor([len(range(c, count, classes)) for c in range(classes)])
    drawn, kept = 0, []
    while missing.any():
        if drawn > _RAREST * (count + _ROWS):
            raise UserError(
                "hidden manifold",
                f"found too few examples of class {int(missing.argmax())} in {drawn} draws",
                f"{len(manifold.features)} latent dimensions leave it no room among {classes}",
            )
        latent = torch.randn(_ROWS, manifold.features.shape[0], generator=generator)
        labels = _labels(manifold.teachers, latent)
        wanted = _place_in_class(labels, classes) < missing[labels]
        kept.append((latent[wanted], labels[wanted]))
        missing -= labels[wanted].bincount(minlength=classes)
        drawn += _ROWS
    inputs = torch.cat([_inputs(manifold.features, latent) for latent, _ in kept])
    return Examples(inputs[:, None, None, :], torch.cat([labels for _, labels in kept]))


def _mixed(same: Tensor, other: Tensor, overlap: float) -> Tensor:
    return overlap * same + (1 - overlap**2) ** 0.5 * other


def _labels(teachers: Tensor, latent: Tensor) -> Tensor:
    fields = latent @ teachers.T
    return (fields[:, 0] > 0).long() if len(teachers) == 1 else fields.argmax(dim=1)


def _inputs(features: Tensor, latent: Tensor) -> Tensor:
    return torch.tanh(latent @ features / len(features) ** 0.5)


def _place_in_class(labels: Tensor, classes: int) -> Tensor:
    """Return how many examples of the same class come before each."""
    seen = torch.nn.functional.one_hot(labels, classes).cumsum(dim=0)
    return seen.gather(1, labels[:, None])[:, 0] - 1
