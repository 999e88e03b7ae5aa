"""The hidden manifold: what the dials do at their ends and between, by statistics."""

import pytest
import torch

from defrost.data.hidden_manifold import Manifold, draw_examples, draw_manifold, turn_dials
from defrost.errors import UserError

D, P, K = 20, 60, 4
SAME = {"feature_overlap": 1, "feature_kept": 1, "teacher_overlap": 1, "latent_ratio": 1}
ORDER = torch.randperm(D, generator=torch.Generator().manual_seed(9))


def generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def manifold(seed: int, classes: int = K) -> Manifold:
    seeds = {"features": seed, "teachers": 100 + seed}
    return draw_manifold(D, P, classes, lambda name: generator(seeds[name]))


def source(target: Manifold, redrawn: Manifold, **dials: float) -> Manifold:
    return turn_dials(target, redrawn, {**SAME, **dials}, ORDER)


def test_with_every_dial_at_one_the_source_is_the_target_to_the_bit():
    target = manifold(0)
    made = source(target, manifold(1))
    assert torch.equal(made.features, target.features)
    assert torch.equal(made.teachers, target.teachers)
    one, other = (draw_examples(m, 50, generator(3)) for m in (target, made))
    assert torch.equal(one.images, other.images)
    assert torch.equal(one.labels, other.labels)


@pytest.mark.parametrize("dial", ["feature_overlap", "feature_kept"])
def test_features_at_zero_do_not_depend_on_the_target(dial):
    redrawn = manifold(1)
    one, other = (source(manifold(seed), redrawn, **{dial: 0}) for seed in (0, 2))
    assert torch.equal(one.features, redrawn.features)
    assert torch.equal(one.features, other.features)


def test_teachers_at_zero_do_not_depend_on_the_target():
    redrawn = manifold(1)
    one, other = (source(manifold(seed), redrawn, teacher_overlap=0) for seed in (0, 2))
    assert torch.equal(one.teachers, redrawn.teachers)
    assert torch.equal(one.teachers, other.teachers)


@pytest.mark.parametrize("overlap", [0.25, 0.5, 0.75, 0.9])
def test_overlaps_are_correlations_and_keep_the_variance(overlap):
    many = [draw_manifold(200, 200, 200, lambda _, s=seed: generator(s)) for seed in (0, 1)]
    dials = {**SAME, "feature_overlap": overlap, "teacher_overlap": overlap}
    made = turn_dials(*many, dials, torch.arange(200))
    for kind in ("features", "teachers"):
        pair = torch.stack([getattr(m, kind).flatten() for m in (many[0], made)])
        # 40,000 pairs: the standard error of a correlation is 0.005 at most
        assert torch.corrcoef(pair)[0, 1].item() == pytest.approx(overlap, abs=0.02)
        assert pair[1].var().item() == pytest.approx(1, abs=0.03)


def test_kept_features_are_the_targets_own_and_what_few_keep_more_keep_too():
    target, redrawn = manifold(0), manifold(1)
    kept = {}
    for share in (0.25, 0.5, 1.0):
        features = source(target, redrawn, feature_kept=share).features
        same = (features == target.features).all(dim=1)
        assert same.sum() == round(share * D)
        assert torch.equal(features[~same], redrawn.features[~same])
        kept[share] = set(same.nonzero()[:, 0].tolist())
    assert kept[0.25] < kept[0.5] < kept[1.0]


def test_a_latent_ratio_below_one_shows_the_first_dimensions():
    target = manifold(0)
    made = source(target, manifold(1), latent_ratio=0.5)
    assert torch.equal(made.features, target.features[: D // 2])
    assert torch.equal(made.teachers, target.teachers[:, : D // 2])
    assert draw_examples(made, 40, generator(0)).images.shape == (40, 1, 1, P)


def test_inputs_follow_the_equation():
    one = Manifold(torch.full((4, 3), 2.0), torch.eye(4)[:1])
    images, labels = draw_examples(one, 2000, generator(0))
    # all inputs are tanh(2 Σc / √4) = tanh(z) with z ~ N(0, 4), the label the sign of one c
    field = torch.atanh(images.double().clamp(-1 + 1e-7, 1 - 1e-7))[:, 0, 0, 0]
    assert field.var().item() == pytest.approx(4, rel=0.2)
    assert field[labels == 1].mean() - field[labels == 0].mean() > 1


@pytest.mark.parametrize(("classes", "count"), [(2, 101), (4, 999), (10, 5003)])
def test_classes_are_balanced_to_within_one(classes, count):
    _, labels = draw_examples(manifold(0, classes), count, generator(0))
    counts = labels.bincount(minlength=classes)
    assert counts.sum() == count
    assert counts.max() - counts.min() <= 1


def test_two_classes_are_the_two_signs_of_one_teacher():
    assert manifold(0, classes=2).teachers.shape == (1, D)


def test_the_same_generator_gives_the_same_examples_and_another_does_not():
    one, same, other = (draw_examples(manifold(0), 50, generator(s)).images for s in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_class_that_never_comes_is_said_to():
    shadowed = Manifold(torch.ones(2, 3), torch.tensor([[1.0, 0.0], [-1.0, 0.0], [0.0, 0.0]]))
    with pytest.raises(UserError, match="found too few examples of class 2 in 413696 draws"):
        draw_examples(shadowed, 3, generator(0))
