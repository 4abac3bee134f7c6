"""How to add a router of one's own: the steps, and the file that works as it stands."""

from __future__ import annotations

from pages._templates import render
from pages.look import ASSETS

OWN_ROUTER = ASSETS / "own_router.py"


def guide_html() -> str:
    """The guide, with the file's own text."""
    return render("routers_guide.html", code=OWN_ROUTER.read_text(encoding="utf-8").strip(), file="my_router.py")
