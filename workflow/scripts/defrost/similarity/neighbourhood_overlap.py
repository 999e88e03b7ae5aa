"""Neighbourhood overlap: the share of nearest neighbours that two representations have in common.

Doimo, Glielmo, Ansuini, Laio (NeurIPS 2020, arXiv 2007.03506):

    chi_k = mean over i of |kNN_A(i) & kNN_B(i)| / k, Euclidean neighbours, i itself left out.

By chance it is k / (N - 1): values at different N cannot be compared.
"""

from torch import Tensor

from defrost.similarity.centre import check_pair, prepare
from defrost.similarity.neighbours import neighbour_table
from defrost.similarity.resampling import Subsets


def shared_neighbours(a: Tensor, b: Tensor) -> Tensor:
    """Return the mean share of the indices in a row of a that the same row of b has too.

    Args:
        a, b: rows x k, no index twice in a row.
    """
    return (a[:, :, None] == b[:, None, :]).sum().double() / a.numel()


def neighbourhood_overlap(x: Tensor, y: Tensor, neighbours: int = 10) -> float:
    """Return the neighbourhood overlap of two representations of the same N inputs.

    Invariant to rotation, isotropic scale and offset of either; symmetric. Where points tie for
    the last of the k places which of them count is arbitrary: `compare_blocks` refuses a value
    where that is so for more than one point in a hundred.

    Args:
        x, y: N x Dx and N x Dy, row i of both for input i.
        neighbours: k, at most N - 1.

    Returns:
        A share from 0 to 1; k / (N - 1) for independent representations.

    Raises:
        ValueError: x and y differ in N, have k points or fewer, or hold values that are not
            finite.

    Source:
        Doimo et al. 2020 (see the module).
    """
    check_pair(x, y)
    if len(x) <= neighbours:
        raise ValueError(
            f"neighbourhood overlap needs {neighbours + 1} points or more, got {len(x)}"
        )
    subsets = Subsets(len(x), 0)
    tables = [neighbour_table(prepare(z), neighbours, subsets, 256) for z in (x, y)]
    return float(shared_neighbours(tables[0].whole, tables[1].whole))
