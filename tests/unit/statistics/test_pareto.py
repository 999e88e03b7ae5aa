import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from defrost.statistics.pareto import on_pareto_front

# few different numbers, so that there are ties in one of the two and in both
POINTS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 5)), min_size=1, max_size=12)


def front_of(points):
    cost, value = np.array(points, dtype=float).T
    return on_pareto_front(cost, value).tolist()


@pytest.mark.parametrize(
    ("points", "front"),
    [
        ([(1, 0.5)], [True]),
        ([(1, 0.5), (2, 0.6), (3, 0.55)], [True, True, False]),
        # equally valuable: the cheapest
        ([(2, 0.5), (1, 0.5)], [False, True]),
        # equally dear: the most valuable
        ([(1, 0.5), (1, 0.6)], [False, True]),
        # equal in both
        ([(1, 0.5), (1, 0.5), (2, 0.4)], [True, True, False]),
    ],
)
def test_fronts_known_by_hand(points, front):
    assert front_of(points) == front


@given(POINTS)
def test_the_front_is_what_a_search_by_budget_finds(points):
    # at every cost the most valuable of what is affordable, at its lowest price
    best = set()
    for budget, _ in points:
        affordable = [(value, -cost) for cost, value in points if cost <= budget]
        value, negative_cost = max(affordable)
        best.add((-negative_cost, value))
    assert front_of(points) == [point in best for point in points]


@given(POINTS)
def test_along_the_front_more_cost_is_more_value(points):
    front = sorted({point for point, on in zip(points, front_of(points), strict=True) if on})
    costs, values = zip(*front, strict=True)
    assert (np.diff(costs) > 0).all() and (np.diff(values) > 0).all()
