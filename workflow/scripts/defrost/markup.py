"""Plain text as HTML, for the pages of the report."""

import html
import re


def to_html(words: str) -> str:
    """Return words as HTML: names in backticks as code, and minus signs for hyphens of numbers."""
    escaped = html.escape(words, quote=False)
    signed = re.sub(r"(?<!\w)-(?=\d)", "−", escaped)
    return re.sub("`(.+?)`", r"<code>\1</code>", signed)
