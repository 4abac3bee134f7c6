"""The address of the Benchmarks page: what a link asks for, and how the browser writes into it what is chosen."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pages._link import parse_query

SEPARATOR = ","
OF_THE_CURVES = ("axis", "curves", "bands", "router", "share", "against")
"""Fields that another kind of prompts, or another share to keep, sets anew, so they leave the address."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks for; empty or None where it leaves the choice to the page.

    Attributes:
        benchmark: Kind of prompts.
        keep: Share of the dear LLM's advantage to keep, in %.
        axis: `share`, `own` or `list`.
        curves: Rankings to draw; None for the usual ones.
        banded: Whether every curve has its band.
        router: The one whose setting is marked.
        percent: Its share of strong calls, in %.
        baseline: What it is held against.
        tab: The open tab.
        problems: Why parts of the link cannot be used, one sentence each.
    """

    benchmark: str = ""
    keep: float | None = None
    axis: str = ""
    curves: tuple[str, ...] | None = None
    banded: bool = False
    router: str = ""
    percent: float | None = None
    baseline: str = ""
    tab: str = ""
    problems: tuple[str, ...] = ()


NOTHING = Asked()


def read_link(query: str) -> Asked:
    """What a query string asks for; what is out of range is left out and said.

    Args:
        query: Such as `benchmark=mmlu&share=30&tab=speed`.
    """
    fields, problems = parse_query(query)
    said = list(problems)
    keep = _number(fields, "keep", 50, 100, said)
    percent = _number(fields, "share", 0, 100, said)
    curves = fields.get("curves")
    return Asked(
        benchmark=fields.get("benchmark", ""),
        keep=keep,
        axis=fields.get("axis", ""),
        curves=None if curves is None else tuple(name for name in curves.split(SEPARATOR) if name),
        banded=fields.get("bands") == "1",
        router=fields.get("router", ""),
        percent=percent,
        baseline=fields.get("against", ""),
        tab=fields.get("tab", ""),
        problems=tuple(said),
    )


def offered(name: str, what: str, choices: Iterable[str], usual: str, said: list[str]) -> str:
    """A name of a link if it is offered, else the usual one, and then a sentence is added to `said`.

    Args:
        name: From the link; empty for the usual one.
        what: It is, such as `router`.
        choices: What is offered.
        usual: Taken instead.
        said: Sentences for the reader.
    """
    if not name:
        return usual
    if name in set(choices):
        return name
    said.append(f"The link asks for the {what} {name[:60]!r}, which is not offered here: {usual} is shown.")
    return usual


def keeps(field: str, *, resets: bool = False) -> dict[str, Any]:
    """Keywords of an event that writes a control's value into the address, in the browser alone.

    Args:
        field: Name in the address.
        resets: Whether it sets the controls of the curves anew.
    """
    gone = json.dumps(OF_THE_CURVES if resets else ())
    script = f"(value) => {{ window.keepInAddress?.({json.dumps(field)}, value, {gone}); }}"
    return {"fn": None, "js": script, "show_progress": "hidden", "api_visibility": "private"}


def keeps_tab(name: str) -> dict[str, Any]:
    """The same for a tab that is opened."""
    script = f"() => {{ window.keepInAddress?.('tab', {json.dumps(name)}, []); }}"
    return {"fn": None, "js": script, "show_progress": "hidden", "api_visibility": "private"}


def _number(fields: dict[str, str], name: str, low: float, high: float, said: list[str]) -> float | None:
    if name not in fields:
        return None
    try:
        value = float(fields[name])
    except ValueError:
        value = float("nan")
    if low <= value <= high:
        return value
    said.append(f"The link's {name}={fields[name][:20]} is not a number from {low} to {high}, so it is not used.")
    return None
