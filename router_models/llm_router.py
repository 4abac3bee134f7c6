"""An LLM decides on the route itself, from the prompt and from what is known of the request."""

from __future__ import annotations

import copy
import json

import numpy as np
from numpy.typing import NDArray

from llms.chat import Message
from llms.label_probabilities import Question
from router_models.llm_labels import TURN, LlmLabelRouter, cut_prompt
from router_models.request_facts import Attachment, RequestFacts, read_facts

FIELD = "route"
INSTRUCTION = (
    "You choose which LLM answers a request. You do not answer it yourself. simple: a small, cheap LLM, for facts,"
    " small talk and rewording. general: a large LLM, for code, long texts, explanations and expert advice. reasoning:"
    " an LLM that thinks first, for proofs, calculations, puzzles and plans. Answer as JSON: route and a short reason."
)
EXAMPLES = (
    ("What is the capital of Peru?", "simple", "a single fact"),
    ("Hello, how are you?", "simple", "small talk"),
    ("Translate 'see you soon' into French.", "simple", "rewording of a short text"),
    ("Write a Python function that merges two sorted lists.", "general", "code must be written"),
    ("Write a cover letter for a post as a nurse.", "general", "a longer text with a purpose"),
    ("Explain how vaccines train the immune system.", "general", "an explanation in depth"),
    ("Prove that there are infinitely many primes.", "reasoning", "a proof in several steps"),
    ("Anna is twice as old as Ben, together they are 36. How old is each?", "reasoning", "a calculation in steps"),
)
"""Written for this project."""


class LlmRouter(LlmLabelRouter):
    """P(route) as the LLM states it, calibrated.

    Source:
        Request attributes beside the prompt as in
        Hari and Thomson, Tryage: Real-time, Intelligent Routing of User Prompts to LLMs, arXiv 2308.11601.
    """

    evidence_kind = "An LLM reads the prompt with its length, structure and attachment; its own reason is quoted."
    slot = 1
    temperature: float | None = None
    attachment: Attachment | None = None

    @property
    def labels(self) -> tuple[str, ...]:
        """The routes themselves."""
        return self.routes

    def with_request(self, temperature: float | None = None, attachment: Attachment | None = None) -> LlmRouter:
        """The same router for a request of which more is known than the prompt; what the LLM has answered stays known.

        Args:
            temperature: Sampling temperature that the request asks for, 0 to 2.
            attachment: Kind of attachment.
        """
        other = copy.copy(self)
        other.temperature, other.attachment = temperature, attachment
        return other

    def question(self, prompt: str) -> Question:
        """Instructions, examples of each route, then the prompt, cut to length, with the facts of the whole of it."""
        messages = [Message("system", INSTRUCTION)]
        for text, route, reason in EXAMPLES:
            messages.append(Message("user", _turn(text, read_facts(text))))
            messages.append(Message("assistant", json.dumps({FIELD: route, "reason": reason})))
        facts = read_facts(prompt, self.temperature, self.attachment)
        return Question((*messages, Message("user", _turn(cut_prompt(prompt), facts))), FIELD, self.routes)

    def bare_question(self, prompt: str) -> Question:
        """Without temperature and attachment."""
        return self.with_request().question(prompt)

    def to_routes(self, p_label: NDArray[np.float64]) -> NDArray[np.float64]:
        """Labels are routes already."""
        return p_label


def _turn(prompt: str, facts: RequestFacts) -> str:
    return f"{TURN}{prompt}\n\n{facts}\nWhich route?"
