"""Routing by meaning: which category is the prompt most like, and which route do the rules give that category?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import DataError, UnknownNameError
from router_models.base import Router, softmax
from router_models.card import RouterCard
from router_models.category_similarity import (
    EMBEDDINGS_FILE,
    FITS_FILE,
    CategoryFit,
    Descriptions,
    KnownEmbeddings,
    category_similarity,
    check_descriptions,
    nearest_mean,
    read_fits,
)
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch
from router_models.rules import CategorySet, Rule, Rules, override_rules, rule_matrix, shipped_categories

DEFAULT_SET = "general"


@dataclass(frozen=True, slots=True)
class CategoryEdits:
    """What a user changed; each part that is None stays as it was trained.

    Attributes:
        set_id: Which category set the prompt is sorted into.
        descriptions: By category.
        rules: By category; categories that are left out keep their learnt rule.
    """

    set_id: str = DEFAULT_SET
    descriptions: Descriptions | None = None
    rules: Rules | None = None


AS_TRAINED = CategoryEdits()


class SemanticRouter(Router):
    """P(route) = Σ P(category) · P(route | category), the categories told apart by cosine similarity.

    A category's similarity is the mean of its nearest descriptions' cosines. P(route | category) is the rule table;
    the one that ships was fitted, and a user may put a route in place of any row.

    Args:
        card: The router's card.
        folder: Where `fits.json` and `descriptions.npz` lie.
        encoders: The frozen encoder that embeds prompt and descriptions.
        edits: What a user changed.
    """

    evidence_kind = "It compares the prompt's meaning with the descriptions of each category."

    def __init__(self, card: RouterCard, folder: Path, encoders: Encoders, edits: CategoryEdits = AS_TRAINED) -> None:
        super().__init__(card, folder, encoders)
        self.edits = edits

    @property
    def category_set(self) -> CategorySet:
        """The categories it sorts prompts into."""
        return known_set(self.edits.set_id)

    @cached_property
    def fit(self) -> CategoryFit:
        """What was fitted for its category set.

        Raises:
            DataError: The file is missing or broken, or was fitted for other categories.
        """
        fit = read_fits(self.folder / FITS_FILE).get(self.edits.set_id)
        if fit is None or set(fit.bias) != set(self.category_set.ids):
            raise DataError(
                f"The categories '{self.edits.set_id}' are not those the semantic router was trained with.",
                "Restore assets/categories.yaml, or run the router's training script again.",
            )
        return fit

    @property
    def descriptions(self) -> Descriptions:
        """Descriptions by category, the user's if there are any."""
        own = {name: category.descriptions for name, category in self.category_set.categories.items()}
        return self.edits.descriptions or own

    @property
    def rules(self) -> dict[str, Rule]:
        """The rule of every category, the user's where there is one."""
        return {**self.fit.rules, **(self.edits.rules or {})}

    def with_edits(
        self,
        set_id: str = DEFAULT_SET,
        descriptions: Descriptions | None = None,
        rules: Iterable[tuple[str, Rule]] = (),
    ) -> SemanticRouter:
        """The same router with other categories, descriptions or rules; temperature and biases stay.

        Args:
            set_id: Id of a category set.
            descriptions: For all its categories; None keeps those that ship.
            rules: Rows (category, rule) that replace learnt ones; the others stay.

        Raises:
            BadInputError: The descriptions or rules are empty, contradictory or huge, or name something unknown.
            UnknownNameError: There is no such category set.
        """
        categories = known_set(set_id).ids
        shipped = SemanticRouter(self.card, self.folder, self.encoders, CategoryEdits(set_id))
        own = override_rules(rules, shipped.fit.rules, categories, self.routes)
        checked = None if descriptions is None else check_descriptions(descriptions, categories)
        edits = CategoryEdits(set_id, None if checked == shipped.descriptions else checked, own)
        return SemanticRouter(self.card, self.folder, self.encoders, edits)

    def p_category(self, prompts: PromptBatch) -> NDArray[np.float64]:
        """Probability of each category, (n_prompts, n_categories), in the order of `category_set.ids`."""
        self.load()
        similarity = category_similarity(self._cosines(prompts), self._sizes, self._mean)
        return softmax(similarity + self._bias, self._temperature)

    def nearest(self, prompts: PromptBatch, count: int = 5) -> list[list[tuple[str, str, float]]]:
        """The `count` most similar descriptions of each prompt as (category title, description, cosine), best first."""
        self.load()
        cosines = self._cosines(prompts)
        best = np.argsort(-cosines, axis=1)[:, :count]
        return [
            [(self._titles[self._owners[i]], self._texts[i], float(row[i])) for i in columns]
            for row, columns in zip(cosines, best, strict=True)
        ]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Embeddings of descriptions, (n, 384): those that ship from their file, the user's from the encoder."""
        known = KnownEmbeddings(self.folder / EMBEDDINGS_FILE)
        new = [text for text in dict.fromkeys(texts) if text not in known]
        fresh = dict(zip(new, self.encoders.embeddings(PromptBatch(new)), strict=True)) if new else {}
        return np.stack([fresh[text] if text in fresh else known[text] for text in texts])

    def _load(self) -> None:
        categories, described, fit = self.category_set.categories, self.descriptions, self.fit
        self._titles = [category.title for category in categories.values()]
        self._texts = [text for name in categories for text in described[name]]
        self._sizes = [len(described[name]) for name in categories]
        self._owners = np.repeat(np.arange(len(categories)), self._sizes)
        self._mean = nearest_mean(self._sizes, fit.nearest)
        self._bias = np.array([fit.bias[name] for name in categories])
        self._temperature = fit.temperature
        self._rules = rule_matrix(self.rules, tuple(categories), self.routes)
        self._embeddings = self.embed(self._texts)

    def _cosines(self, prompts: PromptBatch) -> NDArray[np.float32]:
        cosines: NDArray[np.float32] = self.encoders.embeddings(prompts) @ self._embeddings.T
        return cosines

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        return self.p_category(prompts) @ self._rules

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        p_category, cosines = self.p_category(prompts), self._cosines(prompts)
        likeliest = p_category.argmax(axis=1)
        own = np.where(self._owners == likeliest[:, None], cosines, -np.inf)
        said = []
        for row, category, text in zip(range(len(prompts)), likeliest, own.argmax(axis=1), strict=True):
            title, route = self._titles[category].lower(), self.routes[self._rules[category].argmax()]
            said.append(
                f"Looks like {title} ({p_category[row, category]:.2f}), near “{self._texts[text]}” "
                f"(cosine {cosines[row, text]:.2f}); the rule table sends that to {route}"
            )
        return said

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        edits = self.edits
        changed = [
            *(["Categories"] if edits.set_id != DEFAULT_SET else []),
            *(["Descriptions"] if edits.descriptions is not None else []),
            *(["Rules"] if edits.rules is not None else []),
        ]
        if not changed:
            return super()._warnings(prompts)
        what = " and ".join([changed[0], *(name.lower() for name in changed[1:])])
        edited = (f"{what} edited: its calibration was measured with the original ones.",)
        return [(*warnings, *edited) for warnings in super()._warnings(prompts)]


def known_set(set_id: str) -> CategorySet:
    """A category set of the project.

    Raises:
        UnknownNameError: There is none of that id.
    """
    sets = shipped_categories()
    if set_id not in sets:
        raise UnknownNameError(f"There are no categories '{set_id[:40]}'.", f"Choose one of: {', '.join(sets)}.")
    return sets[set_id]
