"""Clones agree with what they were fitted to, at the Monte-Carlo rate, in bounded memory."""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
import torch

from defrost.data import clones
from defrost.data.clones import fit_clone, sample_clone
from defrost.data.dataset import Dataset, Examples
from defrost.data.raw import DataError

SHAPE = (2, 3, 3)
PIXELS = 18
CHANNEL = 9  # pixels of one channel
CONSTANT = (0.1, 0.7)  # what the first pixel always is, per class
MODELS = ["isotropic", "gaussian"]
COUNTS = (500, 1_000, 2_000, 4_000, 8_000)  # images per class
DRAWS = 20  # clones per count: their errors are pooled
SCRIPTS = Path(clones.__file__).parents[2]
GIBIBYTE = 2**30

# A job's script as Snakemake would start it, without Snakemake; prints its peak resident bytes.
JOB = """
import json, sys
from pathlib import Path
from types import SimpleNamespace as Names
sys.path.insert(0, "{scripts}")
parts = json.loads(sys.argv[1])
snakemake = Names(
    log=["job.log"], rule="job", wildcards={{}},
    params=Names(settings=parts["settings"], code=""),
    input=Names(**parts["input"]), output=Names(**parts["output"]),
)
exec(Path("{scripts}/{script}.py").read_text())
status = Path("/proc/self/status").read_text()
peak = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
print(int(peak.split()[1]) * 1024, file=sys.__stdout__)
"""


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.fixture(scope="module")
def real():
    """Two classes of colour images whose pixels are correlated within and across channels."""
    noise = torch.randn(400, PIXELS, generator=generator(1))
    mixing = torch.randn(2, PIXELS, PIXELS, generator=generator(2)) / 4
    labels = torch.arange(400) % 2
    pixels = torch.einsum("np,npq->nq", noise, mixing[labels]) + labels[:, None]
    pixels[:, 0] = torch.tensor(CONSTANT)[labels]
    return Examples(pixels.reshape(-1, *SHAPE), labels)


def of_class(examples, label):
    return examples.images[examples.labels == label].flatten(1).double()


def moments(examples, label):
    pixels = of_class(examples, label)
    return pixels.mean(0), torch.cov(pixels.T)


def fitted_moments(model, label):
    """Return the mean and covariance that a fitted model has."""
    mean = model["means"][label].double()
    if "factors" in model:
        factor = model["factors"][label].double()
        return mean, factor @ factor.T
    return mean, model["scales"][label].double() ** 2 * torch.eye(PIXELS, dtype=torch.float64)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("count", [1, 7, 20])
def test_labels_are_balanced_and_images_keep_their_shape(real, model, count):
    clone = sample_clone(fit_clone(model, real), count, SHAPE, generator())
    assert clone.images.shape == (count, *SHAPE)
    assert clone.images.isfinite().all()
    assert clone.labels.bincount(minlength=2).tolist() == [(count + 1) // 2, count // 2]


def test_fitted_moments_are_those_of_the_sample(real):
    isotropic, gaussian = (fit_clone(model, real) for model in MODELS)
    for label in (0, 1):
        mean, covariance = moments(real, label)
        assert torch.equal(isotropic["means"], gaussian["means"])
        assert torch.allclose(gaussian["means"][label].double(), mean, atol=1e-6)
        assert torch.allclose(fitted_moments(gaussian, label)[1], covariance, atol=1e-6)
        variance = covariance.diagonal().mean().item()
        assert isotropic["scales"][label].item() ** 2 == pytest.approx(variance, rel=1e-6)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("label", [0, 1])
def test_a_clone_converges_to_the_fitted_moments_at_the_monte_carlo_rate(real, model, label):
    fitted = fit_clone(model, real)
    mean, covariance = fitted_moments(fitted, label)
    # over n draws of a Gaussian with covariance C the squared error has the expectation
    # tr C / n for the mean, and (tr² C + tr C²) / (n - 1) for the covariance
    trace = covariance.trace()
    scales = trace.sqrt(), (trace**2 + covariance.square().sum()).sqrt()
    errors = []
    for count in COUNTS:
        squares = torch.zeros(2, dtype=torch.float64)
        for draw in range(DRAWS):
            # as many of either class, and other noise for every count and draw
            noise = generator(count * DRAWS + draw)
            cloned = moments(sample_clone(fitted, 2 * count, SHAPE, noise), label)
            squares += torch.stack(
                [(cloned[0] - mean).square().sum(), (cloned[1] - covariance).square().sum()]
            )
        errors.append((squares / DRAWS).sqrt())
    for error, scale in zip(torch.stack(errors).T, scales, strict=True):
        unit_errors = error * torch.tensor(COUNTS).sqrt() / scale
        assert ((unit_errors > 0.8) & (unit_errors < 1.25)).all()
        slope = np.polyfit(np.log(COUNTS), error.log().numpy(), 1)[0]
        assert slope == pytest.approx(-0.5, abs=0.08)


@pytest.mark.parametrize("label", [0, 1])
def test_every_moment_of_a_gaussian_clone_is_within_its_standard_error(real, label):
    mean, covariance = moments(real, label)
    clone = sample_clone(fit_clone("gaussian", real), 200_000, SHAPE, generator())
    cloned_mean, cloned_covariance = moments(clone, label)
    variance = covariance.diagonal()
    error_of_mean = (variance / 100_000).sqrt()
    error_of_covariance = ((variance[:, None] * variance + covariance**2) / 100_000).sqrt()
    assert ((cloned_mean - mean).abs() <= 4.5 * error_of_mean + 1e-6).all()
    assert ((cloned_covariance - covariance).abs() <= 4.5 * error_of_covariance + 1e-6).all()


@pytest.mark.parametrize("label", [0, 1])
def test_isotropic_clones_have_one_variance_and_no_covariance(real, label):
    mean, covariance = moments(real, label)
    clone = sample_clone(fit_clone("isotropic", real), 200_000, SHAPE, generator())
    cloned_mean, cloned_covariance = moments(clone, label)
    variance = covariance.diagonal().mean()
    error = variance / 100_000**0.5
    assert ((cloned_mean - mean).abs() <= 4.5 * (variance / 100_000).sqrt()).all()
    assert ((cloned_covariance.diagonal() - variance).abs() <= 4.5 * 2**0.5 * error).all()
    above = torch.ones(PIXELS, PIXELS).triu(1).bool()
    scores = cloned_covariance[above] / error
    assert scores.abs().max() <= 4.5
    # sums over the pairs see what no single one shows: 5 standard errors of a mean, of squares
    assert scores.mean().abs() <= 5 / len(scores) ** 0.5
    assert (scores.square().mean() - 1).abs() <= 5 * (2 / len(scores)) ** 0.5


@pytest.mark.parametrize("model", MODELS)
def test_the_noise_of_a_clone_is_gaussian(real, model):
    pixels = of_class(sample_clone(fit_clone(model, real), 200_000, SHAPE, generator()), 0)[:, 1:]
    standard = (pixels - pixels.mean(0)) / pixels.std(0)
    # standard errors of the third and fourth moments of 100,000 normal numbers
    assert (standard.pow(3).mean(0).abs() <= 4.5 * (6 / 100_000) ** 0.5).all()
    assert ((standard.pow(4).mean(0) - 3).abs() <= 4.5 * (24 / 100_000) ** 0.5).all()


def test_a_gaussian_clone_keeps_the_covariance_across_channels(real):
    def lost(clone):
        """Return the share of the covariance between the two channels that a clone misses."""
        across, cloned = (moments(e, 0)[1][:CHANNEL, CHANNEL:] for e in (real, clone))
        return (cloned - across).norm() / across.norm()

    together = sample_clone(fit_clone("gaussian", real), 50_000, SHAPE, generator())
    channels = []
    for c in range(SHAPE[0]):
        fitted = fit_clone("gaussian", Examples(real.images[:, c : c + 1], real.labels))
        channels.append(sample_clone(fitted, 50_000, (1, *SHAPE[1:]), generator(c)).images)
    apart = Examples(torch.cat(channels, dim=1), together.labels)
    assert lost(together) < 0.05
    assert lost(apart) > 0.9


def test_a_class_with_fewer_examples_than_pixels_is_cloned_exactly():
    few = Examples(torch.randn(10, *SHAPE, generator=generator()), torch.arange(10) % 2)
    fitted = fit_clone("gaussian", few)
    clone = sample_clone(fitted, 1_000, SHAPE, generator())
    for label in (0, 1):
        mean, covariance = moments(few, label)
        assert torch.allclose(fitted_moments(fitted, label)[1], covariance, atol=1e-6)
        assert torch.linalg.matrix_rank(fitted["factors"][label], rtol=1e-5) == 4
        # five examples span four directions around their mean, and the clone has no other
        directions = torch.linalg.svd(of_class(few, label) - mean).Vh[:4]
        offsets = of_class(clone, label) - mean
        assert (offsets - offsets @ directions.T @ directions).abs().max() < 1e-5


def test_pixels_that_never_change_stay_exactly_as_they_are(real):
    clone = sample_clone(fit_clone("gaussian", real), 1_000, SHAPE, generator())
    first = clone.images.flatten(1)[:, 0]
    assert torch.equal(first, torch.tensor(CONSTANT)[clone.labels])


def test_a_class_that_never_changes_is_cloned_as_it_is():
    same = Examples(torch.full((4, *SHAPE), 0.3), torch.arange(4) % 2)
    for model in MODELS:
        clone = sample_clone(fit_clone(model, same), 6, SHAPE, generator())
        assert torch.equal(clone.images, torch.full((6, *SHAPE), 0.3))


@pytest.mark.parametrize("labels", [[0, 0, 1], [0, 0, 2, 2]])
def test_a_class_without_two_examples_is_refused(labels):
    images = torch.randn(len(labels), *SHAPE, generator=generator())
    with pytest.raises(DataError, match="training examples of class 1; a clone needs two"):
        fit_clone("gaussian", Examples(images, torch.tensor(labels)))


@pytest.mark.parametrize("model", MODELS)
def test_a_seed_gives_one_clone_and_another_seed_another(real, model):
    fitted = fit_clone(model, real)
    first, again, other = (sample_clone(fitted, 50, SHAPE, generator(s)).images for s in (0, 0, 1))
    assert torch.equal(first, again)
    changing = (first != other).flatten(1)[:, 1:]
    assert changing.all()


@pytest.mark.parametrize("model", MODELS)
def test_images_handled_in_smaller_chunks_give_the_same_clone(real, model, monkeypatch):
    whole = fit_clone(model, real)
    clone = sample_clone(whole, 1_000, SHAPE, generator())
    monkeypatch.setattr(clones, "_ROWS", 16)
    monkeypatch.setattr(clones, "_BLOCK", 5)
    parts = fit_clone(model, real)
    for label in (0, 1):
        for a, b in zip(fitted_moments(whole, label), fitted_moments(parts, label), strict=True):
            assert torch.allclose(a, b, atol=1e-6)
    in_parts = sample_clone(whole, 1_000, SHAPE, generator())
    assert torch.allclose(in_parts.images, clone.images, atol=1e-5)


def test_no_two_images_are_made_of_the_same_noise(monkeypatch):
    monkeypatch.setattr(clones, "_ROWS", 16)
    shape, count = (3, 8, 8), 200
    labels = torch.arange(count) % 2
    normal = Examples(torch.randn(count, *shape, generator=generator(1)), labels)
    fitted = fit_clone("isotropic", normal)
    clone = sample_clone(fitted, count, shape, generator())
    noise = clone.images.flatten(1) - fitted["means"][labels]
    # between independent directions in 192 dimensions a cosine has a standard deviation of 0.07
    assert (noise.corrcoef() - torch.eye(count)).abs().max() < 0.5


def test_a_fit_takes_classes_of_more_images_than_one_chunk():
    images = torch.randn(2 * clones._ROWS + 3, 1, 2, 2, generator=generator())
    examples = Examples(images + 1, torch.zeros(len(images), dtype=torch.long))
    mean, covariance = moments(examples, 0)
    fitted = fit_clone("gaussian", examples)
    assert torch.allclose(fitted["means"][0].double(), mean, atol=1e-6)
    assert torch.allclose(fitted_moments(fitted, 0)[1], covariance, atol=1e-6)


def peak_of_job(folder, script, settings, **files):
    """Return the peak resident bytes of the job that runs `script`."""
    parts = {"settings": settings, **files}
    code = JOB.format(scripts=SCRIPTS, script=script)
    run = subprocess.run(
        [sys.executable, "-c", code, json.dumps(parts)],
        cwd=folder,
        check=True,
        capture_output=True,
        text=True,
    )
    return int(run.stdout)


def write_target(path, shape, counts):
    """Write a target of `counts` random images in ten classes per split."""
    splits = {
        name: Examples(torch.rand(count, *shape), torch.arange(count) % 10)
        for name, count in counts.items()
    }
    Dataset(splits, torch.zeros(3), torch.ones(3)).write(path, {})


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak memory from /proc")
def test_the_clone_of_fifty_thousand_colour_images_takes_two_gibibytes_at_most():
    shape, counts = (3, 32, 32), {"train": 50_000, "test": 10_000}
    seeding = {"root_seed": 0, "target": "target", "source": "clone"}
    with tempfile.TemporaryDirectory() as folder:  # pytest would keep the files of three runs
        write_target(f"{folder}/target.safetensors", shape, counts)
        fit = peak_of_job(
            folder,
            "fit_clone",
            {"model": "gaussian", "torch_threads": 1},
            input={"target": "target.safetensors"},
            output={"model": "model.safetensors"},
        )
        sample = peak_of_job(
            folder,
            "sample_clone",
            {"examples": counts, "torch_threads": 1, **seeding},
            input={"target": "target.safetensors", "model": "model.safetensors"},
            output={"dataset": "clone.safetensors"},
        )
        clone = Dataset.read(f"{folder}/clone.safetensors")
        assert clone.splits["train"].images.shape == (50_000, *shape)
    assert fit <= 2 * GIBIBYTE
    assert sample <= 2 * GIBIBYTE
