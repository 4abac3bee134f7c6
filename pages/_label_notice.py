"""Banners of the Label page: what went wrong, and what was done."""

from __future__ import annotations

from pages._defects import as_shown
from pages._templates import render


def problem(error: Exception) -> str:
    """A banner that says what went wrong; what was not foreseen is logged."""
    shown = as_shown(error)
    return render("label_notice.html", what=shown.what, mend=shown.mend, error=True)


def done(what: str, more: str = "") -> str:
    """A banner that says what was done."""
    return render("label_notice.html", what=what, mend=more, error=False)
