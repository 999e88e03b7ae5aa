"""Clones agree with what they were fitted to, at the Monte-Carlo rate."""

import pytest
import torch

from defrost.data.clones import fit_clone, sample_clone
from defrost.data.dataset import Examples

SHAPE = (2, 3, 3)
PIXELS = 18


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def real():
    """Two classes of colour images whose pixels are correlated within and across channels."""
    noise = torch.randn(400, PIXELS, generator=generator(1))
    mixing = torch.randn(2, PIXELS, PIXELS, generator=generator(2)) / 4
    labels = torch.arange(400) % 2
    pixels = torch.einsum("np,npq->nq", noise, mixing[labels]) + labels[:, None]
    pixels[:, 0] = 1.0  # a pixel that never changes makes the covariance singular
    return Examples(pixels.reshape(-1, *SHAPE), labels)


def moments(examples, label):
    pixels = examples.images[examples.labels == label].flatten(1).double()
    return pixels.mean(0), torch.cov(pixels.T)


@pytest.mark.parametrize("model", ["isotropic", "gaussian"])
def test_labels_are_balanced_and_images_keep_their_shape(real, model):
    clone = sample_clone(fit_clone(model, real), 7, SHAPE, generator())
    assert clone.images.shape == (7, *SHAPE)
    assert clone.labels.bincount().tolist() == [4, 3]


@pytest.mark.parametrize("label", [0, 1])
def test_gaussian_clones_converge_to_means_and_covariances(real, label):
    mean, covariance = moments(real, label)
    fitted = fit_clone("gaussian", real)
    for count in (2_000, 200_000):
        clone_mean, clone_covariance = moments(
            sample_clone(fitted, count, SHAPE, generator()), label
        )
        variance = covariance.diagonal()
        # standard errors of a Gaussian's mean and covariance over count / 2 draws
        error_of_mean = (variance / (count / 2)).sqrt()
        products = variance[:, None] * variance + covariance**2
        error_of_covariance = (products / (count / 2)).sqrt()
        assert ((clone_mean - mean).abs() <= 4.5 * error_of_mean + 1e-6).all()
        off = (clone_covariance - covariance).abs()
        assert (off <= 4.5 * error_of_covariance + 1e-6).all()


def test_a_gaussian_clone_keeps_the_covariance_across_channels(real):
    _, covariance = moments(real, 0)
    _, cloned = moments(sample_clone(fit_clone("gaussian", real), 50_000, SHAPE, generator()), 0)
    across, cloned_across = covariance[:9, 9:], cloned[:9, 9:]
    assert across.norm() > 0.3 * covariance.norm()
    assert (cloned_across - across).norm() < 0.1 * across.norm()


def test_fitted_moments_are_those_of_the_sample(real):
    scales = fit_clone("isotropic", real)["scales"]
    factors = fit_clone("gaussian", real)["factors"].double()
    for label in (0, 1):
        _, covariance = moments(real, label)
        assert scales[label] ** 2 == pytest.approx(covariance.diagonal().mean().item(), rel=1e-6)
        assert torch.allclose(factors[label] @ factors[label].T, covariance, atol=1e-5)


@pytest.mark.parametrize("label", [0, 1])
def test_isotropic_clones_have_one_variance_and_no_covariance(real, label):
    mean, covariance = moments(real, label)
    clone = sample_clone(fit_clone("isotropic", real), 200_000, SHAPE, generator())
    clone_mean, clone_covariance = moments(clone, label)
    variance = covariance.diagonal().mean()
    error = variance / 100_000**0.5
    assert ((clone_mean - mean).abs() <= 4.5 * (variance / 100_000).sqrt()).all()
    assert ((clone_covariance.diagonal() - variance).abs() <= 4.5 * 2**0.5 * error).all()
    off_diagonal = clone_covariance - clone_covariance.diagonal().diag()
    assert (off_diagonal.abs() <= 5 * error).all()


def test_a_class_with_fewer_examples_than_pixels_is_cloned_exactly():
    few = Examples(torch.randn(10, *SHAPE, generator=generator()), torch.arange(10) % 2)
    factor = fit_clone("gaussian", few)["factors"][0].double()
    _, covariance = moments(few, 0)
    assert torch.allclose(factor @ factor.T, covariance, atol=1e-5)
    assert torch.linalg.matrix_rank(factor, rtol=1e-5) == 4
