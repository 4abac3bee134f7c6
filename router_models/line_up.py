"""Which routers stand in the panel now: those that ship, learnt versions in their place or beside them, added ones."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from errors import BadInputError, UnavailableError, UnknownNameError
from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import RouterScore
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch


class RemovedRouter(Router):
    """Stands for an added router that was removed: old results still name it, and its weights may leave the memory.

    Args:
        router: The one that was removed.
    """

    def __init__(self, router: Router) -> None:
        super().__init__(router.card, router.folder, Encoders(router.folder))
        self.evidence_kind = router.evidence_kind
        self.waits = router.waits

    def _load(self) -> None:
        raise UnavailableError(f"{self.title} was removed.", "Add it again on the Routers page.")

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        raise UnavailableError(f"{self.title} was removed.", "Add it again on the Routers page.")


class LineUp:
    """The routers of a panel. Versions come and go in one step; whoever is running keeps the routers they have.

    Routers made of others keep asking those that ship, because that is what they were fitted on.

    Args:
        routers: Those that ship, in the order in which they are shown.
    """

    def __init__(self, routers: Sequence[Router]) -> None:
        self._shipped = {router.id: router for router in routers}
        self._now: Mapping[str, Router] = self._shipped
        self._added: dict[str, Router] = {}
        self._writing = threading.Lock()
        self._bases = {name: name for name in self._shipped}
        self._gone: dict[str, Router] = {}
        self._cards: dict[tuple[str, str], RouterCard] = {}
        self._remember(self._shipped)

    @property
    def now(self) -> Mapping[str, Router]:
        """The routers by id, in the order in which they are shown."""
        return self._now

    def __getitem__(self, router_id: str) -> Router:
        """The router of that id, also one that stood in the panel earlier: old results still name it.

        Raises:
            UnknownNameError: There never was one.
        """
        found = self._now.get(router_id) or self._gone.get(router_id)
        return self.running(router_id) if found is None else found

    def running(self, router_id: str) -> Router:
        """The router of that id that stands in the panel now.

        Raises:
            UnknownNameError: There is none.
        """
        now = self._now
        if router_id not in now:
            raise UnknownNameError(f"There is no router '{router_id}'.", f"Choose one of: {', '.join(now)}.")
        return now[router_id]

    def chosen(self, only: Sequence[str] | None, *, waiting: bool) -> list[Router]:
        """The routers that shall run.

        Args:
            only: Their ids; None is all that do not wait.
            waiting: Whether None is those that wait for a network or an LLM as well.

        Raises:
            UnknownNameError: `only` names a router that does not stand in the panel.
        """
        if only is not None:
            return [self.running(name) for name in dict.fromkeys(only)]
        return [router for router in self._now.values() if waiting or not router.waits]

    def shipped(self, router_id: str) -> Router:
        """The router of that id as it ships, whatever stands in its place.

        Raises:
            UnknownNameError: None ships.
        """
        if router_id not in self._shipped:
            raise UnknownNameError(f"There is no router '{router_id}'.", f"Choose one of: {', '.join(self._shipped)}.")
        return self._shipped[router_id]

    @property
    def shipped_routers(self) -> Mapping[str, Router]:
        """All routers that ship, by id."""
        return self._shipped

    def place(self, router_id: str) -> tuple[str, int, bool]:
        """Where a router stands: id of the one that ships or was added, its place, and whether it stands beside it."""
        base = self._bases.get(router_id, router_id)
        places = {name: place for place, name in enumerate((*self._shipped, *self._added))}
        return base, places.get(base, len(places)), base != router_id

    def card_of(self, score: RouterScore) -> RouterCard:
        """The card of the router that gave a score, though another version may stand there by now."""
        known = self._cards.get((score.router, score.version))
        return self[score.router].card if known is None else known

    def install(self, active: Mapping[str, Router], beside: Mapping[str, Sequence[Router]]) -> None:
        """Puts learnt versions into the panel; with nothing given it is the one that ships again.

        Args:
            active: What stands in the place of a router, by its id; it has that id itself.
            beside: What stands after a router, by its id; these have ids of their own.
        """
        with self._writing:
            line: dict[str, Router] = {}
            bases = dict(self._bases)
            for name, shipped in self._shipped.items():
                line[name] = active.get(name, shipped)
                for router in beside.get(name, ()):
                    line[router.id] = router
                    bases[router.id] = name
            self._bases = bases
            self._change({**line, **self._added})

    def add(self, router: Router) -> None:
        """Puts a router behind all others; one that was added under the same id makes way.

        Raises:
            BadInputError: A router of that id ships, or is a learnt version.
        """
        with self._writing:
            if router.id in self._now and router.id not in self._added:
                raise BadInputError(f"There is a router '{router.id}' already.", "Choose another id.")
            self._added = {**self._added, router.id: router}
            self._change({**self._now, router.id: router})

    def remove(self, router_id: str) -> None:
        """Takes out a router that was added; old results still name it. One that is not there is no error."""
        with self._writing:
            if router_id in self._added:
                self._added = {name: router for name, router in self._added.items() if name != router_id}
                gone = {router_id: RemovedRouter(self._now[router_id])}
                self._change({name: router for name, router in self._now.items() if name != router_id}, gone)

    def _change(self, line: Mapping[str, Router], gone: Mapping[str, Router] | None = None) -> None:
        self._gone = {**self._gone, **self._now, **(gone or {})}
        self._remember(line)
        self._now = line

    def _remember(self, routers: Mapping[str, Router]) -> None:
        self._cards = {**self._cards, **{(name, router.card.version): router.card for name, router in routers.items()}}
