"""What a router's card shows before it is opened: what it is, how large, how fast, how good, and where it is from."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from benchmarks.dashboard.latency import Latencies, RouterLatency
from benchmarks.dashboard.source import FIRST
from benchmarks.suite import SUITE
from pages._cards import tier_of
from pages._routers_health import Health
from router_models import RouterPanel
from router_models.base import Router
from router_models.card import Figure, RouterCard
from router_models.hub.added_file import AddedRouter
from router_models.learnt_router import LearntRouter
from router_models.llm_classifier import LlmClassifierRouter
from router_models.semantic import SemanticRouter

TRIED = "Explain why the sum of two odd numbers is even, and check it for 17 and 25."
"""What a card's link routes, so that the router has something to decide."""

_CALIBRATION = ("ECE", "Brier")
_NAMED = 3
"""Data sets that a card names before it counts the rest."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a router is from: a word, what more there is to say, and an address."""

    word: str
    more: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Face:
    """One router.

    Attributes:
        card: Its own.
        health: How it stands.
        routes: Name and tier of each route, cheapest first.
        size: Weights on disk, such as `1.7 MB`; '' where it has none.
        shared: What it shares with others on top; ''.
        ms: Median time for one prompt alone, in ms; None where it was not measured.
        timed: On which machine and day; ''.
        figure: The figure that says most of it; None where none was measured.
        data: Names of the data sets that it learnt from.
        licences: Theirs, each once.
        origin: Where it is from.
        benchmarks: Address of its curve on the Benchmarks page; '' where it has none.
        route: Address of the Route page with this router's decision.
        editable: Whether its categories and rules can be edited there.
        removable: Whether it can be taken out of the app.
        found: What the filter looks through, in lower case.
    """

    card: RouterCard
    health: Health
    routes: tuple[tuple[str, int], ...]
    size: str
    shared: str
    ms: float | None
    timed: str
    figure: Figure | None
    data: str
    licences: str
    origin: Origin
    benchmarks: str
    route: str
    editable: bool
    removable: bool
    found: str


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured of the routers that ship, beyond what their cards say.

    Attributes:
        latencies: Times and sizes; None if they cannot be read.
        scored: By benchmark, ids of those that were scored on it.
    """

    latencies: Latencies | None = None
    scored: Mapping[str, Collection[str]] = field(default_factory=dict)


def faces_of(
    panel: RouterPanel,
    healths: Mapping[str, Health],
    measured: Measured,
    added: Mapping[str, AddedRouter] | None = None,
) -> list[Face]:
    """The faces of all routers, in panel order.

    Args:
        panel: The routers.
        healths: How they stand.
        measured: What was measured of those that ship.
        added: Those that were added from the Hub, by id.
    """
    return [
        _face(panel, router, healths[name], measured, (added or {}).get(name))
        for name, router in panel.line_up.now.items()
        if name in healths
    ]


def families_of(faces: Sequence[Face]) -> list[tuple[str, list[Face]]]:
    """The faces by family, families in the order in which the panel first has them."""
    grouped: dict[str, list[Face]] = {}
    for face in faces:
        grouped.setdefault(face.card.family, []).append(face)
    return list(grouped.items())


def headline_figure(card: RouterCard) -> Figure | None:
    """The first figure that says how well it routes; else the first there is."""
    telling = [figure for figure in card.figures if not figure.metric.startswith(_CALIBRATION)]
    return next(iter(telling or card.figures), None)


def _face(panel: RouterPanel, router: Router, health: Health, measured: Measured, added: AddedRouter | None) -> Face:
    card = router.card
    base, _, _ = panel.line_up.place(router.id)
    latencies = measured.latencies
    timed = latencies.routers.get(base) if latencies else None
    size, shared = _sizes(timed, added)
    data, licences = _data(card)
    origin = _origin(panel, router, added)
    return Face(
        card=card,
        health=health,
        routes=tuple((route, tier_of(index, len(card.routes))) for index, route in enumerate(card.routes)),
        size=size,
        shared=shared,
        ms=timed.ms if timed else None,
        timed=f"{latencies.machine}, {latencies.date}" if timed and latencies else "",
        figure=headline_figure(card),
        data=data,
        licences=licences,
        origin=origin,
        benchmarks=_benchmarks_link(base, panel.line_up.shipped_routers, measured.scored),
        route="/?" + urlencode({"prompt": TRIED, "family": card.family, "why": router.id}),
        editable=isinstance(router, SemanticRouter | LlmClassifierRouter),
        removable=added is not None,
        found=" ".join([card.title, router.id, card.family, card.method, data, licences, origin.word]).lower(),
    )


def _sizes(timed: RouterLatency | None, added: AddedRouter | None) -> tuple[str, str]:
    """Own weights, and those that it shares with others, as text."""
    if added is not None:
        return _megabytes(added.model.size_bytes / 1e6), ""
    return (_megabytes(timed.own_mb), _megabytes(timed.shared_mb)) if timed is not None else ("", "")


def _megabytes(size_mb: float) -> str:
    if size_mb <= 0:
        return ""
    if size_mb < 0.1:
        return f"{max(1, round(1000 * size_mb))} kB"
    return f"{size_mb:.1f} MB" if size_mb < 100 else f"{size_mb:,.0f} MB"


def _data(card: RouterCard) -> tuple[str, str]:
    """Names of its data sets, the first few, and their licences."""
    names = list(dict.fromkeys(data.name for data in card.trained_on))
    named = ", ".join(names[:_NAMED])
    if len(names) > _NAMED:
        named += f" and {len(names) - _NAMED} more"
    return named, "; ".join(dict.fromkeys(data.licence for data in card.trained_on))


def _origin(panel: RouterPanel, router: Router, added: AddedRouter | None) -> Origin:
    if isinstance(router, LearntRouter):
        more = f"on top of version {router.base.card.version}, which ships"
        return Origin("learnt from labels", more, "/label?tab=learn")
    if added is not None:
        return Origin("Hub", f"{added.repo_id}@{added.commit[:7]}", added.model.address)
    if panel.line_up.place(router.id)[0] not in panel.line_up.shipped_routers:
        return Origin("your own", "added when the app was started")
    origin = panel.origin
    if origin.source == "hub":
        address = f"https://huggingface.co/{origin.repo_id}/tree/{origin.commit}"
        return Origin("Hub", f"{origin.repo_id}@{origin.commit[:7]}", address)
    return Origin("embedded", "its weights come with the app")


def _benchmarks_link(base: str, shipped: Mapping[str, Router], scored: Mapping[str, Collection[str]]) -> str:
    """Its curve on the first benchmark of its card that has curves, else on another one; '' where it has none."""
    if base not in shipped or not shipped[base].card.figures:
        return ""
    paired = [entry.name for entry in SUITE if entry.pair and base in scored.get(entry.name, ())]
    measured = [figure.dataset for figure in shipped[base].card.figures]
    for name in (*measured, FIRST, *paired):
        if name in paired:
            return "/benchmarks?" + urlencode({"benchmark": name, "router": base})
    return ""
