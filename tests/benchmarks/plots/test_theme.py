"""Colours: those of the style sheet, told apart by eye, and a router keeps its own."""

import itertools
import re
from pathlib import Path

import pytest

from benchmarks.plots.theme import HUES, ROUTERS, TOKENS_FILE, faded, theme
from errors import DataError
from router_models.registry import WEIGHTS
from tests.pages.test_contrast import contrast


def test_colours_are_those_of_the_style_sheet() -> None:
    css = TOKENS_FILE.read_text(encoding="utf-8")
    light, dark = re.findall(r"--rp-t3: light-dark\((#\w{6}), (#\w{6})\)", css)[0]
    assert theme("light").routes[2] == light
    assert theme("dark").routes[2] == dark


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_line_can_be_seen_on_its_surface(scheme: str) -> None:
    colours = theme(scheme)  # type: ignore[arg-type]
    for hue in HUES[colours.scheme]:
        assert contrast(hue, colours.surface) >= 3


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_hues_are_told_apart(scheme: str) -> None:
    def channels(colour: str) -> list[int]:
        return [int(colour[at : at + 2], 16) for at in (1, 3, 5)]

    for one, other in itertools.combinations(HUES[scheme], 2):  # type: ignore[index]
        assert sum(abs(a - b) for a, b in zip(channels(one), channels(other), strict=True)) > 60, (one, other)


def test_no_two_routers_look_alike() -> None:
    looks = [theme("light").router(name) for name in (*ROUTERS, "prompt-length")]
    assert len(set(looks)) == len(looks)


def test_every_learnt_router_of_the_project_has_its_place() -> None:
    cards = {path.parent.name for path in WEIGHTS.glob("*/card.json")}
    assert cards - {"random", "always-weak", "always-strong", "prompt-length"} <= set(ROUTERS)


def test_an_unknown_router_always_gets_the_same_colour() -> None:
    assert theme("light").router("my-router") == theme("light").router("my-router")


def test_a_ranking_by_p_correct_has_its_routers_colour_and_another_dash() -> None:
    plain, other = theme("light").router("knn"), theme("light").router("knn by P(correct)")
    assert plain[0] == other[0]
    assert plain[1] != other[1]


def test_faded() -> None:
    assert faded("#ff8000", 0.5) == "rgba(255,128,0,0.5)"


def test_a_style_sheet_without_a_colour_is_named(tmp_path: Path) -> None:
    sheet = tmp_path / "tokens.css"
    sheet.write_text("--rp-surface: light-dark(#ffffff, #000000);", encoding="utf-8")
    with pytest.raises(DataError, match="--rp-sunken"):
        theme("light", sheet)
