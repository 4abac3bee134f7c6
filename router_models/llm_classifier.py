"""An LLM names the prompt's category, and the rule table says which route that category takes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from llms.chat import Message
from llms.label_probabilities import Question
from router_models.llm_labels import TURN, LlmLabelRouter, cut_prompt
from router_models.prompt_batch import PromptBatch
from router_models.rules import (
    DEFAULT_CATEGORIES,
    CategorySet,
    Rule,
    Rules,
    apply_rules,
    override_rules,
    read_categories,
)

CATEGORY_SET = "general"
FIELD = "category"
INSTRUCTION = "You sort requests into categories and give a short reason, as JSON. You do not answer them."


class LlmClassifierRouter(LlmLabelRouter):
    """P(route) = Σ P(category) · P(route | category), the first from the LLM, the second from the rule table."""

    evidence_kind = "An LLM names the prompt's category; its own reason is quoted."
    slot = 0

    own_rules: Rules | None = None
    """The rules that a user changed."""

    @property
    def categories(self) -> CategorySet:
        """The categories told apart, with the rule of each."""
        return general_categories()

    @property
    def rules(self) -> dict[str, Rule]:
        """The rule of every category, the user's where there is one."""
        return {**self.categories.rules, **(self.own_rules or {})}

    def with_rules(self, rules: Iterable[tuple[str, Rule]]) -> LlmClassifierRouter:
        """The same router with other rules; what the LLM has answered stays known.

        Args:
            rules: Rows (category, rule) that replace shipped ones; the others stay.

        Raises:
            BadInputError: The rules are contradictory or huge, or name something unknown.
        """
        other = copy.copy(self)
        other.own_rules = override_rules(rules, self.categories.rules, self.labels, self.routes)
        return other

    @property
    def labels(self) -> tuple[str, ...]:
        """The category ids."""
        return self.categories.ids

    def question(self, prompt: str) -> Question:
        """Instructions, an example per category, then the prompt, cut to length."""
        return category_question(self.categories, cut_prompt(prompt))

    def to_routes(self, p_label: NDArray[np.float64]) -> NDArray[np.float64]:
        """Applies the rule table."""
        return apply_rules(p_label, self.rules, self.labels, self.routes)

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        edited = ("Rules edited: its calibration was measured with the original ones.",) if self.own_rules else ()
        return [(*warnings, *edited) for warnings in super()._warnings(prompts)]


@lru_cache
def general_categories(path: Path = DEFAULT_CATEGORIES) -> CategorySet:
    """The general categories of the project, read once."""
    return read_categories(path)[CATEGORY_SET]


def category_question(categories: CategorySet, prompt: str) -> Question:
    """Asks for the category of a prompt, with the first description of each category as an example."""
    messages = [Message("system", INSTRUCTION)]
    for name, category in categories.categories.items():
        answer = {FIELD: name, "reason": category.definition.rstrip(".")}
        messages.append(Message("user", _turn(category.descriptions[0])))
        messages.append(Message("assistant", json.dumps(answer, ensure_ascii=False)))
    return Question((*messages, Message("user", _turn(prompt))), FIELD, categories.ids)


def _turn(prompt: str) -> str:
    return f"{TURN}{prompt}\n\nWhich category?"
