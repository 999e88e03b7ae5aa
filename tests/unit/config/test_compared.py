"""Which networks are compared with which."""

import pytest

from defrost.config import compared
from defrost.similarity.measures import PAIR_MEASURES

STUDY = {
    "sources": {"near": {}, "far": {}},
    "references": {"sizes": [10, 100], "replicates": 3},
}


def test_a_source_is_compared_with_every_target_network_and_with_itself_fine_tuned():
    pairs = compared.pairs(STUDY, "sources/near/seed-0")
    assert {pair["source_network"] for pair in pairs} == {"sources/near/seed-0"}
    assert [
        pair["target_network"] for pair in pairs if pair["comparison"] == "before_to_after"
    ] == ["finetuned/near/size-100/replicate-0"]
    scratch = [p["target_network"] for p in pairs if p["comparison"] == "source_to_target"]
    assert scratch == [name for name in compared.networks(STUDY) if name.startswith("references")]
    assert len(scratch) == 6


def test_the_ceiling_compares_every_two_target_networks_of_one_size_once():
    pairs = compared.pairs(STUDY, "references")
    names = [(pair["source_network"], pair["target_network"]) for pair in pairs]
    assert len(names) == len(set(map(frozenset, names))) == 2 * 3
    assert all(a.split("/")[1] == b.split("/")[1] and a < b for a, b in names)
    assert {pair["source"] for pair in pairs} == {"target"}


@pytest.mark.parametrize(("replicates", "ceiling"), [(1, []), (2, ["references"])])
def test_one_target_network_has_no_ceiling(replicates, ceiling):
    study = {**STUDY, "references": {"sizes": [10], "replicates": replicates}}
    assert compared.groups(study) == ["sources/near/seed-0", "sources/far/seed-0", *ceiling]


def test_the_config_knows_every_measure_of_two_representations(schema):
    measures = schema["$defs"]["study"]["properties"]["similarity"]["properties"]["measures"]
    assert set(measures["items"]["enum"]) == set(PAIR_MEASURES)
    assert measures["default"] == measures["items"]["enum"]
