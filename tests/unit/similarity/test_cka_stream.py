"""Linear CKA from batches equals that of the whole."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.similarity.cka import debiased_linear_cka, linear_cka
from defrost.similarity.cka_stream import LinearCkaStream


def pair(seed, points, x_features=7, y_features=11, offset=0.0):
    generator = np.random.default_rng(seed)
    x = generator.normal(size=(points, x_features)) + offset
    y = x[:, :1] + generator.normal(size=(points, y_features)) - offset
    return torch.from_numpy(x), torch.from_numpy(y)


def streamed(x, y, rows):
    stream = LinearCkaStream()
    for a, b in zip(x.split(rows), y.split(rows), strict=True):
        stream.add(a, b)
    return stream


@settings(max_examples=30, deadline=None, derandomize=True)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 60),
    st.integers(1, 80),
    st.integers(1, 70),
    st.floats(-1e3, 1e3),
)
def test_equals_the_whole(seed, points, rows, features, offset):
    x, y = pair(seed, points, features, 5, offset)
    stream = streamed(x, y, rows)
    assert stream.points == points
    assert stream.debiased() == pytest.approx(debiased_linear_cka(x, y), abs=1e-8, nan_ok=True)
    assert stream.biased() == pytest.approx(linear_cka(x, y), abs=1e-8, nan_ok=True)


def test_batches_of_float32_with_a_large_offset():
    x, y = pair(0, 500)
    # multiples of 2^-8 stay exact in float32 after 10,000 is added
    x, y = ((z * 2**8).round() / 2**8 for z in (x, y))
    stream = streamed((x + 1e4).float(), (y - 1e4).float(), 64)
    assert stream.debiased() == pytest.approx(debiased_linear_cka(x, y), abs=1e-7)


def test_holds_sums_and_no_rows():
    stream = streamed(*pair(1, 4000), 100)
    held = [value for value in vars(stream).values() if isinstance(value, tuple)]
    assert max(tensor.numel() for sums in held for tensor in sums) == (7 + 11) ** 2


def test_undefined_for_few_points_and_constant_ones():
    x, y = pair(2, 10)
    assert math.isnan(streamed(x[:3], y[:3], 2).debiased())
    assert math.isnan(streamed(x[:2], y[:2], 2).biased())
    constant = torch.full((10, 3), 0.1)
    assert math.isnan(streamed(constant, y, 4).biased())
    assert math.isnan(streamed(constant, y, 4).debiased())
    with pytest.raises(ValueError, match="no rows"):
        LinearCkaStream().debiased()


def test_refuses_unequal_rows_and_values_that_are_not_finite():
    x, y = pair(3, 10)
    with pytest.raises(ValueError, match="10 and 9 points"):
        LinearCkaStream().add(x, y[:9])
    x[0, 0] = math.nan
    with pytest.raises(ValueError, match="not finite"):
        LinearCkaStream().add(x, y)
