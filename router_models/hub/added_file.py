"""Remembers on disk which routers were added, so that they are there again after a restart."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock
from pydantic import TypeAdapter, ValidationError

from router_models.hub.files import disk_error, write_whole
from router_models.hub.listing import HubModel

FILE = "added.json"

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class AddedRouter:
    """A router that was added from the Hub.

    Attributes:
        id: Its id in the panel.
        model: Which repository at which commit; no token is kept.
        routes: Route by label; empty for a router that this project published.
        threshold: Operating point, where it has two routes.
        which: Id of the router in the repository, where this project published it; else ''.
    """

    id: str
    model: HubModel
    routes: dict[str, str]
    threshold: float = 0.5
    which: str = ""

    @property
    def repo_id(self) -> str:
        """The repository."""
        return self.model.source.repo_id

    @property
    def commit(self) -> str:
        """40 hex digits."""
        return self.model.commit

    @property
    def kind(self) -> str:
        """How its weights are kept, or `router`."""
        return self.model.kind

    @property
    def title(self) -> str:
        """Name for people."""
        return self.model.title


_ADDED = TypeAdapter(tuple[AddedRouter, ...])


def read_added(hub_folder: Path) -> tuple[AddedRouter, ...]:
    """The routers that were added earlier; a list that is not valid is put aside, and that is logged.

    Args:
        hub_folder: Folder of everything from the Hub.
    """
    try:
        return _read(hub_folder / FILE)
    except OSError as error:
        logger.error("routers that were added from the Hub cannot be looked up: %s", error)
        return ()


def _read(path: Path) -> tuple[AddedRouter, ...]:
    try:
        return _ADDED.validate_json(path.read_bytes())
    except FileNotFoundError:
        return ()
    except ValidationError:
        logger.error("%s is not valid and was put aside; routers from the Hub must be added again", path)
        path.rename(path.with_name(f"{FILE}.broken-{int(time.time())}"))
        return ()


def change_added(hub_folder: Path, add: AddedRouter | None = None, remove: str = "") -> tuple[AddedRouter, ...]:
    """Remembers one more router, or one less; returns all that are remembered now.

    What other processes with the same folder remember stays: they find each other's when they start again. An id is
    there once: of two processes that use the same one, the later word holds.

    Args:
        hub_folder: Folder of everything from the Hub.
        add: The router to remember.
        remove: Id of the one to forget.

    Raises:
        UnavailableError: The disk refuses; what was remembered stays.
    """
    try:
        hub_folder.mkdir(parents=True, exist_ok=True)
        with FileLock(hub_folder / f"{FILE}.lock"):
            gone = remove if add is None else add.id
            kept = tuple(added for added in _read(hub_folder / FILE) if added.id != gone)
            kept = kept if add is None else (*kept, add)
            write_whole(hub_folder / FILE, _ADDED.dump_json(kept, indent=1))
    except OSError as error:
        raise disk_error(error, "the list of added routers") from error
    return kept
