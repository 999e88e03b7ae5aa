"""Sums over the entries of two families of N x N kernels, all pairs of them at once.

CKA and RSA need, of kernels K and L and of any subset of the points, no more than the sum of
K_ij L_ij off the diagonal, the row sums and the diagonals. They are kept by groups of rows and
columns, so that a subset without one group costs no pass of its own. Rows arrive in chunks;
products within a row and a group of columns are added in the type of the rows, everything beyond
in float64.
"""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from defrost.similarity.permutation_moments import Summary, null_interval, permutation_moments
from defrost.similarity.resampling import Subsets

# A sum of squares below this share of the terms it is made of is rounding.
ROUNDING = {torch.float64: 1e-12, torch.float32: 1e-6}


class KernelSums:
    """Sums over the kernels of Ls source and Lt target blocks, filled chunk by chunk.

    Args:
        subsets: subsets that the sums will be asked for.
        diagonals: Ls x N and Lt x N, the diagonals of the kernels, float64.
    """

    def __init__(self, subsets: Subsets, diagonals: tuple[Tensor, Tensor]) -> None:
        self.subsets, self.diagonals = subsets, diagonals
        sources, targets = (len(diagonal) for diagonal in diagonals)
        groups, points = len(subsets.groups), subsets.points
        zeros = diagonals[0].new_zeros
        self.products = zeros(groups, groups, sources, targets)
        self.squares = zeros(groups, groups, sources), zeros(groups, groups, targets)
        self.row_sums = zeros(groups, sources, points), zeros(groups, targets, points)
        self.rounding = ROUNDING[torch.float64]

    def add(self, start: int, source: Tensor, target: Tensor) -> None:
        """Take in the kernels' rows start, start + 1, ...

        Args:
            source, target: rows x Ls x N and rows x Lt x N, zero on the diagonal.
        """
        rows = slice(start, start + len(source))
        own = torch.arange(start, rows.stop, device=source.device)
        groups = range(len(self.subsets.groups))
        number = torch.tensor(groups, device=source.device)[:, None]
        members = (self.subsets.group_of(own) == number).double()
        self.rounding = max(self.rounding, ROUNDING[source.dtype])
        for group, columns in zip(groups, self.subsets.groups, strict=True):
            parts = source[:, :, columns], target[:, :, columns]
            product = torch.bmm(parts[0], parts[1].transpose(1, 2)).double()
            self.products[:, group] += torch.tensordot(members, product, dims=1)
            for side, part in enumerate(parts):
                square = torch.linalg.vecdot(part, part).double()
                self.squares[side][:, group] += members @ square
                self.row_sums[side][group, :, rows] = part.sum(dim=2).double().T

    def within(self, left_out: int | None = None) -> "Within":
        """Return the sums over all points, or over the subset without one group."""
        groups = [g for g in range(len(self.subsets.groups)) if g != left_out]
        inside = torch.ones(self.subsets.points, dtype=torch.bool, device=self.products.device)
        if left_out is not None:
            inside[self.subsets.groups[left_out]] = False
        rows = [sums[groups].sum(dim=0)[:, inside] for sums in self.row_sums]
        return Within(
            int(inside.sum()),
            self.products[groups][:, groups].sum(dim=(0, 1)),
            [square[groups][:, groups].sum(dim=(0, 1)) for square in self.squares],
            rows,
            [diagonal[:, inside] for diagonal in self.diagonals],
        )


@dataclass(frozen=True)
class Within:
    """Sums over some points; every pair of a list belongs to sources and targets.

    Attributes:
        points: n.
        products: Ls x Lt, sums of K_ij L_ij off the diagonal.
        squares: L each, sums of K_ij^2 off the diagonal.
        rows: L x n each, row sums off the diagonal.
        diagonals: L x n each.
    """

    points: int
    products: Tensor
    squares: list[Tensor]
    rows: list[Tensor]
    diagonals: list[Tensor]

    def with_diagonal(self) -> "Within":
        """Return the same sums with the diagonal of the kernels in them."""
        products = self.products + self.diagonals[0] @ self.diagonals[1].T
        squares = [
            square + diagonal.square().sum(dim=1)
            for square, diagonal in zip(self.squares, self.diagonals, strict=True)
        ]
        rows = [row + diagonal for row, diagonal in zip(self.rows, self.diagonals, strict=True)]
        return Within(self.points, products, squares, rows, self.diagonals)

    def ratio(self, of_rows: float, of_totals: float, rounding: float) -> Tensor:
        """Return f(K, L) / sqrt(f(K, K) f(L, L)), NaN where a denominator is rounding.

        f is the sum of K_ij L_ij, plus `of_rows` times the product of the row sums, plus
        `of_totals` times the product of the totals.
        """
        totals = [row.sum(dim=1) for row in self.rows]
        both = self.products + of_rows * self.rows[0] @ self.rows[1].T
        both = both + of_totals * torch.outer(*totals)
        norms = []
        for square, row, total in zip(self.squares, self.rows, totals, strict=True):
            own = square + of_rows * row.square().sum(dim=1) + of_totals * total.square()
            norms.append(torch.where(own > rounding * square, own, torch.nan).sqrt())
        return both / torch.outer(*norms)


def debiased(sums: Within, rounding: float) -> Tensor:
    """Return HSIC_1(K, L) / sqrt(HSIC_1(K, K) HSIC_1(L, L)), Ls x Lt (see `cka`)."""
    n = sums.points
    return sums.ratio(-2 / (n - 2), 1 / ((n - 1) * (n - 2)), rounding)


def biased(sums: Within, rounding: float) -> Tensor:
    """Return the cosine of the doubly centred kernels, their diagonals included, Ls x Lt."""
    n = sums.points
    return sums.with_diagonal().ratio(-2 / n, 1 / n**2, rounding)


def correlation(sums: Within, rounding: float) -> Tensor:
    """Return Pearson's correlation of the entries above the diagonal, Ls x Lt."""
    n = sums.points
    return sums.ratio(0.0, -1 / (n * (n - 1)), rounding)


class SummaryBuilder:
    """Makes the `Summary` of one kernel, for its permutation moments, from chunks of its rows.

    Args:
        row_sums: N, sums of the rows off the diagonal, float64.
        additive: N, the u of V, with mean zero; zeros where there is no V.
    """

    def __init__(self, row_sums: Tensor, additive: Tensor) -> None:
        n = len(row_sums)
        # a~_ij = K_ij + shift_i + shift_j has off-diagonal rows that sum to zero
        self.shift = row_sums.sum() / (2 * (n - 1) * (n - 2)) - row_sums / (n - 2)
        self.additive = additive
        self.row_squares = row_sums.new_zeros(n)
        self._cube = row_sums.new_zeros(())
        self._form = row_sums.new_zeros(())

    def add(self, start: int, rows: Tensor) -> Tensor:
        """Take in the rows start, start + 1, ... and return them as rows of a~."""
        shift, own = self.shift.to(rows.dtype), slice(start, start + len(rows))
        centred = (rows + shift).add_(shift[own, None])
        centred.diagonal(start).fill_(0)
        squared = centred.square()
        self.row_squares[own] = squared.sum(dim=1).double()
        self._cube += torch.linalg.vecdot(squared, centred).double().sum()
        self._form += self.additive[own] @ (centred @ self.additive.to(rows.dtype)).double()
        return centred

    def summary(self, triangles: float) -> Summary:
        """Return the summary, given the trace of a~^3."""
        return Summary(
            len(self.shift),
            float(self.row_squares.sum()),
            float(self._cube),
            triangles,
            float(self.additive.square().sum()),
            float(self.additive.pow(3).sum()),
            float(self._form),
            float(self.additive @ self.row_squares),
        )


def permutation_null(
    a: Summary, b: Summary, scale: float, mean: float = 0.0
) -> tuple[float, float, float]:
    """Return mean, low and high of (D + V) / scale + mean over all permutations of rows."""
    if a.points < 4 or not scale > 0:
        return math.nan, math.nan, math.nan
    variance, third = permutation_moments(a, b)
    return mean, *null_interval(mean, variance / scale**2, third / scale**3)
