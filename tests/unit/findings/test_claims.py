"""What each test looks at: which sources, sizes, depths and protocols decide, and which do not."""

from dataclasses import replace

import pytest
from planted_studies import CLOSENESS, CONTROLS, planted

from defrost.findings.registry import FINDINGS


def outcome(letter, worth, **asked):
    return FINDINGS[letter].test(planted(worth, **asked))


def test_every_finding_tests_sources_that_are_no_controls():
    def worth(source, protocol, depth, size):
        # of the controls alone full depth is best
        return 0.5 + 0.02 * depth if source in CONTROLS else 0.5 + 0.02 * (depth == 2)

    assert outcome("a", worth).verdict == outcome("d", worth).verdict == "supported"
    assert outcome("d", worth).interval.mean == pytest.approx(0.02, abs=0.002)


@pytest.mark.parametrize(
    ("often", "verdict"), [(("s0", "s1"), "refuted"), (("s0", "s1", "s2", "s3"), "supported")]
)
def test_often_is_more_often_than_not(often, verdict):
    def worth(source, protocol, depth, size):
        # large losses where it is rare must not count for more
        return 0.5 + (0.1 * (depth == 2) if source in often else 0.05 * depth)

    assert outcome("a", worth).verdict == verdict


def test_where_the_standard_protocol_does_not_lose_is_said():
    def worth(source, protocol, depth, size):
        return 0.5 + (0.02 * depth if size == 20 else 0.03 * (depth == 1))

    found = outcome("d", worth, sources=("s0", "s1"))
    assert found.detail.endswith("no certain loss for s0 at n=20; s1 at n=20")


def test_fine_tuning_wins_from_a_size_on():
    def worth(source, protocol, depth, size):
        return 0.6 + {20: -0.05, 100: 0.03, 1000: 0.03}[size] * (protocol == "finetune")

    found = outcome("f", worth)
    assert found.verdict == "supported"
    assert "saves 50% of the operations; fine-tuning is better from n=100 on" in found.detail


def test_freezing_that_loses_but_costs_as_much_refutes_the_finding():
    study = planted(lambda source, protocol, *_: 0.6 + 0.05 * (protocol == "finetune"))
    rows = study.accuracy
    dear = rows["train_flops"] + 100 * (rows["protocol"] == "freeze")
    assert FINDINGS["f"].test(study).verdict == "supported"
    costly = replace(study, accuracy=rows.assign(train_flops=dear))
    assert FINDINGS["f"].test(costly).verdict == "refuted"


@pytest.mark.parametrize("protocols", [("freeze",), ("freeze", "defrost")])
def test_freezing_more_is_asked_of_the_closest_source_at_the_smallest_size(protocols):
    def worth(source, protocol, depth, size):
        rises = (source, size) == ("s4", 20) and protocol == protocols[-1]
        return 0.6 + (0.02 if rises else -0.02) * depth

    found = outcome("g", worth, protocols=protocols)
    assert found.verdict == "supported"
    assert found.detail.startswith(f"`{protocols[-1]}` of s4, per block; n=20: +0.0")


def test_the_closest_source_may_not_be_the_same_task():
    study = planted()
    same = replace(study, controls={**CONTROLS, "s4": "positive"})
    assert "`defrost` of s3" in FINDINGS["g"].test(same).detail


@pytest.mark.parametrize("better", ["freeze", "finetune"])
def test_thawing_has_to_beat_both(better):
    def worth(source, protocol, depth, size):
        if protocol == better and depth in (2, 4):
            return 0.9
        return {"gradual": 0.8, "scratch": 0.5}.get(protocol, 0.6)

    assert outcome("h", worth, sources=("s0", "s1")).verdict == "refuted"


def test_controls_are_judged_where_they_must_behave():
    def worth(source, protocol, depth, size):
        gain = {("untrained", 20): 0.1, ("same_task", 20): 0.1, ("same_task", 1000): -0.1}
        return 0.6 + gain.get((source, size), 0) * (depth == 1)

    assert outcome("i", worth).verdict == "supported"


@pytest.mark.parametrize(
    ("gain", "verdict"), [(0.0, "supported"), (0.02, "undecided"), (0.04, "refuted")]
)
def test_a_negative_control_may_gain_less_than_the_margin(gain, verdict):
    def worth(source, protocol, depth, size):
        return 0.6 + gain * (depth == 1)

    assert outcome("i", worth, sources=("untrained", *CLOSENESS)).verdict == verdict
