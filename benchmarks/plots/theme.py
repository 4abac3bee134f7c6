"""Colours of the figures: those of `assets/css/tokens.css`, and a palette in which routers can be told apart."""

from __future__ import annotations

import re
import zlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from errors import DataError

Scheme = Literal["light", "dark"]

TOKENS_FILE = Path(__file__).resolve().parents[2] / "assets" / "css" / "tokens.css"

HUES: dict[Scheme, tuple[str, ...]] = {
    "light": (
        "#2563c9",
        "#c2410c",
        "#15803d",
        "#be1e62",
        "#0e7490",
        "#8a5a00",
        "#7a3fb8",
        "#4d7c0f",
        "#b91c1c",
        "#475569",
        "#a21caf",
    ),
    "dark": (
        "#7db0ff",
        "#fb923c",
        "#5ddb8b",
        "#ff7eb0",
        "#4fd3ec",
        "#e0b354",
        "#c9a2ff",
        "#b6e05a",
        "#ff6b57",
        "#a9b7c9",
        "#ee8dfb",
    ),
}
"""Hues of routers, neighbours far apart; each reaches a contrast of 3 on its surface."""

ROUTERS = (
    "similarity-weighted",
    "ensemble",
    "encoder-quality",
    "matrix-factorization",
    "knn",
    "kmeans",
    "hierarchical",
    "cascade",
    "keras-cnn",
    "encoder-3way",
    "causal-5star",
    "keras-dnn",
    "keras-bilstm",
    "keras-bilstm2",
    "keras-cnn-lstm",
    "semantic",
    "llm-classifier",
    "llm-router",
)
"""A router keeps its colour in every figure; those after the eleventh are dashed as well."""

DASHES = ("solid", "dash")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours of one scheme, as `#rrggbb`.

    Attributes:
        scheme: `light` or `dark`.
        surface: Behind the figure.
        sunken: Behind parts of it.
        line: Grid.
        text: Titles, and what stands out.
        muted: Ticks and secondary lines.
        accent: The operating point.
        routes: The three routes, cheapest first: teal, amber, violet.
    """

    scheme: Scheme
    surface: str
    sunken: str
    line: str
    text: str
    muted: str
    accent: str
    routes: tuple[str, str, str]

    def router(self, name: str) -> tuple[str, str]:
        """Colour and dash of a router's line; one that is not the project's own gets them from its name."""
        base = name.split(" by ")[0]
        if base == "prompt-length":
            return self.text, "dash"
        if base in ("random", "always-weak", "always-strong", "oracle"):
            return self.muted, "dot"
        hues = HUES[self.scheme]
        number = ROUTERS.index(base) if base in ROUTERS else zlib.crc32(base.encode())
        dash = "dashdot" if base != name else DASHES[number // len(hues) % len(DASHES)]
        return hues[number % len(hues)], dash


def faded(colour: str, share: float) -> str:
    """A colour as `rgba(…)`, of which only a share of 0–1 is seen."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{share:g})"


@cache
def theme(scheme: Scheme, path: Path = TOKENS_FILE) -> Theme:
    """The colours of a scheme.

    Raises:
        DataError: The style sheet lacks one of them.
    """
    css = path.read_text(encoding="utf-8")
    pairs = {name: (one, other) for name, one, other in re.findall(_TOKEN, css)}
    wanted = ("surface", "sunken", "line", "text", "muted", "accent", "t1", "t2", "t3")
    missing = [name for name in wanted if name not in pairs]
    if missing:
        raise DataError(f"{path} lacks the colour --rp-{missing[0]}.", "Restore the style sheet.")
    surface, sunken, line, text, muted, accent, t1, t2, t3 = (pairs[name][scheme == "dark"] for name in wanted)
    return Theme(scheme, surface, sunken, line, text, muted, accent, (t1, t2, t3))


_TOKEN = r"--rp-([\w-]+): light-dark\((#\w{6}), (#\w{6})\)"  # noqa: S105  a pattern of style sheets
