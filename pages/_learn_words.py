"""What the Learn tab shows, as HTML: the labels there are, a version's figures, and the history of versions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from feedback.annotator_names import shown_name
from feedback.learning.figures import ESCALATED, MEANINGS, SERVED
from feedback.learning.labelled import Lacking, enough
from feedback.learning.learnable import FEWEST, TASK_TITLES, Task, classes_of
from feedback.learning.report import Compared, Interval, Report
from feedback.learning.words import advice_of, direction_of, percent, signed
from feedback.resolved_label import TIER_NAMES, TIERS, ResolvedLabel
from feedback.version_records import Standing, Switch, VersionFacts
from pages._learn_reading import reading_of
from pages._templates import render
from router_models.base import Router

SOURCE_NAMES = {
    "people": "by people",
    "adjudicated": "adjudicated",
    "correction": "corrected on cards",
    "judge": "by judge LLMs",
}
SHARES = (SERVED, ESCALATED)


@dataclass(frozen=True, slots=True)
class Tile:
    """A number with its name."""

    name: str
    value: str
    small: str = ""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """One figure before and after, as text; `tone` colours the difference, and `found` says the same in a word."""

    metric: str
    meaning: str
    before: str
    after: str
    difference: str
    interval: str
    tone: str
    found: str


@dataclass(frozen=True, slots=True)
class HistoryRow:
    """One thing that happened: a version learnt, or somebody switched."""

    when: str
    who: str
    what: str
    verdict: str = ""


def material_html(labels: Sequence[ResolvedLabel], disputed: int) -> str:
    """What there is to learn from.

    Args:
        labels: What counts.
        disputed: Prompts on which people differ and that nobody has settled.
    """
    tiers = Counter(label.tier for label in labels)
    sources = Counter(label.source for label in labels)
    several = sum(label.annotators > 1 for label in labels)
    tiles = [
        Tile("Labelled prompts", f"{len(labels):,}", f"{several:,} by more than one person"),
        *(Tile(f"Need {TIER_NAMES[tier - 1]}", f"{tiers[tier]:,}", _share(tiers[tier], len(labels))) for tier in TIERS),
        Tile("Came up at random", f"{sum(label.random for label in labels):,}", "fit to measure with, unbiased"),
    ]
    named = [f"{count:,} {SOURCE_NAMES[source]}" for source, count in sources.most_common()]
    return render("learn_material.html", tiles=tiles, sources=", ".join(named), disputed=disputed)


def readiness(labels: Sequence[ResolvedLabel], router: Router, task: Task) -> Lacking:
    """What is missing before a router can learn that."""
    return enough(labels, FEWEST[task], classes_of(router, task))


def report_html(version: VersionFacts, report: Report, title: str, standing: Standing, task_title: str) -> str:
    """A version's verdict and figures."""
    return render(
        "learn_report.html",
        version=version,
        report=report,
        title=title,
        task=task_title,
        active=standing.active.get(version.router) == version.id,
        beside=standing.beside.get(version.router) == version.id,
        rows=[_row(figure) for figure in report.figures],
        advice=advice_of(report),
        reading=reading_of(version.kind, version.router, version.name, report),
        who=shown_name(version.created_by),
        when=f"{version.created_at:%Y-%m-%d %H:%M} UTC",
    )


def history_html(versions: Sequence[VersionFacts], switches: Sequence[Switch], titles: Mapping[str, str]) -> str:
    """Who learnt and switched what, newest first."""
    names = {version.id: version.name for version in versions}
    happened = [
        (
            version.created_at,
            version.created_by,
            f"{titles[version.router]} learnt {version.name}",
        )
        for version in versions
        if version.router in titles
    ]
    happened += [(switch.created_at, switch.created_by, _switched(switch, names, titles)) for switch in switches]
    rows = [
        HistoryRow(f"{when:%Y-%m-%d %H:%M} UTC", shown_name(author), what)
        for when, author, what in sorted(happened, key=_when, reverse=True)
    ]
    return render("learn_history.html", rows=rows)


def progress_html(share: float, what: str) -> str:
    """How far learning is."""
    return render("learn_progress.html", share=share, what=what)


def version_choices(
    versions: Sequence[VersionFacts], titles: Mapping[str, str], standing: Standing
) -> list[tuple[str, str]]:
    """Versions for a list, newest first."""
    return [
        (f"{titles.get(version.router, version.router)} · {version.name}{_state(version, standing)}", version.id)
        for version in versions
    ]


def task_choices(tasks: Sequence[Task]) -> list[tuple[str, Task]]:
    """Tasks for a list."""
    return [(TASK_TITLES[task], task) for task in tasks]


def _state(version: VersionFacts, standing: Standing) -> str:
    if standing.active.get(version.router) == version.id:
        return " (decides now)"
    return " (compared)" if standing.beside.get(version.router) == version.id else ""


def _switched(switch: Switch, names: Mapping[str, str], titles: Mapping[str, str]) -> str:
    router = titles.get(switch.router, switch.router)
    version = names.get(switch.version_id or "", "an earlier version")
    if switch.slot == "beside":
        return f"{router}: {version} stands beside it" if switch.version_id else f"{router}: nothing beside it any more"
    now = f"{version} decides" if switch.version_id else "it decides as it ships"
    return f"{router}: rolled back, {now}" if switch.action == "back" else f"{router}: {now}"


def _row(compared: Compared) -> FigureRow:
    found = direction_of(compared)
    as_share = compared.metric in SHARES
    return FigureRow(
        compared.metric,
        MEANINGS.get(compared.metric, ""),
        _value(compared.before, as_share=as_share),
        _value(compared.after, as_share=as_share),
        signed(compared.difference.value),
        f"{signed(compared.difference.low)} to {signed(compared.difference.high)}",
        {"better": "good", "worse": "bad"}.get(found, ""),
        found,
    )


def _value(interval: Interval, *, as_share: bool) -> str:
    if as_share:
        return percent(interval.value)
    return "–" if interval.value is None else f"{interval.value:.3f}"


def _share(count: int, total: int) -> str:
    return f"{count / total:.0%} of them" if total else "none yet"


def _when(happened: tuple[datetime, str, str]) -> datetime:
    return happened[0]
