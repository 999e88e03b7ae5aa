"""What is cross-validated, where sources are ranked, and what is refused."""

import copy

import pytest
from test_config import MINIMAL

from defrost.config.grid import resolve_config
from defrost.config.schema import ConfigError
from defrost.config.selected import ranked_sizes, ranked_sources, validated_depths


def study(schema, **changes):
    config = copy.deepcopy(MINIMAL)
    config["studies"]["mine"] |= changes
    return resolve_config(config, schema)["studies"]["mine"]


def test_nothing_is_cross_validated_unless_asked_for(schema):
    assert study(schema)["selection"] == {"sources": [], "sizes": [20], "folds": 5}


def test_shared_cells_are_validated_once_and_scratch_by_itself(schema):
    depths = validated_depths(study(schema, protocols=["freeze", "defrost"], depths=[0, 2, 5]))
    assert depths == {"freeze": [2, 5], "finetune": [5], "defrost": [2]}


def test_a_source_is_ranked_where_it_is_transferred_and_the_target_has_networks(schema):
    sources = {
        "near": {"kind": "clone", "model": "gaussian"},
        "few": {"kind": "untrained", "sizes": [20]},
    }
    found = study(schema, sources=sources, references={"sizes": [100, 60]})
    assert ranked_sizes(found, "near") == [100]
    assert ranked_sizes(found, "few") == []
    assert ranked_sources(found) == ["near"]


@pytest.mark.parametrize(
    ("selection", "message"),
    [
        (
            {"sources": ["nera"]},
            "sources[0]: found 'nera'; allowed are those of the study: near, few",
        ),
        ({"sizes": [50]}, "sizes[0]: found 50; allowed are those of the study: 10, 20, 100"),
        (
            {"sources": ["few"], "sizes": [20]},
            "sizes[0]: found 20; allowed are those of the source few: 100",
        ),
        ({"sources": ["near"]}, "sizes: found 10; allowed are sizes above 10, the number of"),
        ({"folds": 1}, "folds: found 1; allowed is 2 or more"),
    ],
)
def test_what_cannot_be_selected_is_said_in_one_line(schema, selection, message):
    sources = {
        "near": {"kind": "clone", "model": "gaussian"},
        "few": {"kind": "untrained", "sizes": [100]},
    }
    with pytest.raises(ConfigError) as error:
        study(schema, sources=sources, sizes=[10, 20, 100], selection=selection)
    assert f"studies.mine.selection.{message}" in str(error.value)
    assert "\n" not in str(error.value)
