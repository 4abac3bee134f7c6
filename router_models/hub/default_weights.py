"""The weights with which an app starts: its own, or those of a repository on the Hub (`ROUTERS=hub`).

Never another's silently: where the Hub's weights cannot be had, the origin says which stand in for them and why.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TypeVar

from errors import BadInputError, DataError, PlaygroundError, UnavailableError
from router_models.hub.client import TIMEOUT_S, HubDownError
from router_models.hub.download import fetch_files
from router_models.hub.leftovers import sweep
from router_models.hub.manifest import MANIFEST_FILE, Manifest, check_files, read_manifest
from router_models.hub.repository import RepoFile, Repository, list_repository, recorded
from router_models.hub.source import HubSource, parse_source
from router_models.registry import ROUTERS, WEIGHTS
from router_models.weights_origin import EMBEDDED, WeightsOrigin
from settings import Settings

HUB_FOLDER = "hub"
"""Folder of what came from the Hub, below the one of what the app keeps."""

ANSWER_S = 5.0
"""How long the start waits for the Hub's first word: an app whose Hub hangs starts this much later, and not more."""

KEPT_BYTES = 128 * 2**20
"""How much of older commits stays on disk: another process may still run on one."""

THREAD = "hub-weights"
_LATER = "Start the app again when the Hub can be reached."
_Got = TypeVar("_Got")
logger = logging.getLogger("playground")


@dataclass(frozen=True, slots=True)
class DefaultWeights:
    """Folder of the weights to start with, and where they came from."""

    folder: Path
    origin: WeightsOrigin


def default_weights(settings: Settings) -> DefaultWeights:
    """The weights that the settings ask for, else those that ship with the app, with the reason.

    Waits for the Hub at most as long as the settings say; what has not come by then goes on coming for the next start.

    Args:
        settings: Which repository, how long to wait, where to keep what comes, and a token.
    """
    if settings.routers == "embedded":
        return DefaultWeights(WEIGHTS, EMBEDDED)
    source = None
    try:
        if not settings.hub_weights:
            raise BadInputError("HUB_WEIGHTS names no repository.", "Set it to owner/name, or unset ROUTERS.")
        source = parse_source(settings.hub_weights)
        found = _HubWeights(source, settings).take()
    except PlaygroundError as error:
        failure = UnavailableError(error.what, _LATER) if isinstance(error, HubDownError) else error
        found = DefaultWeights(WEIGHTS, WeightsOrigin(repo_id=source.repo_id if source else "", failure=failure))
        logger.error("%s", found.origin.notice)
        return found
    if found.origin.notice:
        logger.warning("%s", found.origin.notice)
    else:
        logger.info("Routers of %s at commit %s", source.repo_id, found.origin.commit)
    return found


class _HubWeights:
    """The weights of one repository.

    Args:
        source: Which, and at which revision.
        settings: See `default_weights`.
    """

    def __init__(self, source: HubSource, settings: Settings) -> None:
        self._source = source
        self._hub_folder = settings.data_dir / HUB_FOLDER
        self._token = settings.hf_token.get_secret_value() if settings.hf_token else ""
        self._until = time.monotonic() + settings.hub_timeout_s
        self._timeout_s = settings.hub_timeout_s

    def take(self) -> DefaultWeights:
        """Finds them on disk or downloads them.

        Raises:
            PlaygroundError: They cannot be had now, or are not what this version of the app needs.
        """
        if self._source.pinned:  # a commit never changes: what is here already needs no question
            known = recorded(self._source, self._hub_folder)
            if known is not None and self._on_disk(known):
                return self._found(known, unconfirmed="")
        repository = self._ask()
        if not self._on_disk(repository):
            if repository.offline:
                raise UnavailableError("The Hub does not answer, and they have not been downloaded yet.", _LATER)
            self._download(repository)
        return self._found(repository, _asked_last(repository) if repository.offline else "")

    def _ask(self) -> Repository:
        import huggingface_hub  # noqa: F401  half a second or more, which is not the Hub's

        timeout_s = min(ANSWER_S, self._timeout_s)
        silent_s = max(TIMEOUT_S, 2 * timeout_s)  # longer than anybody waits here: one clock says that it is late
        try:
            return _in_time(timeout_s, partial(list_repository, self._source, self._hub_folder, self._token, silent_s))
        except TimeoutError:
            known = recorded(self._source, self._hub_folder)
            if known is None:
                raise UnavailableError(f"The Hub did not answer within {timeout_s:g} s.", _LATER) from None
            return known

    def _on_disk(self, repository: Repository) -> bool:
        """Whether all files are here and are what they should be."""
        folder = repository.folder(self._hub_folder)
        try:
            check_files(folder, read_manifest(folder))
        except DataError:
            return False
        return True

    def _download(self, repository: Repository) -> None:
        left_s = self._until - time.monotonic()
        try:
            _in_time(max(0.0, left_s), partial(_fetch, repository, self._hub_folder, self._token))
        except TimeoutError:
            raise UnavailableError(
                f"They did not come within {self._timeout_s:g} s.",
                "The download goes on while the app runs: start it again later, or set HUB_TIMEOUT_S higher.",
            ) from None

    def _found(self, repository: Repository, unconfirmed: str) -> DefaultWeights:
        folder = repository.folder(self._hub_folder)
        _check_complete(read_manifest(folder))
        downloaded_at = datetime.fromtimestamp((folder / MANIFEST_FILE).stat().st_mtime, UTC)
        origin = WeightsOrigin("hub", self._source.repo_id, repository.commit, downloaded_at, unconfirmed)
        return DefaultWeights(folder, origin)


def _asked_last(repository: Repository) -> str:
    return f"The Hub does not answer; it was asked last {repository.age()}, so there may be newer ones."


def _fetch(repository: Repository, hub_folder: Path, token: str) -> None:
    """Downloads the manifest, and then what it says that the app reads."""
    folder = fetch_files(repository, [_listed(repository, MANIFEST_FILE)], hub_folder, token)
    manifest = read_manifest(folder)
    _check_complete(manifest)
    fetch_files(repository, [_listed(repository, name) for name in manifest.served], hub_folder, token)
    check_files(folder, manifest)
    sweep(hub_folder, {folder}, KEPT_BYTES)
    logger.info("downloaded the weights of %s at commit %s", repository.source.repo_id, repository.commit)


def _listed(repository: Repository, name: str) -> RepoFile:
    file = repository.file(name)
    if file is None:
        raise DataError(
            f"{repository.source.repo_id} has no {name}.",
            "Set HUB_WEIGHTS to a repository that `python -m router_models publish` has made.",
        )
    return file


def _check_complete(manifest: Manifest) -> None:
    missing = [name for name in ROUTERS if name not in manifest.routers]
    if missing:
        raise DataError(
            f"The repository lacks routers of this app: {', '.join(missing)}.",
            "Publish all routers (`python -m router_models publish` without --router).",
        )


def _in_time(seconds: float, work: Callable[[], _Got]) -> _Got:
    """What `work` returns or raises; it goes on by itself where it takes longer.

    Raises:
        TimeoutError: It takes longer.
    """
    done: Future[_Got] = Future()

    def run() -> None:
        try:
            done.set_result(work())
        except Exception as error:  # noqa: BLE001  it is the waiting thread's to raise
            done.set_exception(error)

    threading.Thread(target=run, name=THREAD, daemon=True).start()
    return done.result(timeout=seconds)
