"""What the Traffic page's controls say when its results are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pages._traffic_assumed import read_assumptions
from pages._traffic_session import TrafficSession
from traffic.analysis import Assumptions


@dataclass(frozen=True, slots=True)
class LookedAt:
    """The controls.

    Attributes:
        scheme: Light or dark.
        session: The tab's.
        router: The one that is looked at; None for the first.
        k: Number of groups; 0 chooses.
        listing: Whether only prompts are listed on which routers differ, what they hold, and their order.
        assumed: As `read_assumptions` takes them.
    """

    scheme: str
    session: TrafficSession
    router: str | None
    k: float
    listing: tuple[bool, str, str]
    assumed: tuple[Any, ...]

    @classmethod
    def of(
        cls,
        scheme: str,
        session: TrafficSession,
        router: str | None,
        k: float,
        different: bool,
        search: str,
        order: str,
        *assumed: Any,  # noqa: ANN401  Gradio's values
    ) -> LookedAt:
        """The controls as an event of the page hands them over, in the order in which it lists them."""
        return cls(scheme, session, router, k, (different, search, order), assumed)

    def assumptions(self) -> Assumptions:
        """What costs rest on.

        Raises:
            BadInputError: A field is empty or no whole number.
        """
        return read_assumptions(*self.assumed)
