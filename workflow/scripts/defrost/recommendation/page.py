"""The recommendation as a page of HTML that needs no other file."""

from defrost.markup import to_html
from defrost.recommendation import sentences

_STYLE = """
body { font: 16px/1.5 system-ui, sans-serif; max-width: 46rem; margin: 2rem auto; padding: 0 1rem; }
.answer { font-size: 1.2rem; border-left: 0.3rem solid #0173b2; padding-left: 1rem; }
table { border-collapse: collapse; }
td, th { text-align: left; padding: 0.2rem 1.2rem 0.2rem 0; border-bottom: 1px solid #ddd; }
th { vertical-align: bottom; }
td:not(:first-child) { white-space: nowrap; }
"""
_HEAD = ("best choice of each source", "validated accuracy", "behind the best", "told apart")


def page(found: dict) -> str:
    """Return the page of recommendation.json's content."""
    numbers = sentences.figures(found)
    parts = [
        f"<h1>Recommendation for {to_html(found['study'])}</h1>",
        f'<p class="answer">{to_html(sentences.answer(found))}</p>',
    ]
    if numbers:
        parts += [
            _table(None, numbers),
            *_section("Runner-up", [sentences.runner_up(found)]),
            "<h2>How the sources stand</h2>",
            _table(_HEAD, [_cells(row, found["sources"][0]) for row in found["sources"]]),
        ]
    parts += _section("What would change the answer", sentences.changes(found))
    parts += _section("How far to trust it", sentences.cautions(found))
    if numbers:
        parts += _section("How the numbers were made", [sentences.METHOD])
    title = f"Recommendation for {to_html(found['study'])}"
    head = f'<meta charset="utf-8"><title>{title}</title><style>{_STYLE}</style>'
    body = "\n".join(parts)
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _cells(row: dict, best: dict) -> tuple[str, ...]:
    name, accuracy = sentences.choice(row), f"{row['validated_accuracy']:.3f}"
    if row is best:
        return name, accuracy, "the best", ""
    return name, accuracy, sentences.interval(row, "behind"), "yes" if row["told_apart"] else "no"


def _table(head: tuple[str, ...] | None, rows: list[tuple[str, ...]]) -> str:
    lines = [_line("th", head)] if head else []
    return "\n".join(["<table>", *lines, *(_line("td", row) for row in rows), "</table>"])


def _line(tag: str, cells: tuple[str, ...]) -> str:
    return "<tr>" + "".join(f"<{tag}>{to_html(cell)}</{tag}>" for cell in cells) + "</tr>"


def _section(title: str, texts: list[str]) -> list[str]:
    return [f"<h2>{title}</h2>", *(f"<p>{to_html(text)}</p>" for text in texts)] if texts else []
