"""What the tests of figures share: tables made by hand, and what must hold for every figure."""

from itertools import product

import pandas as pd
import pytest
from legible import faults_of

from defrost.figures.style import save_figure


def accuracy_row(source, protocol, depth, size, replicate, test_accuracy):
    return {
        "study": "tiny",
        "source": source,
        "protocol": protocol,
        "depth": depth,
        "size": size,
        "replicate": replicate,
        "test_accuracy": test_accuracy,
    }


@pytest.fixture
def make_accuracy():
    """Return a function that makes an accuracy table with the optimum at depth 2 of 0 to 3."""

    def make(sources, protocols=("freeze",), depths=(1, 2, 3), sizes=(20, 100), replicates=3):
        rows = []
        for size in sizes:
            for replicate in range(replicates):
                shift = 0.01 * replicate + size / 1000
                rows.append(accuracy_row("scratch", "scratch", 0, size, replicate, 0.5 + shift))
                rows += [
                    accuracy_row(
                        source, protocol, depth, size, replicate, 0.7 + shift - (depth - 2) ** 2 / 9
                    )
                    for source in sources
                    for protocol in protocols
                    for depth in depths
                ]
        return pd.DataFrame(rows)

    return make


DEFAULT_MEASURES = (
    "debiased_linear_cka",
    "information_imbalance_source_to_target",
    "information_imbalance_target_to_source",
)


def similarity_rows(networks, source, size, replicate, measure, blocks):
    """Return the rows of a pair of networks; every column has values of its own."""
    comparison, first, second = networks
    return [
        {
            "study": "tiny",
            "comparison": comparison,
            "source_network": first,
            "target_network": second,
            "source": source,
            "size": size,
            "replicate": replicate,
            "measure": measure,
            "source_block": source_block,
            "target_block": target_block,
            "value": (value := 0.2 + source_block / 10 + target_block / 50 + replicate / 25),
            "value_low": value - 0.03,
            "value_high": value + 0.04,
            "null_mean": 0.1 + source_block / 100,
            "null_low": 0.08 + source_block / 100,
            "null_high": 0.13 + source_block / 100,
            "points": 300,
            "reason": "",
            "repeated": 0,
            "value_distinct": value,
        }
        for source_block in range(1, blocks + 1)
        for target_block in range(1, blocks + 1)
    ]


@pytest.fixture
def make_similarity():
    """Return a function that makes a similarity table of all three comparisons."""

    def make(sources, sizes=(1000,), replicates=3, blocks=3, measures=DEFAULT_MEASURES):
        rows = []
        for measure, size, replicate in product(measures, sizes, range(replicates)):
            folder = f"references/size-{size}/replicate"
            reference = f"{folder}-{replicate}"
            cell = size, replicate, measure, blocks
            for source in sources:
                before, after = f"sources/{source}/seed-0", f"after/{source}/{reference}"
                rows += similarity_rows(("source_to_target", before, reference), source, *cell)
                rows += similarity_rows(("before_to_after", before, after), source, *cell)
            for other in range(replicate):
                networks = "target_to_target", f"{folder}-{other}", reference
                rows += similarity_rows(networks, "target", *cell)
        return pd.DataFrame(rows)

    return make


@pytest.fixture
def make_dimension():
    """Return a function that makes a table of intrinsic dimensions."""

    def make(sources, sizes=(1000,), replicates=3, blocks=3):
        references = product(sizes, range(replicates))
        networks = [f"sources/{source}/seed-0" for source in sources]
        networks += [f"references/size-{n}/replicate-{r}" for n, r in references]
        return pd.DataFrame(
            [
                {
                    "study": "tiny",
                    "network": network,
                    "block": block,
                    "value": (value := 10 - block + place / 4),
                    "value_low": value - 0.5,
                    "value_high": value + 0.75,
                    "points": 300,
                    "reason": "",
                    "repeated": 0,
                }
                for place, network in enumerate(networks)
                for block in range(1, blocks + 1)
            ]
        )

    return make


@pytest.fixture
def long_names():
    """Return twelve names of sources, as long as the config allows."""
    return [f"a_rather_long_name_of_a_source_that_somebody_chose_here_{i:04d}" for i in range(12)]


@pytest.fixture
def saved_bytes(tmp_path):
    """Return a function that saves a figure and returns its files' bytes by suffix."""

    def save(figure, plotted, folder):
        (tmp_path / folder).mkdir()
        save_figure(tmp_path / folder / "figure.pdf", figure, plotted, {"rule": "plot"})
        return {path.suffix: path.read_bytes() for path in (tmp_path / folder).iterdir()}

    return save


@pytest.fixture
def assert_readable():
    """Return a function that fails where something of a figure cannot be read."""

    def check(figure):
        assert faults_of(figure) == []

    return check
