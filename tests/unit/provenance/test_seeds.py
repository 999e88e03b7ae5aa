"""Seeds by name."""

from hypothesis import given
from hypothesis import strategies as st

from defrost.provenance.seeds import Seeds

names = st.lists(st.text("abc0123", min_size=1, max_size=4), min_size=1, max_size=3)


def test_a_seed_is_the_same_for_ever():
    # pinned: a change would silently change every result ever made
    assert Seeds(0)("digits", "split") == 8105681861195006390


@given(names, names, st.integers(0, 9), st.integers(0, 9))
def test_seeds_differ_unless_root_and_names_are_the_same(first, second, one, two):
    same = first == second and one == two
    assert (Seeds(one)(*first) == Seeds(two)(*second)) == same


@given(names)
def test_a_seed_fits_into_63_bits_and_is_kept(name):
    seeds = Seeds(1)
    assert 0 <= seeds(*name) < 2**63
    assert seeds.given == {"/".join(name): seeds(*name)}
