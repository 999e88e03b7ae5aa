"""Every figure can be read, whatever a study is like: many sources, one size, no value at all."""

from typing import NamedTuple

import numpy as np
import pandas as pd
import pytest
from legible import faults_of, words_of
from made import make_costs, make_dataset, make_losses, make_ranking

from defrost.figures.accuracy_by_depth import draw_accuracy_by_depth
from defrost.figures.clone_gallery import draw_clone_gallery
from defrost.figures.cost_accuracy import draw_cost_accuracy
from defrost.figures.intrinsic_dimension import draw_intrinsic_dimension
from defrost.figures.optimal_depth import draw_optimal_depth
from defrost.figures.phase_diagram import draw_phase_diagram
from defrost.figures.similarity_by_block import draw_similarity_by_block
from defrost.figures.similarity_matrix import draw_similarity_matrix
from defrost.figures.source_ranking import draw_source_ranking
from defrost.figures.wgan_training import draw_wgan_training
from defrost.similarity.measures import PAIR_MEASURES
from defrost.statistics.optimal_depth_table import optimal_depth_table
from defrost.transfer.protocols import PROTOCOLS


class Study(NamedTuple):
    """What a study is like."""

    sources: int = 3
    protocols: tuple[str, ...] = ("freeze",)
    blocks: int = 5
    sizes: tuple[int, ...] = (20, 100)
    replicates: int = 3


THOUSANDS = (1000, 2000, 3000, 5000, 10000)
STUDIES = {
    "usual": Study(),
    "twelve_sources": Study(sources=12),
    "one_size": Study(sizes=(50,)),
    "one_depth": Study(blocks=1),
    "one_replicate": Study(replicates=1),
    "four_protocols": Study(protocols=tuple(PROTOCOLS)),
    "five_sizes": Study(sizes=THOUSANDS),
    "twelve_sources_and_five_sizes": Study(sources=12, sizes=THOUSANDS),
    "one_of_everything": Study(sources=1, blocks=1, sizes=(50,), replicates=1),
}


class Drawing:
    """Draws every figure of a study, from tables that are changed by `change` before."""

    def __init__(self, study, long_names, make_similarity, make_dimension, change):
        self.study, self.change = study, change
        self.sources = long_names[: study.sources]
        self.protocols, self.depths = list(study.protocols), list(range(study.blocks + 1))
        self.make_similarity, self.make_dimension = make_similarity, make_dimension

    def accuracy(self):
        """Return a table with noise, so that intervals have a width and optima differ."""
        study = self.study
        table = make_costs(
            self.sources, study.protocols, study.blocks, study.sizes, study.replicates
        )
        noise = np.random.default_rng(0).normal(0, 0.05, len(table))
        # but the same in cells that are the same
        cells = table.groupby(["test_loss", "train_flops", "source", "size"], sort=False).ngroup()
        return table.assign(test_accuracy=(table["test_accuracy"] + noise[cells]).clip(0, 1))

    def optimal(self):
        return self.change(optimal_depth_table(self.accuracy(), self.study.blocks))

    def similarity(self):
        _, _, blocks, sizes, replicates = self.study
        return self.change(
            self.make_similarity(self.sources, sizes, replicates, blocks, PAIR_MEASURES)
        )

    def accuracy_by_depth(self):
        return draw_accuracy_by_depth(self.change(self.accuracy()), self.sources, self.protocols)

    def clone_gallery(self):
        target = make_dataset(classes=10)
        return draw_clone_gallery(target, "digits", dict.fromkeys(self.sources, target))

    def cost_accuracy(self):
        return draw_cost_accuracy(self.change(self.accuracy()), self.sources, self.protocols)

    def intrinsic_dimension(self):
        _, _, blocks, sizes, replicates = self.study
        table = self.make_dimension(self.sources, sizes, replicates, blocks)
        return draw_intrinsic_dimension(self.change(table), self.sources)

    def optimal_depth(self):
        return draw_optimal_depth(self.optimal(), self.sources, self.protocols, self.depths)

    def phase_diagram(self):
        dials = {name: place / 11 for place, name in enumerate(self.sources)}
        return draw_phase_diagram(
            self.optimal(), "feature_overlap", dials, self.protocols, self.depths
        )

    def similarity_by_block(self):
        return draw_similarity_by_block(self.similarity(), self.sources)

    def similarity_matrix(self):
        return draw_similarity_matrix(self.similarity(), self.sources)

    def source_ranking(self):
        return draw_source_ranking(self.change(make_ranking(self.sources, self.study.sizes)))

    def wgan_training(self):
        target = make_dataset(classes=10)
        clones = dict.fromkeys(self.sources, target)
        return draw_wgan_training(target, clones, dict.fromkeys(clones, make_losses()))


# What of a study each figure shows: what else changes leaves it as it is.
SHOWN = {
    "accuracy_by_depth": ("sources", "protocols", "blocks", "sizes", "replicates"),
    "clone_gallery": ("sources",),
    "cost_accuracy": ("sources", "protocols", "blocks", "sizes", "replicates"),
    "intrinsic_dimension": ("sources", "blocks", "sizes", "replicates"),
    "optimal_depth": ("sources", "protocols", "blocks", "sizes", "replicates"),
    "phase_diagram": ("sources", "protocols", "blocks", "sizes", "replicates"),
    "similarity_by_block": ("sources", "blocks", "sizes", "replicates"),
    "similarity_matrix": ("sources", "blocks", "replicates"),
    "source_ranking": ("sources", "sizes"),
    "wgan_training": ("sources",),
}


def cases():
    """Yield every figure with the studies that look different in it."""
    for figure, fields in SHOWN.items():
        seen = set()
        for name, study in STUDIES.items():
            look = tuple(getattr(study, field) for field in fields)
            if look not in seen:
                seen.add(look)
                yield pytest.param(figure, study, id=f"{figure}-{name}")


@pytest.fixture
def draw(long_names, make_similarity, make_dimension):
    """Return a function that draws a figure of a study."""

    def of(figure, study, change=lambda table: table):
        drawing = Drawing(study, long_names, make_similarity, make_dimension, change)
        return getattr(drawing, figure)()

    return of


@pytest.mark.parametrize(("figure", "study"), list(cases()))
def test_nothing_overlaps_or_is_cut_off(draw, figure, study):
    drawn, _ = draw(figure, study)
    assert faults_of(drawn) == []


def another_order(table: pd.DataFrame) -> pd.DataFrame:
    return table.sample(frac=1, random_state=0)


# whose numbers keep the order of the rows, or are means that differ by it in their last digit
AS_READ = ("optimal_depth", "similarity_by_block", "similarity_matrix")


@pytest.mark.parametrize("figure", SHOWN)
def test_drawn_twice_the_bytes_are_the_same(draw, saved_bytes, figure):
    change = (lambda table: table) if figure in AS_READ else another_order
    first = saved_bytes(*draw(figure, STUDIES["usual"]), "first")
    assert saved_bytes(*draw(figure, STUDIES["usual"], change), "second") == first
    assert len(first) == 4


NUMBERS = (
    r"value|value_low|value_high|null_.*|gain.*|kendall_tau|tau_null_.*|pick_regret|realised_gain"
)


@pytest.mark.parametrize(
    "figure",
    [
        "intrinsic_dimension",
        "phase_diagram",
        "similarity_by_block",
        "similarity_matrix",
        "source_ranking",
    ],
)
def test_without_any_value_the_figure_says_so(draw, figure):
    def empty(table: pd.DataFrame) -> pd.DataFrame:
        return table.assign(**dict.fromkeys(table.filter(regex=f"^({NUMBERS})$"), np.nan))

    drawn, _ = draw(figure, STUDIES["usual"], empty)
    assert faults_of(drawn) == []
    assert "no value" in words_of(drawn)
