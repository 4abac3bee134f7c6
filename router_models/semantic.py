"""Routing by meaning: cosine similarity of the prompt with a few descriptions of each route."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import TypeAdapter

from errors import BadInputError, DataError
from llms.tokens import sendable
from router_models.base import Router, softmax
from router_models.card import RouterCard
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch
from router_models.prompts import readable

DESCRIPTIONS_FILE = "descriptions.json"
MAX_DESCRIPTIONS = 40
MAX_DESCRIPTION_CHARACTERS = 400

Descriptions = Mapping[str, tuple[str, ...]]


class SemanticRouter(Router):
    """Softmax over routes of the prompt's similarity to each route's descriptions, with a fitted temperature.

    A route's similarity is the mean of its `nearest` best cosines (card parameter), plus the route's fitted bias
    (card parameters `bias_<route>`).

    Args:
        card: The router's card.
        folder: Where `descriptions.json` lies.
        encoders: The frozen encoder that embeds prompt and descriptions.
        descriptions: Descriptions to use instead of the file's, by route.
    """

    evidence_kind = "It compares the prompt's meaning with the descriptions of each route."

    def __init__(
        self, card: RouterCard, folder: Path, encoders: Encoders, descriptions: Descriptions | None = None
    ) -> None:
        super().__init__(card, folder, encoders)
        self._custom = None if descriptions is None else check_descriptions(descriptions, card.routes)

    @property
    def descriptions(self) -> Descriptions:
        """Descriptions by route, cheapest route first."""
        return self._custom or read_descriptions(self.folder / DESCRIPTIONS_FILE, self.routes)

    def with_descriptions(self, descriptions: Descriptions) -> SemanticRouter:
        """The same router with other descriptions; the fitted temperature and biases stay.

        Raises:
            BadInputError: A route has no description, or there are too many or too long ones.
        """
        return SemanticRouter(self.card, self.folder, self.encoders, descriptions)

    def nearest(self, prompts: PromptBatch, count: int = 5) -> list[list[tuple[str, str, float]]]:
        """The `count` most similar descriptions of each prompt as (route, description, cosine), best first."""
        self.load()
        cosines = self.encoders.embeddings(prompts) @ self._embeddings.T
        best = np.argsort(-cosines, axis=1)[:, :count]
        return [
            [(self._routes_of[i], self._texts[i], float(row[i])) for i in columns]
            for row, columns in zip(cosines, best, strict=True)
        ]

    def _load(self) -> None:
        described = self.descriptions
        self._texts = [text for route in self.routes for text in described[route]]
        self._routes_of = [route for route in self.routes for _ in described[route]]
        self._embeddings = self.encoders.embeddings(PromptBatch(self._texts))

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        cosines = self.encoders.embeddings(prompts) @ self._embeddings.T
        similarity = route_similarity(cosines, self._routes_of, self.routes, int(self.card.parameters["nearest"]))
        bias = [self.card.parameters[f"bias_{route}"] for route in self.routes]
        return softmax(similarity + bias, self.card.temperature)

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        return [
            f"Closest to “{found[0][1]}” ({found[0][0]}, cosine {found[0][2]:.2f})"
            for found in self.nearest(prompts, count=1)
        ]

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        edited = ("Descriptions edited: its calibration was measured with the original ones.",) if self._custom else ()
        return [(*warnings, *edited) for warnings in super()._warnings(prompts)]


def route_similarity(
    cosines: NDArray[np.float32], routes_of: Sequence[str], routes: Sequence[str], nearest: int
) -> NDArray[np.float64]:
    """Mean of each route's `nearest` largest cosines.

    Args:
        cosines: Of prompts with descriptions, (n_prompts, n_descriptions).
        routes_of: The route that each description belongs to, n_descriptions names.
        routes: Routes in the order of the result's columns.
        nearest: How many descriptions count; routes with fewer use all they have.

    Returns:
        Similarities, (n_prompts, n_routes).
    """
    owner = np.array(routes_of)
    best = [-np.sort(-cosines[:, owner == route], axis=1)[:, :nearest] for route in routes]
    return np.column_stack([columns.mean(axis=1) for columns in best]).astype(np.float64)


def read_descriptions(path: Path, routes: tuple[str, ...]) -> Descriptions:
    """Reads `{route: [description, …]}`.

    Raises:
        DataError: The file is missing or is not of that form.
    """
    try:
        content = TypeAdapter(dict[str, tuple[str, ...]]).validate_json(path.read_text(encoding="utf-8"))
        return check_descriptions(content, routes)
    except (OSError, ValueError, BadInputError) as error:
        raise DataError(f"The route descriptions {path} cannot be read: {error}.", "Restore the file.") from error


def check_descriptions(descriptions: Descriptions, routes: tuple[str, ...]) -> Descriptions:
    """Cleans descriptions and checks that every route has some.

    Raises:
        BadInputError: A route has none, there are too many, one is too long, or two routes share one.
    """
    cleaned = {
        route: tuple(sendable(text).strip() for text in descriptions.get(route, ()) if readable(text))
        for route in routes
    }
    seen: dict[str, str] = {}
    for route, texts in cleaned.items():
        if not texts:
            raise BadInputError(f"The route '{route}' has no description.", "Write at least one line for it.")
        if len(texts) > MAX_DESCRIPTIONS:
            raise BadInputError(
                f"The route '{route}' has {len(texts)} descriptions.", f"Keep at most {MAX_DESCRIPTIONS}."
            )
        for text in texts:
            if len(text) > MAX_DESCRIPTION_CHARACTERS:
                raise BadInputError(
                    f"A description of '{route}' has {len(text):,} characters.",
                    f"Keep each within {MAX_DESCRIPTION_CHARACTERS}.",
                )
            other = seen.setdefault(text.casefold(), route)
            if other != route:
                raise BadInputError(
                    f"“{text}” describes both '{other}' and '{route}'.", "Keep it in one of the two routes."
                )
    return cleaned
