"""Exact moments of a kernel statistic when the rows of one side are permuted.

CKA and RSA compare two symmetric N x N matrices entry by entry,

    G(p) = sum_{i != j} a_ij b_{p(i) p(j)}  (+ a sum over the diagonal for biased CKA),

and nothing else in them changes when p permutes the rows of one side. Each matrix splits into a
part a~ whose off-diagonal rows sum to zero and a part u_i + u_j that is additive, and G(p) into

    D(p) = sum_{i != j} a~_ij b~_{p(i) p(j)}   and   V(p) = sum_i u_i v_{p(i)},

plus a constant. The moments of both over all N! permutations follow from sums over one matrix
alone, because the mean of a product of b~ over permutations depends only on which indices
coincide, and a sum over distinct indices reduces, one free index at a time, to those below (the
method of Mantel, Cancer Research 27, 1967, and of Kazi-Aoual, Hitier, Sabatier, Lebreton,
Computational Statistics and Data Analysis 20, 1995). Nothing is sampled and no pair costs more
than a few multiplications. The variance of D is that of sum a~^2 sum b~^2 times 2 / (N (N-3)):
debiased CKA of any two representations has the standard deviation sqrt(2 / (N (N-3))) by chance.
"""

import math
from dataclasses import dataclass

from scipy.stats import pearson3

LEVEL = 0.95


@dataclass(frozen=True)
class Summary:
    """What the moments need of one matrix; all zero in `additive_*` where V is left out.

    Attributes:
        points: N, 4 or more.
        square: sum of a~_ij^2.
        cube: sum of a~_ij^3.
        triangles: trace of a~^3, the sum of a~_ij a~_jk a~_ki.
        additive_square, additive_cube: sums of u_i^2 and of u_i^3.
        additive_form: u' a~ u.
        additive_weight: sum of u_i a~_ij^2 over i and j.
    """

    points: int
    square: float
    cube: float
    triangles: float
    additive_square: float = 0.0
    additive_cube: float = 0.0
    additive_form: float = 0.0
    additive_weight: float = 0.0


def permutation_moments(a: Summary, b: Summary) -> tuple[float, float]:
    """Return the variance and the third central moment of D + V over all permutations of rows.

    Their mean is 0. In every term the factor of b follows the same reduction as that of a, so
    that a sum over m distinct indices contributes coefficient x coefficient / (N)_m for each way
    in which the indices of the factors can coincide.
    """
    falling = [1.0]
    for taken in range(6):
        falling.append(falling[-1] * (a.points - taken))
    n2, n3, n4, n5, n6 = (x if x else math.inf for x in falling[2:7])
    spread = 2 / (a.points * (a.points - 3))
    variance = spread * a.square * b.square
    variance += a.additive_square * b.additive_square / (a.points - 1)

    # E[D^3]: three edges make one of eight graphs; in order below three edges on two points, a
    # double edge and a neighbour, triangle, double edge and another, path, star, path and
    # another, three apart. (Ways to order them, sum for a, sum for b, distinct indices.)
    def graphs(x: Summary) -> list[float]:
        t, r = x.cube, x.triangles
        return [t, -t, r, 2 * t, t - r, 2 * t, 2 * r - 4 * t, 16 * t - 8 * r]

    ways = zip([4, 24, 8, 6, 24, 8, 12, 1], [n2, n3, n3, n4, n4, n4, n5, n6], strict=True)
    third = sum(
        count * of_a * of_b / n
        for (count, n), of_a, of_b in zip(ways, graphs(a), graphs(b), strict=True)
    )
    # 3 E[D^2 V], 3 E[D V^2] and E[V^3]
    weights = a.additive_weight * b.additive_weight
    third += 3 * weights * (4 / n2 + 20 / n3 + 52 / n4 + 64 / n5)
    third += 3 * a.additive_form * b.additive_form * spread
    cubes = a.additive_cube * b.additive_cube
    third += cubes * (1 / a.points + 3 / n2 + 4 / n3)
    return variance, third


def null_interval(mean: float, variance: float, third: float) -> tuple[float, float]:
    """Return where 95 % of the permutations lie, for a Pearson type III law of these moments.

    The law is a shifted gamma: exact for the sum of squares to which these statistics tend, and
    a normal one where they are not skewed.
    """
    deviation = math.sqrt(max(variance, 0.0))
    if deviation == 0:
        return mean, mean
    tail = (1 - LEVEL) / 2
    low, high = pearson3.ppf([tail, 1 - tail], third / deviation**3, mean, deviation)
    return float(low), float(high)
