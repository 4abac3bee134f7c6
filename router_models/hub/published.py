"""A router that this project published, taken back from the Hub as one router more."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import BadInputError
from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import RouterScore
from router_models.encoder import Encoders
from router_models.hub.classifier import FAMILY
from router_models.hub.listing import HubModel
from router_models.hub.manifest import check_files, read_manifest
from router_models.prompt_batch import PromptBatch
from router_models.registry import build_routers
from router_models.run_limit import RUN_LIMIT_S

CAUTION = "From the Hub: its figures are its author's, not measured here."


class PublishedRouter(Router):
    """A router with all that it needs from a repository, encoders included.

    It works on a batch of its own: what routers of the panel remember on theirs comes from other weights.

    Args:
        card: Made by `published_card`.
        inner: The router as the repository has it.
    """

    beside = True

    def __init__(self, card: RouterCard, inner: Router) -> None:
        super().__init__(card, inner.folder, inner.encoders)
        self._inner = inner
        self.evidence_kind = inner.evidence_kind
        self.waits = inner.waits

    def score(self, batch: PromptBatch) -> list[RouterScore]:
        """What the repository's router says, in this one's name."""
        with self.in_use(), batch.metered() as meter:
            scores = batch.feature(f"scores of {self.feature}", lambda: self._inner.score(PromptBatch(list(batch))))
        latency_ms = batch.latency_ms(meter) / len(batch)
        return [
            dataclasses.replace(score, router=self.id, version=self.card.version, latency_ms=latency_ms)
            for score in scores
        ]

    def _load(self) -> None:
        self._inner.load()

    def _unload(self) -> None:
        self._inner.unload()
        self.encoders.unload()  # its own, which nobody else reads

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return np.array([score.probabilities for score in self.score(prompts)])


def published_router(router_id: str, model: HubModel, which: str, folder: Path, threads: int = 0) -> PublishedRouter:
    """Makes a router from a published repository.

    Args:
        router_id: Its id here.
        model: What the repository is.
        which: Id of the router in the repository.
        folder: Where the repository's files lie.
        threads: Threads for one run of its encoders.

    Raises:
        BadInputError: The repository has no such router.
        DataError: A file is missing, was changed, or is not valid.
    """
    manifest = read_manifest(folder)
    if which not in manifest.routers:
        raise BadInputError(
            f"{model.source.repo_id} has no router “{which[:60]}”.", f"It has {', '.join(manifest.routers)}."
        )
    check_files(folder, manifest)
    encoders = Encoders(folder, threads, RUN_LIMIT_S)
    routers = {router.id: router for router in build_routers(encoders, folder)}
    if which not in routers:
        raise BadInputError(
            f"This version of the app knows no router “{which[:60]}”.", "Update the app, or choose another router."
        )
    inner = routers[which]
    return PublishedRouter(published_card(router_id, inner.card, model), inner)


def published_card(router_id: str, card: RouterCard, model: HubModel) -> RouterCard:
    """The card of a published router as a router of this panel."""
    said = f"{card.caution} {CAUTION}" if card.caution else CAUTION
    return card.model_copy(
        update={
            "router": router_id,
            "title": f"{card.title} ({model.title})",
            "family": FAMILY,
            "source": model.address,
            "caution": said,
            "version": model.commit[:7],
            "reference": "",  # its distances are those of the encoder that came with it
            "notes": (*card.notes, f"{card.router} of {model.source.repo_id} at {model.commit}."),
        }
    )
