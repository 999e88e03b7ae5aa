"""Depths chosen on other replicates: what they are worth, and where the optimum has moved."""

import numpy as np
import pytest
from planted_studies import planted

from defrost.findings.cross_fit import at_best_depth, shift_of_optimum
from defrost.findings.outcome import Outcome, over_replicates
from defrost.findings.study import CannotTellError

RISING = np.array([0.5, 0.6, 0.7, 0.8])


def repeated(means, replicates=6):
    return np.tile(means, (replicates, 1))


def test_the_best_depth_has_the_value_of_its_column():
    assert at_best_depth(repeated([0.5, 0.9, 0.7])) == pytest.approx([0.9] * 6)


def test_one_replicate_has_no_others_to_choose_for_it():
    for test in (at_best_depth, lambda x: shift_of_optimum(x, x)):
        with pytest.raises(CannotTellError, match="1 independent unit"):
            test(repeated(RISING, 1))


def test_a_shift_is_the_smaller_of_the_two_differences_it_needs():
    # 3 is best against 2 by 0.1; in the other condition 1 against 2 by 0.04 and against 3 by 0.1
    shift = shift_of_optimum(repeated(RISING), repeated([0.5, 0.74, 0.7, 0.64]))
    assert shift == pytest.approx([0.1] * 6)
    from_depth_0 = shift_of_optimum(repeated(RISING), repeated(0.5 * RISING[::-1]))
    assert from_depth_0 == pytest.approx([0.1] * 6)
    back = shift_of_optimum(repeated([0.5, 0.74, 0.7, 0.64]), repeated(RISING))
    assert (back < 0).all()


@pytest.mark.parametrize("flat", [0.0, 0.01, 1.0])
def test_the_same_optimum_that_matters_less_is_no_shift(flat):
    assert (shift_of_optimum(repeated(RISING), repeated(flat * RISING)) <= 0).all()


def test_where_no_block_is_worth_transferring_there_is_no_shift():
    falling = repeated(RISING[::-1])
    assert (shift_of_optimum(falling, 0.5 * falling) == 0).all()


# Deep transfer surely pays in one condition, and depths are alike in the other, or nearly pay.
@pytest.mark.parametrize("replicates", [5, 20])
@pytest.mark.parametrize(
    ("first", "second"), [(0.0, 0.0), (20.0, 0.0), (0.0, -20.0), (20.0, 1.0), (0.3, 0.0)]
)
def test_half_a_shift_is_hardly_ever_taken_for_one(replicates, first, second):
    generator = np.random.default_rng(0)
    slope = np.arange(6) / 5
    supported = 0
    for _ in range(500):
        noise = generator.normal(size=(2, replicates, 6))
        shift = shift_of_optimum(first * slope + noise[0], second * slope + noise[1])
        supported += Outcome(over_replicates(shift), "").verdict == "supported"
    assert supported <= 0.07 * 500


def test_depth_zero_of_what_transfers_nothing_is_scratch():
    study = planted(protocols=("freeze", "defrost"))
    scratch = study.accuracy.query("source == 'scratch' and size == 20")["test_accuracy"]
    frozen = study.cells("freeze", ["s4"])[0]
    assert frozen.depths.tolist() == [0, 1, 2, 3, 4]
    assert frozen.at(0) == pytest.approx(scratch.to_numpy())
    defrosted = study.cells("defrost", ["s4"])[0]
    assert defrosted.depths.tolist() == [0, 1, 2, 3, 4]
    assert defrosted.at(4) == pytest.approx(frozen.at(4))
    assert defrosted.at(0).mean() > scratch.mean() + 0.05
