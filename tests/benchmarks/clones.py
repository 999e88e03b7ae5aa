"""Measure fitting and sampling a full-covariance clone of a set of CIFAR-10's shape.

Beside it: the matrix products it cannot do without, what the arithmetic would take at the fastest
this machine multiplies matrices, and NumPy's own sampler. `make benchmark` calls it.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from threadpoolctl import threadpool_limits
from torch import Tensor

sys.path.insert(0, str(Path(__file__).parents[2] / "workflow/scripts"))

from defrost.data.clones import fit_clone, sample_clone
from defrost.data.dataset import Examples

SHAPE = (3, 32, 32)
PIXELS = 3 * 32 * 32
COUNT = 50_000
CLASSES = 10
RANK = 200  # directions that carry most of the variance, as in natural images
SQUARE = 4096  # side of the products that say how fast this machine multiplies matrices


def measure_clones() -> None:
    """Print what a clone costs on one thread, and on two where there are two cores."""
    examples = _images()
    print(f"gaussian clone of {COUNT} images of {PIXELS} pixels in {CLASSES} classes")
    for threads in range(1, min(2, os.cpu_count()) + 1):
        torch.set_num_threads(threads)
        with threadpool_limits(threads):  # the BLAS of NumPy and SciPy
            _measure(examples, threads)


def _measure(examples: Examples, threads: int) -> None:
    few = _of_class(examples, 0)
    before = _products(few)
    fit, model = _timed(lambda: fit_clone("gaussian", examples))
    draw, _ = _timed(lambda: sample_clone(model, COUNT, SHAPE, torch.Generator().manual_seed(1)))
    noise, _ = _timed(lambda: torch.randn(COUNT, PIXELS))
    after = _products(few)
    covariances, drawing = (CLASSES * (a + b) / 2 for a, b in zip(before, after, strict=True))
    needed, total, limit = covariances + drawing, fit + draw, _arithmetic()
    numpy, _ = _timed(lambda: _numpy_clone(few.numpy()))

    print(f"threads: {threads}")
    print(f"  fit                         {fit:6.1f} s")
    print(f"  sample                      {draw:6.1f} s, of it random numbers {noise:.1f} s")
    print(f"  covariance products         {covariances:6.1f} s")
    print(f"  sampling products           {drawing:6.1f} s")
    print(f"  (fit + sample) / products   {total / needed:6.2f} (at most 2)")
    print(f"  arithmetic at full speed    {limit:6.1f} s")
    print(f"  (fit + sample) / arithmetic {total / limit:6.2f}")
    print(f"  one class, fit and sample   {total / CLASSES:6.1f} s")
    print(f"  the same, NumPy             {numpy:6.1f} s: cov, then multivariate_normal")


def _images() -> Examples:
    """Return images of few directions and a little noise, in classes of one size."""
    generator = torch.Generator().manual_seed(0)
    mixing = torch.randn(RANK, PIXELS, generator=generator) / RANK**0.5
    pixels = torch.randn(COUNT, RANK, generator=generator) @ mixing
    for rows in pixels.split(COUNT // CLASSES):
        rows += torch.randn(rows.shape, generator=generator) / 10
    return Examples(pixels.reshape(-1, *SHAPE), torch.arange(COUNT) % CLASSES)


def _of_class(examples: Examples, label: int) -> Tensor:
    return examples.images[examples.labels == label].flatten(1).double()


def _products(pixels: Tensor) -> tuple[float, float]:
    """Return the seconds of one class's two products: covariance (float64), sampling (float32)."""
    noise, factor = pixels.float(), torch.ones(PIXELS, PIXELS)
    return _timed(lambda: pixels.T @ pixels)[0], _timed(lambda: noise @ factor.T)[0]


def _arithmetic() -> float:
    """Return the seconds of the fewest operations that would do, at the speed of large products.

    Those are half of a product for a covariance, which is symmetric, a third of a cubic one for
    a Cholesky factor, and half of a product for sampling with a triangular factor.
    """
    product = COUNT * PIXELS**2
    double, single = (_operations_per_second(t) for t in (torch.float64, torch.float32))
    return (product + CLASSES * PIXELS**3 / 3) / double + product / single


def _operations_per_second(dtype: torch.dtype) -> float:
    square = torch.ones(SQUARE, SQUARE, dtype=dtype)
    return 2 * SQUARE**3 / min(_timed(lambda: square @ square)[0] for _ in range(3))


def _numpy_clone(pixels: np.ndarray) -> np.ndarray:
    covariance = np.cov(pixels, rowvar=False)
    return np.random.default_rng(0).multivariate_normal(pixels.mean(0), covariance, len(pixels))


def _timed(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    result = work()
    return time.perf_counter() - began, result


if __name__ == "__main__":
    measure_clones()
