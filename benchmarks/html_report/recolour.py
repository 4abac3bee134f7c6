"""Light figures in dark colours: the report holds each figure once, and the reader's browser exchanges its colours."""

from __future__ import annotations

from benchmarks.plots.theme import HUES, Theme, theme


def dark_of_light() -> dict[str, str]:
    """Light colour → dark colour, both `#rrggbb`, for every colour of a figure.

    Raises:
        ValueError: One light colour stands for two different dark ones, so figures must not be exchanged like this.
    """
    found: dict[str, str] = {}
    for light, dark in (*zip(_colours("light"), _colours("dark"), strict=True),):
        if found.setdefault(light, dark) != dark:
            raise ValueError(f"{light} is both {found[light]} and {dark} in the dark")
    return found


def _colours(scheme: str) -> list[str]:
    colours: Theme = theme("dark" if scheme == "dark" else "light")
    plain = [colours.surface, colours.sunken, colours.line, colours.text, colours.muted, colours.accent]
    return [*plain, *colours.routes, *HUES[colours.scheme]]
