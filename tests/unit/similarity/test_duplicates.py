"""Repeated rows are found, all of them and no others."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from defrost.similarity import duplicates
from defrost.similarity.duplicates import repeats


def by_definition(x):
    seen, result = set(), []
    for row in x.tolist():
        result.append(tuple(row) in seen)
        seen.add(tuple(row))
    return torch.tensor(result, dtype=torch.bool)


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 6), st.integers(1, 3))
def test_equals_the_definition(seed, points, features, levels):
    x = np.random.default_rng(seed).integers(0, levels, (points, features)) - 1.0
    for dtype in (torch.float64, torch.float32, torch.float16):
        rows = torch.from_numpy(x).to(dtype)
        assert torch.equal(repeats(rows), by_definition(rows))


def test_rows_of_one_hash_are_compared(monkeypatch):
    monkeypatch.setattr(duplicates, "_hashes", lambda rows: torch.zeros(len(rows)).long())
    x = torch.tensor([[1.0], [2.0], [1.0]])
    assert repeats(x).tolist() == [False, False, True]


def test_minus_zero_is_zero_and_the_last_bit_counts():
    x = torch.tensor([[0.0, 1.0], [-0.0, 1.0], [0.0, 1.0 + 2**-23]])
    assert repeats(x).tolist() == [False, True, False]


@pytest.mark.parametrize("chunk", [1, 7, 1000])
def test_chunks_change_nothing(monkeypatch, chunk):
    x = torch.randn(500, 3, generator=torch.Generator().manual_seed(0))
    x[250:] = x[:250].flip(0)
    monkeypatch.setattr(duplicates, "CHUNK_ROWS", chunk)
    assert repeats(x).tolist() == [False] * 250 + [True] * 250
