"""The table of the ladder of clones."""

import pandas as pd
import pytest

from defrost.statistics.clone_ladder import clone_ladder_table
from defrost.statistics.intervals import mean_interval


def test_a_row_is_the_mean_over_draws_with_its_interval():
    measured = pd.DataFrame(
        [
            {"study": "s", "source": source, "quantity": quantity, "seed": seed, "value": value}
            for source, shift in (("far", 0.0), ("near", 0.2))
            for quantity in ("energy_distance", "real_test_accuracy")
            for seed, value in enumerate((shift + 0.1, shift + 0.2, shift + 0.6))
        ]
    ).assign(chance=0.25)
    table = clone_ladder_table(measured)
    assert len(table) == 4
    row = table.query("source == 'near' and quantity == 'real_test_accuracy'").iloc[0]
    mean, low, high = mean_interval(measured.query("source == 'near'")["value"].to_numpy()[:3])
    assert (row["value"], row["value_low"], row["value_high"]) == pytest.approx((mean, low, high))
    assert (row["chance"], row["draws"]) == (0.25, 3)
