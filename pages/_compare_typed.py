"""Text that a user typed as Markdown that reads as the text itself."""

from __future__ import annotations

import re

_MARKDOWN = re.compile(r"[\\`*_\[\]<>&#~|$]|^\s*[-+=]|^\s*\d+[.)]", re.MULTILINE)
_PUNCTUATION = re.compile(r"[^\w\s]|_")
_INDENT = re.compile(r"^[ \t]+", re.MULTILINE)


def as_typed(text: str) -> str:
    """Markdown that reads as the text itself: nothing in it is markup, lines and indentation stay."""
    return _INDENT.sub(_hard_spaces, _MARKDOWN.sub(_escaped, text))


def _escaped(found: re.Match[str]) -> str:
    """As numbers of characters: a backslash in front of a bracket would begin a formula."""
    return _PUNCTUATION.sub(_number, found[0])


def _number(found: re.Match[str]) -> str:
    return f"&#{ord(found[0])};"


def _hard_spaces(found: re.Match[str]) -> str:
    return found[0].replace("\t", "    ").replace(" ", "\N{NO-BREAK SPACE}")
