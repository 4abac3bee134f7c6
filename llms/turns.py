"""Taking turns at the local LLM: a few answers at a time, first come first served, and no session takes all places."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field


@dataclass(eq=False)
class Ticket:
    """One answer's place in the queue.

    Attributes:
        session: Whose it is.
        place: Where the answer runs, from 0; None until it is called.
        moved: Set when it has come nearer; who waits for it clears it.
        ahead: Answers that run or wait in front of it.
    """

    session: str
    place: int | None = None
    moved: asyncio.Event = field(default_factory=asyncio.Event)
    ahead: int = 0


class Turns:
    """The queue; it belongs to one event loop.

    Args:
        places: Answers that may run at a time.
        per_session: Answers of one session that may run at a time, so that another session never waits for this one.
    """

    def __init__(self, places: int, per_session: int) -> None:
        self._per_session = per_session
        self._free = list(range(places))
        self._running: list[Ticket] = []
        self._waiting: list[Ticket] = []

    def join(self, session: str) -> Ticket:
        """Takes a place at the end of the queue; it may be called at once."""
        ticket = Ticket(session)
        self._waiting.append(ticket)
        self._call()
        return ticket

    def leave(self, ticket: Ticket) -> None:
        """Gives the place back, called or not."""
        if ticket in self._waiting:
            self._waiting.remove(ticket)
        elif ticket in self._running and ticket.place is not None:
            self._running.remove(ticket)
            self._free.append(ticket.place)
        self._call()

    def _call(self) -> None:
        for ticket in list(self._waiting):
            mine = sum(running.session == ticket.session for running in self._running)
            if self._free and mine < self._per_session:
                self._waiting.remove(ticket)
                self._running.append(ticket)
                ticket.place = self._free.pop(0)
                ticket.moved.set()
        for position, ticket in enumerate(self._waiting):
            ahead = position + len(self._running)
            if ahead != ticket.ahead:
                ticket.ahead = ahead
                ticket.moved.set()
