"""Makes a router of a repository: downloads, checks, and lets it run once."""

from __future__ import annotations

import logging
from pathlib import Path

from errors import PlaygroundError, UnavailableError
from router_models.base import Router
from router_models.encoder import Encoders
from router_models.hub.added_file import AddedRouter
from router_models.hub.classifier import FAMILY, HubClassifierRouter, classifier_card
from router_models.hub.download import Watcher, fetch_files
from router_models.registry import BrokenRouter

PROBE = "Does it run?"

logger = logging.getLogger(__name__)


def build(
    added: AddedRouter, hub_folder: Path, encoders: Encoders, token: str = "", progress: Watcher | None = None
) -> Router:
    """The router, downloaded and tried.

    Args:
        added: What it is made of.
        hub_folder: Folder of everything from the Hub.
        encoders: The panel's.
        token: For a private repository; '' is none.
        progress: See `fetch_files`.

    Raises:
        BadInputError: A file holds what it must not, or the routes do not fit.
        UnavailableError: The Hub or the disk refuses, a framework is missing, or it does not run.
    """
    model = added.model
    if model.missing:
        raise UnavailableError(
            f"{model.source.repo_id} needs {model.needs}, which is not here.", f"Run: {model.missing}."
        )
    folder = fetch_files(model.repository, model.files, hub_folder, token, progress)
    try:
        router = _router(added, folder, encoders)
        router.predict_proba([PROBE])
    except PlaygroundError:
        raise
    except Exception as error:  # whatever a library makes of somebody else's files: it is the files' fault
        logger.exception("%s at %s cannot be made a router", model.source.repo_id, model.commit)
        raise UnavailableError(
            f"{model.source.repo_id} cannot be run ({type(error).__name__}).", "Ask its author for an ONNX export."
        ) from error
    return router


def build_again(added: AddedRouter, hub_folder: Path, encoders: Encoders) -> Router:
    """The same after a restart; one that cannot be made is there and says why.

    Files that have gone while the list of added routers stayed are got again: the very same, by commit and checksum.
    """
    try:
        return build(added, hub_folder, encoders)
    except PlaygroundError as error:
        return unavailable(added, error, hub_folder, encoders)


def unavailable(added: AddedRouter, error: PlaygroundError, hub_folder: Path, encoders: Encoders) -> BrokenRouter:
    """Stands for an added router that cannot run, with the reason."""
    router = BrokenRouter(added.id, error, added.model.repository.folder(hub_folder), encoders)
    router.card = router.card.model_copy(
        update={"title": added.title, "family": FAMILY, "source": added.model.address, "version": added.commit[:7]}
    )
    return router


def _router(added: AddedRouter, folder: Path, encoders: Encoders) -> Router:
    model = added.model
    if model.kind == "router":
        from router_models.hub.published import published_router

        return published_router(added.id, model, added.which, folder, encoders.threads)
    card = classifier_card(added.id, model, added.routes, added.threshold)
    return HubClassifierRouter(card, folder, encoders, model, added.routes)
