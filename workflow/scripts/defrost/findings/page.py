"""The findings of a study as a page to read: plain HTML that needs no other file."""

import pandas as pd

from defrost.findings.verdicts import COLOURS
from defrost.markup import to_html

_STYLE = """
body { font: 15px/1.45 sans-serif; color: #222; max-width: 62em; margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.4em }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; vertical-align: top; padding: .6em .7em; border-top: 1px solid #ccc }
th:nth-child(2) { width: 38% }
td.number { white-space: nowrap; font-variant-numeric: tabular-nums }
td b { display: inline-block; color: #fff; padding: .05em .5em; border-radius: .3em }
small { display: block; color: #555 }
"""

_INTRODUCTION = """
Each statement is put to the test by one number: it is supported if the whole 95 % interval of that
number lies where the statement claims it, refuted if the whole interval lies on the other side, and
undecided otherwise. Every verdict has this level by itself; nothing is corrected for their number.
"""


def findings_page(table: pd.DataFrame) -> str:
    """Return the page of a table of findings of one study, with its rows in order."""
    study = to_html(table["study"].iloc[0])
    rows = "\n".join(_row(finding) for finding in table.itertuples())
    return f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Findings of {study}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Findings of the study {study}</h1>
<p>{_INTRODUCTION.strip()}</p>
<p>Intervals hold for: {to_html(table["holds_for"].iloc[0])}.</p>
<table>
<tr><th></th><th>Statement, and the number that tests it</th><th>Verdict</th><th>Value</th></tr>
{rows}
</table>
</body>
</html>
"""


def _row(finding: tuple) -> str:
    badge = f'<b style="background: {COLOURS[finding.verdict]}">{finding.verdict}</b>'
    return f"""<tr>
<td>{finding.finding}</td>
<td>{to_html(finding.statement)}<small>{to_html(finding.statistic)}</small></td>
<td>{badge}<small>{to_html(finding.reason)}</small></td>
<td class="number">{_value(finding)}</td>
</tr>"""


def _value(finding: tuple) -> str:
    if pd.isna(finding.value):
        return "none"
    numbers = finding.value, finding.low, finding.high
    value, low, high = (to_html(f"{number:.3f}") for number in numbers)
    return f"{value}<small>{low} to {high}</small>"
