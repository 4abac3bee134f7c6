"""Cells of CSV files that a spreadsheet would take for formulas: made harmless going out, restored coming in."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


def safe_cell(text: str) -> str:
    """The text with an apostrophe before what would begin a formula; one that has some already gets one more."""
    return f"'{text}" if _FORMULA.match(text) else text


def plain_cell(text: str) -> str:
    """The text that `safe_cell` was given."""
    return text[1:] if _GUARDED.match(text) else text
