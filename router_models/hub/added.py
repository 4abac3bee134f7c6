"""The routers that people added from the Hub: there as long as somebody wants them, also after a restart."""

from __future__ import annotations

import contextlib
import logging
import re
import shutil
import threading
import weakref
from collections.abc import Mapping
from pathlib import Path

from errors import BadInputError, UnknownNameError
from router_models.hub.added_file import AddedRouter, change_added, read_added
from router_models.hub.build import PROBE, build, build_again
from router_models.hub.classifier import DEFAULT_THRESHOLD
from router_models.hub.download import Watcher
from router_models.hub.labels import check_routes
from router_models.hub.leftovers import sweep
from router_models.hub.listing import HubModel, look_up
from router_models.hub.source import parse_source
from router_models.memory import unload
from router_models.panel import RouterPanel
from settings import Settings

__all__ = ["AddedRouter", "AddedRouters", "added_routers", "hub_folder"]

_MIB = 1024 * 1024
_LONGEST_ID = 60

logger = logging.getLogger(__name__)


class AddedRouters:
    """Adds routers from the Hub to a panel and takes them out again. Safe to use from many threads.

    Args:
        panel: The routers.
        hub_folder: Folder of everything from the Hub.
        limit: How many there may be at a time.
        max_bytes: How large one may be.
    """

    def __init__(self, panel: RouterPanel, hub_folder: Path, limit: int, max_bytes: int) -> None:
        self.limit = limit
        self.max_bytes = max_bytes
        self._panel_of = weakref.ref(panel)  # a panel that nobody else knows may go
        self._folder = hub_folder
        self._lock = threading.Lock()
        self._added: tuple[AddedRouter, ...] | None = None
        self._coming: dict[str, AddedRouter] = {}
        self._tried: list[AddedRouter] = []
        self._started = False

    @property
    def _panel(self) -> RouterPanel:
        panel = self._panel_of()
        assert panel is not None  # noqa: S101  whoever calls us has it
        return panel

    def list(self) -> tuple[AddedRouter, ...]:
        """The added routers, oldest first."""
        with self._lock:
            return self._known()

    def look_up(self, text: str, token: str = "") -> HubModel:
        """What a repository is good for; waits for the Hub, and downloads only its small description.

        Args:
            text: As pasted: see `parse_source`.
            token: For a private repository; '' is none.

        Raises:
            BadInputError: It is no id, or it cannot become a router; the message says what to ask its author for.
            UnknownNameError: There is no such repository or revision, or it is not shown to us.
            UnavailableError: The Hub is down, and the repository has not been looked up before.
        """
        model = look_up(parse_source(text), self._folder, token)
        self._check_size(model)
        return model

    def add(
        self,
        model: HubModel,
        routes: Mapping[str, str],
        threshold: float = DEFAULT_THRESHOLD,
        token: str = "",
        progress: Watcher | None = None,
        router: str = "",
    ) -> AddedRouter:
        """Downloads a repository and puts its router into the panel.

        Args:
            model: From `look_up`.
            routes: Route by label; none for what this project published.
            threshold: Operating point, where it has two routes.
            token: For a private repository; '' is none.
            progress: Told of every block; it may raise `DownloadCancelledError`.
            router: Id of the router, in a repository with several that this project published.

        Raises:
            BadInputError: The routes do not fit, it is there already, there are too many, or a file holds what it must
                not.
            UnavailableError: The Hub or the disk refuses, a framework is missing, or it does not run.
            DownloadCancelledError: From `progress`.
        """
        self._check_size(model)
        if not 0 <= threshold <= 1:
            raise BadInputError(f"The threshold is {threshold}.", "Choose one from 0 to 1.")
        which = _which(model, router)
        if not which:
            check_routes(model.labels, routes)
        wanted = self._reserve(model, dict(routes), threshold, which)
        try:
            built = build(wanted, self._folder, self._panel.encoders, token, progress)
            with self._lock:
                change_added(self._folder, add=wanted)
                self._panel.add(built)
                self._added = (*self._known(), wanted)
        finally:
            with self._lock:
                self._coming.pop(wanted.id, None)
        logger.info("router %s was added from %s at %s", wanted.id, wanted.repo_id, wanted.commit)
        return wanted

    def try_out(self, model: HubModel, routes: Mapping[str, str], token: str = "", router: str = "") -> AddedRouter:
        """The same for as long as this process lives, and whatever the limit.

        Raises:
            BadInputError, UnavailableError: As `add`.
        """
        self._check_size(model)
        which = _which(model, router)
        wanted = AddedRouter(_free_id(model, which, set(self._panel.ids)), model, dict(routes), which=which)
        with self._lock:
            self._tried.append(wanted)
            self._sweep()
        self._panel.add(build(wanted, self._folder, self._panel.encoders, token))
        return wanted

    def remove(self, router_id: str) -> None:
        """Takes an added router out of the panel and its files off the disk.

        Raises:
            UnknownNameError: None was added under that id.
            UnavailableError: The disk refuses; it stays.
        """
        with self._lock:
            known = self._known()
            gone = next((added for added in known if added.id == router_id), None)
            if gone is None:
                raise UnknownNameError(f"No router “{router_id[:_LONGEST_ID]}” was added.", "Look at the list again.")
            remembered = change_added(self._folder, remove=router_id)
            self._added = tuple(added for added in known if added.id != router_id)
            if router_id in self._panel.ids:  # not yet, where the app is still starting
                unload(self._panel, router_id)
            self._panel.remove(router_id)
            folder = gone.model.repository.folder(self._folder)
            if folder not in self._folders() | {added.model.repository.folder(self._folder) for added in remembered}:
                shutil.rmtree(folder, ignore_errors=True)
        logger.info("router %s was removed", router_id)

    def start(self) -> None:
        """Puts those that were added before this start into the panel; those that cannot run say why. Once only."""
        with self._lock:
            if self._started:
                return
            self._started = True
            waiting = self._known()
        for added in waiting:
            router = build_again(added, self._folder, self._panel.encoders)
            with self._lock:
                if added not in self._known():  # somebody has removed it meanwhile
                    continue
                self._panel.add(router)
            with contextlib.suppress(UnknownNameError):  # or does so now
                self._panel.run(PROBE, only=[added.id], novelty=False)  # its state is known before anybody asks

    def _known(self) -> tuple[AddedRouter, ...]:
        if self._added is None:
            self._added = read_added(self._folder)
        return self._added

    def _check_size(self, model: HubModel) -> None:
        if model.size_bytes > self.max_bytes:
            raise BadInputError(
                f"{model.source.repo_id} has {model.size_bytes / 1e6:,.0f} MB.",
                f"Here {self.max_bytes / 1e6:,.0f} MB are allowed: choose a smaller one, or set HUB_MAX_MIB.",
            )

    def _reserve(self, model: HubModel, routes: dict[str, str], threshold: float, which: str) -> AddedRouter:
        """Keeps a place for a router that is about to come, so that nobody else takes it."""
        with self._lock:
            there = (*self._known(), *self._coming.values())
            for other in there:
                same = (other.repo_id, other.commit, other.which) == (model.source.repo_id, model.commit, which)
                if same and (other.routes, other.threshold) == (routes, threshold):
                    state = "is being added by somebody right now" if other.id in self._coming else "is there already"
                    raise BadInputError(f"{model.source.repo_id} {state}.", "Look for it in the list of routers.")
            if len(there) >= self.limit:
                raise BadInputError(
                    f"{len(there)} routers from the Hub are there, which is the limit.",
                    "Remove one of them first, or set HUB_MAX_ROUTERS.",
                )
            taken = {*self._panel.ids, *(added.id for added in there)}
            wanted = AddedRouter(_free_id(model, which, taken), model, routes, threshold, which)
            self._coming[wanted.id] = wanted
            self._sweep()
            return wanted

    def _sweep(self) -> None:
        """Deletes what nobody uses and is too much, neither here nor in another process with the same folder."""
        others = {added.model.repository.folder(self._folder) for added in read_added(self._folder)}
        sweep(self._folder, self._folders() | others, self.max_bytes)

    def _folders(self) -> set[Path]:
        """Folders of those that are there, of those that are coming, and of those that are tried out."""
        here = (*self._known(), *self._coming.values(), *self._tried)
        return {added.model.repository.folder(self._folder) for added in here}


def _which(model: HubModel, router: str) -> str:
    """Id of the router to take from a published repository; '' for a classifier."""
    if not model.routers:
        return ""
    if not router and len(model.routers) == 1:
        return model.routers[0]
    if router not in model.routers:
        raise BadInputError(
            f"{model.source.repo_id} holds {len(model.routers)} routers.",
            f"Choose one of: {', '.join(model.routers)}.",
        )
    return router


def _free_id(model: HubModel, which: str, taken: set[str]) -> str:
    """An id that no other router has, of letters that addresses and the API's names can hold."""
    named = "-".join(filter(None, ("hub", *model.source.repo_id.split("/"), which)))
    base = re.sub(r"[^a-z0-9.]+", "-", named.lower()).strip("-.")[:_LONGEST_ID]
    candidates = [base, f"{base}-{model.commit[:7]}", *(f"{base}-{model.commit[:7]}-{n}" for n in range(2, 100))]
    return next(name for name in candidates if name not in taken)


_ALL: weakref.WeakKeyDictionary[RouterPanel, AddedRouters] = weakref.WeakKeyDictionary()
_MAKING = threading.Lock()


def added_routers(panel: RouterPanel, settings: Settings) -> AddedRouters:
    """The one `AddedRouters` of a panel in this process."""
    with _MAKING:
        if panel not in _ALL:
            limit, max_bytes = settings.hub_max_routers, settings.hub_max_mib * _MIB
            _ALL[panel] = AddedRouters(panel, hub_folder(settings), limit, max_bytes)
        return _ALL[panel]


def hub_folder(settings: Settings) -> Path:
    """Where added routers lie, apart from the weights that the app may have started with."""
    return settings.data_dir / "hub" / "added"
