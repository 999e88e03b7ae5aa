"""Findings (b) and (c): where the optimal depth moves, with data and with similarity."""

import numpy as np

from defrost.findings.cross_fit import shift_of_optimum
from defrost.findings.outcome import Outcome, in_words, over_replicates
from defrost.findings.study import CannotTellError, Cells, Study
from defrost.statistics.optimal_depth import optimal_column


def optimum_falls_with_data(study: Study) -> Outcome:
    """Finding (b), over the sources of `freeze`: is the optimal depth lower at the largest size?

    For every source its smallest size against its largest, see `shift_of_optimum`; a mean over
    sources of every replicate.
    """
    pairs = []
    for source in study.no_controls:
        cells = [cell for cell in study.cells("freeze") if cell.source == source]
        if len(cells) > 1:
            pairs.append((source, _at_size(cells[0]), _at_size(cells[-1])))
    if not pairs:
        raise CannotTellError("not run: `freeze` at two sizes")
    return _shifts(pairs)


def optimum_rises_with_similarity(study: Study) -> Outcome:
    """Finding (c), over the sizes of `freeze`: is the optimal depth higher for the closer source?

    The most similar source, of those whose order is known beforehand, against the least similar,
    at every size of both, see `shift_of_optimum`; a mean over sizes of every replicate.
    """
    far, near = ends_of_order(study)
    cells = study.cells("freeze", [far, near])
    at = {(cell.source, cell.size): cell for cell in cells}
    sizes = sorted({size for _, size in at if (far, size) in at and (near, size) in at})
    if not sizes:
        raise CannotTellError(f"not run: `freeze` of {far} and {near} at one size")
    return _shifts([(f"n={n}", (near, at[near, n]), (far, at[far, n])) for n in sizes])


def ends_of_order(study: Study) -> tuple[str, str]:
    """Return the least and the most similar source, of those whose order is known beforehand."""
    order = study.similarity_order
    ordered = sorted((source for source in study.sources if source in order), key=order.get)
    if len(ordered) < 2 or order[ordered[0]] == order[ordered[-1]]:
        raise CannotTellError("not run: two sources whose order of similarity is known beforehand")
    return ordered[0], ordered[-1]


def _at_size(cell: Cells) -> tuple[str, Cells]:
    return f"n={cell.size}", cell


def _shifts(pairs: list[tuple[str, tuple[str, Cells], tuple[str, Cells]]]) -> Outcome:
    """Return the mean over pairs of cells; the optimum should be deeper in the first of a pair.

    A pair has a name, and each of its cells has one.
    """
    values, words = [], []
    for name, *conditions in pairs:
        values.append(shift_of_optimum(*(cell.accuracy for _, cell in conditions)))
        optima = [
            f"{cell.depths[optimal_column(cell.accuracy)]} ({condition})"
            for condition, cell in conditions
        ]
        interval = in_words(over_replicates(values[-1]))
        words.append(f"{name}: depth {' and '.join(optima)}, {interval}")
    return Outcome(over_replicates(np.mean(values, axis=0)), "; ".join(words))
