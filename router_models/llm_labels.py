"""What routers share that ask an LLM for a label: the question, its memo, contextual calibration, and the reason."""

from __future__ import annotations

import copy
import dataclasses
import time
from abc import abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from llms.catalogue import load_catalogue
from llms.label_probabilities import Answer, Question, ask, ask_reason
from llms.providers import Connection, connect
from router_models.base import Router, softmax
from router_models.card import RouterCard
from router_models.decision import RouterScore
from router_models.encoder import Encoders
from router_models.llm_memory import LlmMemory
from router_models.prompt_batch import PromptBatch
from settings import get_settings

LOCAL_LLM_ID = "smollm2-135m"
TURN = "Request: "
"""What a user's turn begins with, right before the prompt."""

MAX_PROMPT_BYTES = 1_000
"""How much of a prompt the LLM reads, as UTF-8: about 250 tokens in English, fewer words in other scripts."""

CUT_MARK = " […]"
CONTENT_FREE = ("N/A", "[MASK]", "…")
OUTWEIGHED = ", which its record on labelled prompts outweighs"
FIRST_TIMEOUT_S = 60.0


class LlmLabelRouter(Router):
    """Asks an LLM for one of several labels; label probabilities become a distribution over routes.

    The probabilities are first divided by those of content-free prompts, which takes out what the LLM would say to
    anything. Then follow the card's `temperature` and, per route, `bias_<route>`. All three were fitted to, or chosen
    for, the packaged local LLM; any other LLM is taken at its word: an able one is rightly sure that "N/A" is simple,
    and dividing by that would turn its answers round.

    Source:
        Zhao et al., Calibrate Before Use: Improving Few-Shot Performance of Language Models, arXiv 2102.09690,
        section 4.
    """

    waits = True
    slot = 0
    """Which of the local LLM's prefix caches it uses."""

    def __init__(self, card: RouterCard, folder: Path, encoders: Encoders) -> None:
        super().__init__(card, folder, encoders)
        self._memory = LlmMemory()

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]:
        """The labels that the LLM may choose from."""

    @abstractmethod
    def question(self, prompt: str) -> Question:
        """What is asked of the LLM about a prompt; of a long one it reads `cut_prompt`. Equal ones are asked once."""

    def bare_question(self, prompt: str) -> Question:
        """The same about the prompt alone, whatever else a request says: what is divided out must be one for all."""
        return self.question(prompt)

    @abstractmethod
    def to_routes(self, p_label: NDArray[np.float64]) -> NDArray[np.float64]:
        """The distribution over routes, (n, n_routes), of one over labels, (n, n_labels)."""

    def with_connection(self, connection: Connection) -> LlmLabelRouter:
        """The same router on another LLM."""
        other = copy.copy(self)
        other._memory = LlmMemory(connection)
        other._loaded = False
        return other

    @property
    def loaded(self) -> bool:
        """Whether the LLM is ready, be it that an edited copy of this router made it so."""
        return self._memory.loaded

    @property
    def fitted(self) -> bool:
        """Whether the card's temperature and biases were fitted to the LLM it asks."""
        local = self._memory.connection.local if self._memory.connection else None
        return local is not None and local.packaged

    def p_labels(self, answers: Sequence[Answer]) -> NDArray[np.float64]:
        """Label probabilities of answers, (n, n_labels); calibrated where the router was fitted to the LLM."""
        stated = self._stated(answers)
        content_free = self._memory.content_free
        if content_free is None:
            return stated
        return calibrated_labels(np.log(stated), content_free, self.card.temperature)

    def answers(self, prompts: PromptBatch) -> list[Answer]:
        """The LLM's answers, one per prompt; asked once per batch and remembered.

        Raises:
            UnavailableError: The LLM did not answer, or outside the labels.
        """
        return prompts.feature(f"answers:{self.id}", lambda: [self._ask(self.question(prompt)) for prompt in prompts])

    def score(self, batch: PromptBatch) -> list[RouterScore]:
        """As for every router; an answer that is remembered counts with the time that it took."""
        scores = super().score(batch)
        return [
            dataclasses.replace(score, latency_ms=max(score.latency_ms, answer.took_ms))
            for score, answer in zip(scores, self.answers(batch), strict=True)
        ]

    def _load(self) -> None:
        memory = self._memory
        if memory.loaded:  # by the router of which this one is a copy, or by another copy
            return
        if memory.connection is None:
            name = get_settings().router_llm or LOCAL_LLM_ID
            memory.connection = connect(load_catalogue()[name])
        if memory.connection.local is not None:  # a provider's LLM need not be paid for answers that nothing uses
            patient = dataclasses.replace(memory.connection, timeout_s=FIRST_TIMEOUT_S)  # it starts, reads examples
            questions = [self.bare_question(text) for text in CONTENT_FREE]
            asked = [memory.put(question, ask(patient, question, self.slot)) for question in questions]
            if self.fitted:
                memory.content_free = np.log(self._stated(asked).mean(axis=0))
        memory.loaded = True

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        routes = self.to_routes(self.p_labels(self.answers(prompts)))
        if not self.fitted:
            return routes
        return shifted_routes(routes, [self.card.parameters.get(f"bias_{route}", 0.0) for route in self.routes])

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        p_label = self.p_labels(self.answers(prompts))
        picked = [self.labels[index] for index in p_label.argmax(axis=1)]
        outweighed = self.to_routes(p_label).argmax(axis=1) != probabilities.argmax(axis=1)
        return [
            self._said(label, float(row.max()), self._reason(self.question(prompt), label))
            + (OUTWEIGHED if other else "")
            for prompt, label, row, other in zip(prompts, picked, p_label, outweighed, strict=True)
        ]

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        other = () if self.fitted else (f"Not calibrated for {self._llm().title}: its probabilities are as stated.",)
        return [(*cut_warning(prompt), *other) for prompt in prompts]

    def _said(self, label: str, probability: float, reason: str) -> str:
        stated = f", because “{reason}”" if reason else ""
        return f"{self._llm().title} says {label} ({probability:.2f}){stated}"

    def _stated(self, answers: Sequence[Answer]) -> NDArray[np.float64]:
        """Label probabilities as the LLM states them, (n, n_labels)."""
        return np.array([[answer.probabilities[label] for label in self.labels] for answer in answers])

    def _ask(self, question: Question) -> Answer:
        known = self._memory.get(question)
        if known is not None:
            return known
        start = time.perf_counter()
        answer = ask(self._llm(), question, self.slot)
        took_ms = (time.perf_counter() - start) * 1000
        return self._memory.put(question, dataclasses.replace(answer, took_ms=took_ms))

    def _reason(self, question: Question, label: str) -> str:
        """The LLM's own reason for a label; one it gave for another label would not do."""
        answer = self._ask(question)
        if answer.label == label and answer.reason:
            return answer.reason
        if not self._llm().provider.prefill:
            return ""
        try:
            reason = ask_reason(self._llm(), question, label, self.slot)
        except UnavailableError:  # the label is there; a missing reason does not take it away
            return ""
        self._memory.put(question, dataclasses.replace(answer, label=label, reason=reason))
        return reason

    def _llm(self) -> Connection:
        if self._memory.connection is None:
            raise UnavailableError(f"{self.title} has no LLM yet.", "Load it first.")
        return self._memory.connection


def calibrated_labels(
    log_p: NDArray[np.float64], log_content_free: NDArray[np.float64], temperature: float
) -> NDArray[np.float64]:
    """Contextual calibration and temperature: softmax((log p − log content-free p) / temperature), (n, n_labels)."""
    return softmax(log_p - log_content_free, temperature)


def shifted_routes(routes: NDArray[np.float64], bias: Sequence[float]) -> NDArray[np.float64]:
    """A distribution (n, n_routes) whose log-odds are shifted by one bias per route."""
    return softmax(np.log(np.maximum(routes, 1e-9)) + np.asarray(bias))


def cut_prompt(prompt: str) -> str:
    """The beginning of a prompt that the LLM reads, marked where it was cut."""
    encoded = prompt.encode("utf-8")
    if len(encoded) <= MAX_PROMPT_BYTES:
        return prompt
    return encoded[:MAX_PROMPT_BYTES].decode("utf-8", errors="ignore") + CUT_MARK


def cut_warning(prompt: str) -> tuple[str, ...]:
    """What must be said of a prompt that was cut; nothing of others."""
    cut = cut_prompt(prompt)
    if cut == prompt:
        return ()
    read = len(cut) - len(CUT_MARK)
    return (f"Reads the first {read:,} of this prompt's {len(prompt):,} characters; the rest did not count.",)
