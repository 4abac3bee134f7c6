"""What routers share that ask an LLM for a label: the question, its memo, contextual calibration, and the reason."""

from __future__ import annotations

import copy
import dataclasses
import threading
from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError
from llms.catalogue import load_catalogue
from llms.label_probabilities import Answer, Question, ask, ask_reason
from llms.providers import Connection, connect
from router_models.base import Router, softmax
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
REMEMBERED = 256
FIRST_TIMEOUT_S = 60.0


class LlmLabelRouter(Router):
    """Asks an LLM for one of several labels; label probabilities become a distribution over routes.

    The probabilities are first divided by those of content-free prompts, which takes out what the LLM would say to
    anything. Then follow the card's `temperature` and, per route, `bias_<route>`: both were fitted to the local LLM
    and are left out for any other.

    Source:
        Zhao et al., Calibrate Before Use: Improving Few-Shot Performance of Language Models, arXiv 2102.09690,
        section 4.
    """

    waits = True
    slot = 0
    """Which of the local LLM's prefix caches it uses."""

    _connection: Connection | None = None

    @property
    @abstractmethod
    def labels(self) -> tuple[str, ...]:
        """The labels that the LLM may choose from."""

    @abstractmethod
    def question(self, prompt: str) -> Question:
        """What is asked of the LLM about a prompt that has been cut to length."""

    def memo_key(self, cut: str) -> str:
        """Under which key the answer to a prompt is remembered."""
        return cut

    @abstractmethod
    def to_routes(self, p_label: NDArray[np.float64]) -> NDArray[np.float64]:
        """The distribution over routes, (n, n_routes), of one over labels, (n, n_labels)."""

    def with_connection(self, connection: Connection) -> LlmLabelRouter:
        """The same router on another LLM."""
        other = copy.copy(self)
        other._connection = connection
        other._loaded = False
        return other

    @property
    def fitted(self) -> bool:
        """Whether the card's temperature and biases were fitted to the LLM it asks."""
        local = self._connection.local if self._connection else None
        return local is not None and local.packaged

    def p_labels(self, answers: Sequence[Answer]) -> NDArray[np.float64]:
        """Label probabilities of answers after contextual calibration and temperature, (n, n_labels)."""
        stated = np.array([[answer.probabilities[label] for label in self.labels] for answer in answers])
        return calibrated_labels(np.log(stated), self._content_free, self.card.temperature if self.fitted else 1.0)

    def answers(self, prompts: PromptBatch) -> list[Answer]:
        """The LLM's answers, one per prompt; asked once per batch and remembered.

        Raises:
            UnavailableError: The LLM did not answer, or outside the labels.
        """
        return prompts.feature(f"answers:{self.id}", lambda: [self._ask(prompt) for prompt in prompts])

    def _load(self) -> None:
        if self._connection is None:
            name = get_settings().router_llm or LOCAL_LLM_ID
            self._connection = connect(load_catalogue()[name])
        self._memo: OrderedDict[str, Answer] = OrderedDict()
        self._memo_lock = threading.Lock()
        patient = dataclasses.replace(self._connection, timeout_s=FIRST_TIMEOUT_S)  # the model starts, reads examples
        asked = [ask(patient, self.question(text), self.slot) for text in CONTENT_FREE]
        stated = np.array([[answer.probabilities[label] for label in self.labels] for answer in asked])
        self._content_free: NDArray[np.float64] = np.log(stated.mean(axis=0))

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
            self._said(label, float(row.max()), self._reason(prompt, label)) + (OUTWEIGHED if other else "")
            for prompt, label, row, other in zip(prompts, picked, p_label, outweighed, strict=True)
        ]

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        other = () if self.fitted else (f"Not calibrated for {self._llm().title}: its probabilities are as stated.",)
        return [(*cut_warning(prompt), *other) for prompt in prompts]

    def _said(self, label: str, probability: float, reason: str) -> str:
        stated = f", because “{reason}”" if reason else ""
        return f"{self._llm().title} says {label} ({probability:.2f}){stated}"

    def _ask(self, prompt: str) -> Answer:
        cut = cut_prompt(prompt)
        key = self.memo_key(cut)
        with self._memo_lock:
            if key in self._memo:
                self._memo.move_to_end(key)
                return self._memo[key]
        return self._remember(cut, ask(self._llm(), self.question(cut), self.slot))

    def _reason(self, prompt: str, label: str) -> str:
        """The LLM's own reason for a label; one it gave for another label would not do."""
        cut = cut_prompt(prompt)
        answer = self._ask(prompt)
        if answer.label == label and answer.reason:
            return answer.reason
        if not self._llm().provider.prefill:
            return ""
        try:
            reason = ask_reason(self._llm(), self.question(cut), label, self.slot)
        except UnavailableError:  # the label is there; a missing reason does not take it away
            return ""
        self._remember(cut, dataclasses.replace(answer, label=label, reason=reason))
        return reason

    def _remember(self, cut: str, answer: Answer) -> Answer:
        with self._memo_lock:
            self._memo[self.memo_key(cut)] = answer
            while len(self._memo) > REMEMBERED:
                self._memo.popitem(last=False)
        return answer

    def _llm(self) -> Connection:
        if self._connection is None:
            raise UnavailableError(f"{self.title} has no LLM yet.", "Load it first.")
        return self._connection


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
