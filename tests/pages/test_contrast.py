"""Every pair of colours that is read meets WCAG 2.2 AA, in light and dark."""

import re

import pytest

from pages.look import ASSETS

TEXT, GRAPHIC = 4.5, 3.0
SURFACES = ("bg", "surface")
PAIRS = [
    *((ink, surface, TEXT) for ink in ("text", "muted", "accent") for surface in (*SURFACES, "sunken")),
    *((f"t{tier}-ink", f"t{tier}", TEXT) for tier in (1, 2, 3)),
    *((f"t{tier}", surface, GRAPHIC) for tier in (1, 2, 3) for surface in SURFACES),
    ("t3", "surface", TEXT),
    ("accent-ink", "accent", TEXT),
    ("warn", "warn-bg", TEXT),
    ("error", "error-bg", TEXT),
    ("edge", "surface", GRAPHIC),
    ("edge", "bg", GRAPHIC),
    ("bg", "text", TEXT),
]


def colours() -> dict[str, tuple[str, str]]:
    """Light and dark value of every colour in tokens.css."""
    css = (ASSETS / "css" / "tokens.css").read_text(encoding="utf-8")
    found = re.findall(r"--rp-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    return {name: (light, dark) for name, light, dark in found}


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def test_the_formula() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("front", "back", "least"), PAIRS)
def test_contrast(front: str, back: str, least: float, scheme: int) -> None:
    known = colours()
    assert contrast(known[front][scheme], known[back][scheme]) >= least


def test_every_colour_is_used() -> None:
    styles = "".join(path.read_text(encoding="utf-8") for path in (ASSETS / "css").glob("*.css"))
    assert [name for name in colours() if f"var(--rp-{name})" not in styles] == []
