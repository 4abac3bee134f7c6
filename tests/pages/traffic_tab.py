"""A tab of the Traffic page without a browser, on the real panel."""

from __future__ import annotations

import asyncio
import re
from decimal import Decimal
from typing import Any

from pages._traffic_bring import N_COLUMNS, TrafficBringing
from pages._traffic_parts import GROUPS, QUALITY, TABLE
from pages._traffic_results import RESULTS, TrafficResults
from pages._traffic_session import TrafficSession
from pages._traffic_what_if import WHAT_IF
from router_models import RouterPanel

POOL = "nano / 4.1 / o4-mini"
MONEY: tuple[Any, ...] = (100_000, POOL, None, 300, 1000)
CHEAP = ["prompt-length", "keras-dnn", "encoder-quality", "always-strong"]
WILD = '<img src=x onerror="alert(1)">'


class Tab:
    """One tab of the page."""

    def __init__(self, panel: RouterPanel) -> None:
        self.bringing = TrafficBringing(panel)
        self.results = TrafficResults(panel, Decimal("0.03"))
        self.session = TrafficSession()
        self.columns: list[str] = []
        self.listing: tuple[bool, str, str] = (True, "", "different")

    def brings(self, values: list[Any]) -> list[Any]:
        assert len(values) == 5 + N_COLUMNS
        self.columns = [value.get("value") for value in values[5:]]
        return values

    def pastes(self, text: str) -> list[Any]:
        return self.brings(self.bringing.text_brought(self.session, text))

    def pastes_many(self, count: int) -> list[Any]:
        return self.pastes("\n".join(f"Prompt {n}" for n in range(count)))

    def runs(self, routers: list[str] | None = None, groups: bool = False) -> list[list[Any]]:
        async def all_of() -> list[list[Any]]:
            events = self.bringing.ran(self.session, CHEAP if routers is None else routers, groups, *self.columns)
            return [values async for values in events]

        return asyncio.run(all_of())

    def shows(self, router: str | None = None, money: tuple[Any, ...] = MONEY) -> dict[str, Any]:
        show = self.results.arrived if self.session.fresh else self.results.shown
        values = show("light", self.session, router, 0, *self.listing, *money)
        assert len(values) == RESULTS
        names = ["notice", "found", "baseline", "router", "answer"]
        names += [f"what if {at}" for at in range(WHAT_IF)] + [f"table {at}" for at in range(TABLE)]
        names += [f"groups {at}" for at in range(GROUPS)] + [f"quality {at}" for at in range(QUALITY)]
        return dict(zip(names, values, strict=True))


def headline(html: str) -> str:
    return re.search(r"data-headline>([^<]*)<", html)[1]  # type: ignore[index]
