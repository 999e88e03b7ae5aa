"""The WGAN clone: repeatable, conditional on the class, for images of any size."""

import math
from pathlib import Path

import pytest
import torch

from defrost.data import wgan
from defrost.data.dataset import Examples
from defrost.data.wgan import sample_wgan, train_wgan
from defrost.provenance.resume import Resume

SHAPE = (1, 8, 8)


def make_examples(shape=SHAPE, count=60, classes=2):
    """Return images that are dark in class 0 and the brighter the higher the class, in 3..7."""
    labels = torch.arange(count) % classes
    noise = torch.rand(count, *shape, generator=torch.Generator().manual_seed(1))
    level = labels[:, None, None, None] / (classes - 1)
    return Examples(3 + 4 * (0.8 * level + 0.2 * noise), labels)


def seeds(root):
    return lambda part: 10 * root + ["generator", "critic", "training"].index(part)


def train(examples, steps, seed_of):
    return train_wgan(examples, steps, seed_of, Resume(Path("unused"), "", math.inf))


def draw(tensors, count, shape=SHAPE, seed=0):
    return sample_wgan(tensors, count, shape, torch.Generator().manual_seed(seed))


@pytest.fixture(autouse=True)
def deterministic_algorithms_only():
    torch.set_deterministic_debug_mode("error")
    yield
    torch.set_deterministic_debug_mode("default")


@pytest.fixture(scope="module")
def trained():
    return train(make_examples(), 60, seeds(0))


def test_the_same_seeds_give_the_same_bits_whatever_the_global_generator():
    state = torch.get_rng_state()
    first, losses = train(make_examples(), 3, seeds(0))
    assert torch.equal(torch.get_rng_state(), state)
    torch.rand(5)
    second, same_losses = train(make_examples(), 3, seeds(0))
    assert losses == same_losses
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)
    assert torch.equal(draw(first, 20).images, draw(second, 20).images)
    assert not torch.equal(draw(first, 20).images, draw(first, 20, seed=1).images)


def test_drawing_leaves_the_global_generator_alone(trained):
    state = torch.get_rng_state()
    draw(trained[0], 3)
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("other", ["generator", "critic", "training"])
def test_every_seed_matters(other):
    first, _ = train(make_examples(), 2, seeds(0))
    second, _ = train(make_examples(), 2, lambda part: seeds(part == other)(part))
    assert not torch.equal(draw(first, 4).images, draw(second, 4).images)


def test_training_leaves_the_images_as_they_are():
    examples = make_examples()
    train(examples, 2, seeds(0))
    assert torch.equal(examples.images, make_examples().images)


def test_images_follow_their_labels_and_the_range_of_the_data(trained):
    images, labels = draw(trained[0], 200)
    low, high = make_examples().images.aminmax()
    assert low <= images.min() and images.max() <= high
    dark, bright = (images[labels == label].mean() for label in (0, 1))
    # 3.2 apart in the data
    assert bright - dark > 1.6


def test_losses_come_every_fifty_steps_and_at_the_end(trained):
    _, losses = trained
    assert [row["step"] for row in losses] == [50, 60]
    for row in losses:
        penalised = 10 * row["gradient_penalty"] - row["wasserstein_estimate"]
        assert row["critic_loss"] == pytest.approx(penalised, abs=1e-4)
    assert set(losses[0]) == {
        "step",
        "critic_loss",
        "wasserstein_estimate",
        "gradient_penalty",
        "generator_loss",
    }


def test_drawing_in_chunks_is_drawing_at_once(trained, monkeypatch):
    whole = draw(trained[0], 50)
    monkeypatch.setattr(wgan, "_ROWS", 7)
    chunks = draw(trained[0], 50)
    assert torch.allclose(chunks.images, whole.images, atol=1e-5)
    assert torch.equal(chunks.labels, whole.labels)


def test_labels_are_balanced_to_within_one():
    tensors, _ = train(make_examples(classes=3), 1, seeds(0))
    assert draw(tensors, 8).labels.tolist() == [0, 1, 2, 0, 1, 2, 0, 1]


@pytest.mark.parametrize("shape", [(1, 8, 8), (1, 28, 28), (3, 32, 32), (2, 9, 13), (1, 1, 3)])
def test_any_size_of_image_will_do(shape):
    tensors, _ = train(make_examples(shape), 1, seeds(0))
    images, _ = draw(tensors, 5, shape)
    assert images.shape == (5, *shape)
    assert images.dtype == torch.float32
    assert images.flatten(1).std(dim=0).min() > 0  # every pixel is reached


def test_the_average_forgets_the_first_steps_soon():
    early, _ = train(make_examples(), 1, seeds(0))
    later, _ = train(make_examples(), 10, seeds(0))
    moved = (later["grow.2.bias"] - early["grow.2.bias"]).abs().max()
    # an average over very many steps would hardly move in ten
    assert moved > 2 * wgan._LEARNING_RATE


def test_a_loss_that_is_not_finite_stops_the_training():
    examples = make_examples()
    examples.images[:] = 3.0  # no range to scale by
    with pytest.raises(FloatingPointError, match="generator step 1"):
        train(examples, 1, seeds(0))
