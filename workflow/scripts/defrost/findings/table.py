"""The table of findings of a study: a row for each."""

import pandas as pd

from defrost.findings.registry import FINDINGS, Finding
from defrost.findings.study import CannotTellError, Study
from defrost.findings.verdicts import UNDECIDED


def findings_table(study: Study) -> pd.DataFrame:
    """Return a row for every finding; without a value where the study cannot tell.

    `reason` is never empty. Of what is undecided it begins with why.
    """
    rows = [
        {
            "study": study.name,
            "finding": letter,
            "statement": finding.statement,
            "statistic": finding.statistic,
            **_tested(finding, study),
            "holds_for": _holds_for(study),
        }
        for letter, finding in FINDINGS.items()
    ]
    return pd.DataFrame(rows)


def _tested(finding: Finding, study: Study) -> dict:
    try:
        outcome = finding.test(study)
    except CannotTellError as why:
        nothing = dict.fromkeys(("value", "low", "high"))
        return {**nothing, "verdict": UNDECIDED, "reason": str(why)}
    mean, low, high = outcome.interval
    reason = outcome.detail
    if outcome.verdict == UNDECIDED:
        reason = f"the interval contains {outcome.threshold:g}; {reason}"
    return {"value": mean, "low": low, "high": high, "verdict": outcome.verdict, "reason": reason}


def _holds_for(study: Study) -> str:
    """Return what the intervals are over, and what they leave out."""
    note = ", similarity of the first alone"
    if study.over_networks:
        networks = f"{study.networks} networks for each source{note}"
        return f"this target; {study.replicates} replicates on {networks}"
    each = (
        f"{study.networks} for each source{note}" if study.networks > 1 else "one for each source"
    )
    return f"this target and these source networks, {each}; {study.replicates} replicates"
