"""Linear CKA of representations that arrive in batches and are never held together."""

import torch
from torch import Tensor

from defrost.similarity.centre import check_pair
from defrost.similarity.cka import alignment, biased_alignment


class LinearCkaStream:
    """Sums over batches of rows from which linear CKA follows exactly, biased and debiased.

    Memory holds (Dx + Dy)^2 numbers, whatever N. Everything is in float64 and taken from the
    first row on either side, so that an offset of the activations costs no digits.

        stream = LinearCkaStream()
        for x, y in batches:
            stream.add(x, y)
        stream.debiased()
    """

    def __init__(self) -> None:
        self.points = 0

    def add(self, x: Tensor, y: Tensor) -> None:
        """Take in the rows of the next inputs.

        Args:
            x, y: rows x Dx and rows x Dy, row i of both for one input; Dx and Dy stay the same.

        Raises:
            ValueError: x and y differ in rows, or hold values that are not finite.
        """
        check_pair(x, y)
        if not self.points:
            self._first = x[:1].double(), y[:1].double()
        sides = [(z.double() - first) for z, first in zip((x, y), self._first, strict=True)]
        joint = torch.cat(sides, dim=1)  # the features of both sides in a row
        norms = torch.stack([z.square().sum(dim=1) for z in sides])
        new = (
            joint.T @ joint,
            joint.sum(dim=0),
            norms @ norms.T,
            norms.sum(dim=1),
            norms @ joint,
        )
        if self.points:
            new = tuple(old + more for old, more in zip(self._sums, new, strict=True))
        self._sums, self.points = new, self.points + len(x)

    def biased(self) -> float:
        """Return what `linear_cka` does of all rows."""
        return biased_alignment(self._centred()[0]) if self.points >= 3 else float("nan")

    def debiased(self) -> float:
        """Return what `debiased_linear_cka` does of all rows."""
        return alignment(*self._centred(), self.points)

    def _centred(self) -> tuple[tuple, tuple, tuple]:
        """Return the sums that `alignment` takes, of the rows less their mean."""
        if not self.points:
            raise ValueError("no rows have been added")
        joint, total, norm_products, norms, weighted = self._sums
        mean, cut = total / self.points, self._first[0].shape[1]
        covariance = joint - torch.outer(total, mean)
        sides = slice(None, cut), slice(cut, None)
        products = [
            covariance[a, b].square().sum()
            for a, b in ((sides[0], sides[1]), (sides[0],) * 2, (sides[1],) * 2)
        ]
        # |x - m|^2 = |x|^2 - 2 m x + |m|^2 on each side; sums of their products, term by term
        shift = [mean[side].square().sum() for side in sides]

        def norm_product(a: int, b: int) -> Tensor:
            m_a, m_b = mean[sides[a]], mean[sides[b]]
            of_a = -2 * m_b @ weighted[a, sides[b]] + shift[b] * norms[a]
            of_b = -2 * m_a @ weighted[b, sides[a]] + shift[a] * norms[b]
            cross = 4 * m_a @ joint[sides[a], sides[b]] @ m_b
            both = -2 * (m_a @ total[sides[a]]) * shift[b] - 2 * (m_b @ total[sides[b]]) * shift[a]
            return (
                norm_products[a, b] + of_a + of_b + cross + both + self.points * shift[a] * shift[b]
            )

        totals = [norms[a] - self.points * shift[a] for a in (0, 1)]
        return (
            tuple(map(float, products)),
            tuple(float(norm_product(a, b)) for a, b in ((0, 1), (0, 0), (1, 1))),
            tuple(map(float, totals)),
        )
