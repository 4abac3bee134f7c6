"""The controls above the cards: what can be chosen, and what is chosen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from llms.catalogue import Catalogue
from llms.cost import format_usd
from llms.llm import LLM
from llms.pool import CHANGED_NAME
from llms.prices import price_of
from pages._cards import tier_of
from pages._view import RouteView
from router_models import RouterPanel

SORTS = (
    ("measured", "Measured best"),
    ("panel", "Panel order"),
    ("p_strong", "P(escalate)"),
    ("confidence", "Confidence"),
    ("cost", "Estimated cost"),
    ("latency", "Routing time"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """An option of a list, and the heading it stands under."""

    value: str
    label: str
    group: str = ""


@dataclass(frozen=True, slots=True)
class RouteChoice:
    """Which LLM serves a route; `tier` 1 to 3 says how it is drawn."""

    route: str
    llm: str
    tier: int


@dataclass(frozen=True, slots=True)
class Tools:
    """What the controls offer."""

    sorts: tuple[Choice, ...]
    families: tuple[Choice, ...]
    pools: tuple[Choice, ...]
    llms: tuple[tuple[str, tuple[Choice, ...]], ...]
    routes: tuple[RouteChoice, ...]


class ToolChoices:
    """Makes the controls' choices; those that never change are made once.

    Args:
        panel: Says which routers and LLMs there are.
    """

    def __init__(self, panel: RouterPanel) -> None:
        self._panel = panel
        routers = [panel[name] for name in panel.ids]
        self._tiers: dict[str, int] = {}
        for router in routers:
            for index, route in enumerate(router.routes):
                self._tiers.setdefault(route, tier_of(index, len(router.routes)))
        self._llms: tuple[tuple[str, tuple[Choice, ...]], ...] | None = None

    def under(self, view: RouteView) -> Tools:
        """The choices, with the user's own pool among them if there is one."""
        pools = [Choice(pool.name, pool.name) for pool in self._panel.catalogue.pools]
        if view.pool.name == CHANGED_NAME:
            pools.append(Choice(CHANGED_NAME, "Your own choice"))
        if self._llms is None:
            self._llms = grouped(llm_choice(self._panel.catalogue, llm) for llm in self._panel.catalogue.llms)
        families = dict.fromkeys(self._panel[name].family for name in self._panel.ids)  # routers come and go
        return Tools(
            sorts=tuple(Choice(value, label) for value, label in SORTS),
            families=tuple(Choice(family, "LLM" if family == "llm" else family.capitalize()) for family in families),
            pools=tuple(pools),
            llms=self._llms,
            routes=tuple(RouteChoice(route, view.pool.serves[route], tier) for route, tier in self._tiers.items()),
        )


def llm_choice(catalogue: Catalogue, llm: LLM) -> Choice:
    """An LLM with its prices, under its provider."""
    price = price_of(catalogue, llm.id)
    if price is None:
        return Choice(llm.id, f"{llm.id}: no price", llm.provider)
    spread = f"{format_usd(price.input_usd_per_mtok)} in, {format_usd(price.output_usd_per_mtok)} out per Mtok"
    return Choice(llm.id, f"{llm.id}: {spread}", llm.provider)


def grouped(choices: Iterable[Choice]) -> tuple[tuple[str, tuple[Choice, ...]], ...]:
    """Choices by heading, both in the order in which they come."""
    groups: dict[str, list[Choice]] = {}
    for choice in choices:
        groups.setdefault(choice.group, []).append(choice)
    return tuple((group, tuple(members)) for group, members in groups.items())
