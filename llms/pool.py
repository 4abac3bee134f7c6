"""Which LLM serves each route."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any

from errors import UnknownNameError

ROUTES = ("weak", "strong", "simple", "general", "reasoning")
"""Routes of all routers: the two of the binary ones, then the three of the others, each cheapest first."""

CHANGED_NAME = "custom"
"""Name of a pool that is no longer one of the presets."""


@dataclass(frozen=True)
class Pool:
    """An LLM for every route; immutable, so pages and threads can share one.

    It does not know the catalogue: `Catalogue.check_pool` tells whether its LLMs exist.

    Args:
        name: What people read.
        serves: LLM id by route, for each of `ROUTES` and nothing else.

    Raises:
        UnknownNameError: `serves` lacks a route or has one that no router knows.
    """

    name: str
    serves: Mapping[str, str] = field(hash=False)

    def __post_init__(self) -> None:
        """Checks the routes and freezes them in the order of `ROUTES`."""
        for route in self.serves:
            _check_route(route)
        missing = [route for route in ROUTES if route not in self.serves]
        if missing:
            raise UnknownNameError(
                f"The pool “{self.name}” serves no route called {', '.join(missing)}.",
                "Name an LLM for every route.",
            )
        ordered = {route: self.serves[route] for route in ROUTES}
        object.__setattr__(self, "serves", MappingProxyType(ordered))

    def __reduce__(self) -> tuple[Any, ...]:
        """Lets a pool be copied, as Gradio does with a page's state; a mapping proxy cannot be."""
        return Pool, (self.name, dict(self.serves))

    def with_route(self, route: str, llm_id: str) -> Pool:
        """The same pool with another LLM on one route.

        Args:
            route: One of `ROUTES`.
            llm_id: Id of the LLM that shall serve it.

        Returns:
            A pool called “custom”, or this one where nothing changes.

        Raises:
            UnknownNameError: There is no such route.
        """
        _check_route(route)
        if self.serves[route] == llm_id:
            return self
        return Pool(CHANGED_NAME, {**self.serves, route: llm_id})


def _check_route(route: str) -> None:
    if route not in ROUTES:
        near = get_close_matches(route, ROUTES, n=1)
        mend = f"Did you mean {near[0]}?" if near else f"There are {', '.join(ROUTES)}."
        raise UnknownNameError(f"There is no route called “{route[:60]}”.", mend)
