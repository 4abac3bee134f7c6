"""Routers made of other routers of the panel."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path

from errors import PlaygroundError, UnavailableError
from router_models.base import Router
from router_models.card import RouterCard
from router_models.encoder import Encoders


class CompositeRouter(Router):
    """Asks other routers and makes one decision of theirs.

    Members are asked through `Router.probabilities`, which is remembered on the batch: in a panel they have run
    already, and the composite's own latency counts them in full nevertheless.

    Args:
        card: The router's card.
        folder: Where its weights lie.
        encoders: As for every router.
        others: Routers it may ask, by id; in a panel, all that come before it.
    """

    asks_others = True

    def __init__(self, card: RouterCard, folder: Path, encoders: Encoders, others: Mapping[str, Router]) -> None:
        super().__init__(card, folder, encoders)
        self._others = others

    @property
    def members(self) -> Sequence[Router]:
        """The routers it asks, in its order; the composite must be loaded."""
        return [self._others[name] for name in self._member_ids]

    def _load(self) -> None:
        self._member_ids = tuple(self._load_weights())
        for name in self._member_ids:
            self._load_member(name)

    @abstractmethod
    def _load_weights(self) -> Sequence[str]:
        """Reads the composite's own weights and returns the ids of its members."""

    def _load_member(self, name: str) -> None:
        """Loads a member.

        Raises:
            UnavailableError: It is not there or cannot run; without it the composite would not be what was measured.
        """
        if name not in self._others:
            raise UnavailableError(
                f"{self.title} asks the router '{name}', which is not part of this panel.",
                f"Add '{name}' to the panel before '{self.id}'.",
            )
        try:
            self._others[name].load()
        except PlaygroundError as error:
            raise UnavailableError(
                f"{self.title} asks the router '{name}', which is unavailable: {error.what}", error.mend
            ) from error
