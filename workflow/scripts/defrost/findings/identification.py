"""Finding (e): does similarity of representations say which source is best?"""

from itertools import permutations

import numpy as np
from scipy.stats import norm

from defrost.findings.cross_fit import at_best_depth
from defrost.findings.outcome import Outcome
from defrost.findings.study import CannotTellError, Study
from defrost.selection.agreement import FEWEST
from defrost.similarity.measures import MEASURES
from defrost.statistics.intervals import Interval

HEADLINE = "debiased_linear_cka"  # declared beforehand: of ten measures some would fit by chance
_ALL_ORDERS = 8  # sources up to which every order is tried, 40,320 of them
_DIGITS = 12  # orders that give the same tau give it in another last digit


def similarity_identifies(study: Study) -> Outcome:
    """Finding (e): do similarity and gain rank the sources alike?

    Kendall's tau of the gains of the sources with the similarity of their networks to target
    networks of the largest size, by the declared measure, a mean over pairs of equal blocks. The
    gain is the test accuracy of `freeze` at the best depth, chosen on other replicates with
    scratch included, minus that of scratch, a mean over the sizes that all sources have. Tau is a
    mean over pairs of a replicate and a target network, so that an order that noise could turn
    around counts for less.

    What is claimed of sources has to hold beyond those at hand: the interval is tau minus what
    chance gives, the 2.5 % and 97.5 % quantiles of tau over all orders of the sources. Fewer than
    five agree too often by chance for any verdict. Ends of a dial rank with the others; untrained
    networks, shuffled labels and the same task do not, they would make it easy.
    """
    gains = _gains(study)
    similarities = _similarities(study, list(gains))
    if HEADLINE not in similarities:
        raise CannotTellError(f"not run: {HEADLINE} of every source")
    gained = np.stack(list(gains.values()), axis=1)
    taus = {measure: _agreement(values, gained) for measure, values in similarities.items()}
    picked = int(similarities[HEADLINE].mean(axis=0).argmax())
    means = gained.mean(axis=0)
    detail = f"of {len(gains)} sources it picks {list(gains)[picked]}, "
    regret = means.max() - means[picked]
    detail += f"which loses {regret:.3f} to the best" if regret > 0 else "which is the best"
    others = [f"{name} {tau.mean:+.2f}" for name, tau in taus.items() if name != HEADLINE]
    detail += f"; tau of other measures: {', '.join(others)}" if others else ""
    if len(gains) < 5:
        detail = f"{len(gains)} sources can be in order by chance, 5 or more are needed; {detail}"
    return Outcome(taus[HEADLINE], detail)


def _gains(study: Study) -> dict[str, np.ndarray]:
    """Return for every source to rank its gain in every replicate."""
    ranked = [s for s in study.sources if s in study.no_controls or s in study.similarity_order]
    cells = study.cells("freeze", ranked)
    names = list(dict.fromkeys(cell.source for cell in cells))
    if len(names) < FEWEST:
        raise CannotTellError(f"not run: {FEWEST} sources to rank, there are {len(names)}")
    sizes = set.intersection(*({c.size for c in cells if c.source == name} for name in names))
    if not sizes:
        raise CannotTellError("not run: a size that all sources have")
    return {
        name: np.mean(
            [
                at_best_depth(cell.accuracy) - cell.at(0)
                for cell in cells
                if cell.source == name and cell.size in sizes
            ],
            axis=0,
        )
        for name in names
    }


def _similarities(study: Study, sources: list[str]) -> dict[str, np.ndarray]:
    """Return for every measure that has all sources: networks x sources, larger is more similar."""
    table = study.similarity
    if table is None:
        raise CannotTellError("not run: similarity of representations")
    table = table[(table["comparison"] == "source_to_target") & table["source"].isin(sources)]
    equal = table[
        (table["source_block"] == table["target_block"]) & (table["size"] == table["size"].max())
    ]
    found = {}
    for measure, rows in equal.groupby("measure"):
        # by the first blocks alone a source whose last one is dead would be very similar
        values = rows.groupby(["replicate", "source"])["value"]
        means = values.agg(lambda blocks: blocks.mean(skipna=False)).unstack()
        means = means.reindex(columns=sources).dropna()
        if len(means):
            sign = 1 if MEASURES[measure].larger_is_more_similar else -1
            found[measure] = sign * means.to_numpy()
    return found


def _agreement(similarities: np.ndarray, gains: np.ndarray) -> Interval:
    """Return tau of N x S similarities with R x S gains, and its interval over S sources."""
    a, b = _order(similarities), _order(gains)
    tau = _tau(a, b)
    lowest, highest = _by_chance(a, b)
    return Interval(tau, max(tau - highest, -1.0), min(tau - lowest, 1.0))


def _order(values: np.ndarray) -> np.ndarray:
    """Return, S x S, how much more often one source is above another than below it."""
    return np.sign(values[:, :, None] - values[:, None, :]).mean(axis=0)


def _tau(a: np.ndarray, b: np.ndarray) -> float:
    return float((a * b).sum() / (len(a) * (len(a) - 1)))


def _by_chance(a: np.ndarray, b: np.ndarray) -> tuple[float, float]:
    """Return the range that holds tau for all but 2.5 % of the orders of the sources, each side.

    Of every order where they are few; else by the normal approximation with the exact variance
    over orders (Daniels, Biometrika 33, 1944).
    """
    count = len(a)
    if count <= _ALL_ORDERS:
        orders = np.array(list(permutations(range(count))))
        shuffled = (a[orders[:, :, None], orders[:, None, :]] * b).sum(axis=(1, 2))
        taus = np.sort((shuffled / (count * (count - 1))).round(_DIGITS))
        beyond = int(0.025 * len(taus))
        return taus[beyond], taus[-1 - beyond]
    (rows_a, all_a), (rows_b, all_b) = (((x.sum(1) ** 2).sum(), (x**2).sum()) for x in (a, b))
    pairs = count * (count - 1)
    variance = (
        4 * (rows_a - all_a) * (rows_b - all_b) / (pairs * (count - 2)) + 2 * all_a * all_b / pairs
    )
    half = norm.ppf(0.975) * np.sqrt(variance) / pairs
    return -half, half
