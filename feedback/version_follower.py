"""Keeps a panel up with the versions that the store says stand in it: in this process and in every replica."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from errors import PlaygroundError
from feedback.version_records import BrokenVersionError
from router_models.base import Router
from router_models.panel import RouterPanel
from router_models.registry import BrokenRouter

if TYPE_CHECKING:
    from feedback.store import FeedbackStore
    from feedback.version_store import VersionStore

EVERY_S = 2.0
"""How often the store is asked whether anything was switched."""

PROBE = "Does it run?"

logger = logging.getLogger(__name__)


class _State:
    """What stands in a panel; all its followers share it, so that none puts back what another has just taken out."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.token = ""
        self.routers: dict[tuple[str, bool], Router] = {}


_STATES: WeakKeyDictionary[RouterPanel, _State] = WeakKeyDictionary()
_MAKING = threading.Lock()


class VersionFollower:
    """Puts versions into a panel and takes them out again. Safe to use from many threads.

    Args:
        panel: The routers.
        open_store: Gives the store of feedback.
    """

    def __init__(self, panel: RouterPanel, open_store: Callable[[], FeedbackStore]) -> None:
        self._panel = panel
        self._open_store = open_store
        with _MAKING:
            self._state = _STATES.setdefault(panel, _State())
        self._stop = threading.Event()
        self._failing = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Looks every other second from now on, in a thread of its own; calling it again does nothing."""
        with _MAKING:
            if self._thread is None:
                self._thread = threading.Thread(target=self._follow, name="versions", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Looks no more."""
        self._stop.set()

    def check(self) -> bool:
        """Looks now; returns whether anything had been switched.

        Raises:
            StoreError: The store cannot be read; the panel stays as it is.
        """
        from feedback.version_store import VersionStore  # SQLAlchemy: not while the app starts

        store = VersionStore(self._open_store().access)
        state = self._state
        with state.lock:
            if store.token() == state.token:
                return False
            standing = store.standing()
            routers: dict[tuple[str, bool], Router] = {}
            active = self._stand(store, standing.active, routers, beside=False)
            besides = self._stand(store, standing.beside, routers, beside=True)
            self._panel.install(active, {name: (router,) for name, router in besides.items()})
            state.routers, state.token = routers, standing.token
        named = [f"{name} {router.card.version}" for name, router in active.items()]
        logger.info("learnt versions that decide now: %s", ", ".join(named) or "none")
        return True

    def _stand(
        self, store: VersionStore, standing: Mapping[str, str], routers: dict[tuple[str, bool], Router], *, beside: bool
    ) -> dict[str, Router]:
        found = {}
        for name, version_id in standing.items():
            if name not in self._panel.line_up.shipped_routers:
                logger.warning("a version of %s is active, but there is no such router", name)
                continue
            key = (version_id, beside)
            known = self._state.routers.get(key)
            router = self._made(store, name, version_id, beside=beside) if known is None else known
            if not isinstance(router, BrokenRouter):
                routers[key] = router  # one that is broken is looked at again with the next switch
            found[name] = router
        return found

    def _made(self, store: VersionStore, name: str, version_id: str, *, beside: bool) -> Router:
        """A version that has run once, or a router that says why it cannot: nothing else decides in its name."""
        from feedback.learning.learnt import learnt_router

        line_up = self._panel.line_up
        try:
            router = learnt_router(store.version(version_id), line_up, beside=beside)
            try:
                router.predict_proba([PROBE])
            except ValueError as error:  # of NumPy: its arrays are valid, but not for this encoder
                raise BrokenVersionError(
                    f"{router.title} does not fit the encoder.", "Let the router learn again, or roll back."
                ) from error
        except PlaygroundError as error:
            logger.warning("a version of %s cannot run: %s", name, error)
            base = line_up.shipped(name)
            return BrokenRouter(f"{name}-learnt" if beside else name, error, base.folder, base.encoders)
        return router

    def _follow(self) -> None:
        while not self._stop.is_set():
            try:
                self.check()
                self._failing = False
            except PlaygroundError as error:
                if not self._failing:
                    logger.warning("learnt versions cannot be looked up: %s", error)
                self._failing = True
            except Exception:
                logger.exception("learnt versions could not be put into the panel")
            self._stop.wait(EVERY_S)
