"""The contract every router fulfils: write `_predict_proba`, and the base class validates, times and wraps."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from errors import PlaygroundError
from router_models.card import RouterCard
from router_models.decision import RouterScore
from router_models.encoder import CHUNK, Encoders
from router_models.in_memory import InMemory
from router_models.prompt_batch import PromptBatch
from router_models.prompts import clean_prompt

SUM_TOLERANCE = 1e-3


class Router(InMemory, ABC):
    """Turns prompts into a probability distribution over its routes.

    Its weights come into memory when it is first asked, and leave it by `unload`; see `InMemory`.

    Args:
        card: Identity, figures and operating point; its `routes` are ordered cheapest first.
        folder: Where the router's weights lie.
        encoders: The tokenizer and encoders shared by the panel.
    """

    evidence_kind = ""
    """One sentence on what the score rests on, for the Why panel; empty for routers that do not read the prompt."""

    waits = False
    """True for routers that wait for a network or an LLM: the panel runs those beside the others, with a time-out."""

    beside = False
    """True for routers that the panel runs on a second thread: those with a network of their own, and long look-ups."""

    asks_others = False
    """True for routers made of other routers: the panel runs them last, when their members have run."""

    def __init__(self, card: RouterCard, folder: Path, encoders: Encoders) -> None:
        super().__init__()
        self.card = card
        self.folder = folder
        self.encoders = encoders

    @property
    def id(self) -> str:
        """Stable id, as in URLs and on the command line."""
        return self.card.router

    @property
    def title(self) -> str:
        """Name for people."""
        return self.card.title

    @property
    def family(self) -> str:
        """Method family, such as baseline, keras, encoder or similarity."""
        return self.card.family

    @property
    def routes(self) -> tuple[str, ...]:
        """Route names, cheapest first."""
        return self.card.routes

    @property
    def feature(self) -> str:
        """Under which name a batch remembers this router's probabilities; a user's edited copy has its own."""
        return f"route:{self.id}:{id(self)}"

    def predict_proba(self, prompts: Sequence[str]) -> NDArray[np.float64]:
        """Routes prompts, sharing features where `prompts` is a `PromptBatch` already.

        Returns:
            Calibrated probabilities, (n_prompts, n_routes), rows ≥ 0 and summing to 1.

        Raises:
            BadInputError: A prompt is empty, unreadable or too long.
            UnavailableError: The router cannot run.
        """
        if len(prompts) == 0:
            return np.empty((0, len(self.routes)))
        if isinstance(prompts, PromptBatch):
            return self.probabilities(prompts)
        cleaned = [clean_prompt(prompt) for prompt in prompts]
        rows = sorted(range(len(cleaned)), key=[len(prompt) for prompt in cleaned].__getitem__)
        result = np.empty((len(cleaned), len(self.routes)))
        for start in range(0, len(rows), CHUNK):  # prompts of like length together: little padding, little memory
            chunk = rows[start : start + CHUNK]
            result[chunk] = self.probabilities(PromptBatch([cleaned[row] for row in chunk]))
        return result

    def probabilities(self, batch: PromptBatch) -> NDArray[np.float64]:
        """The same for a batch, remembered on it: routers made of other routers ask their members again.

        Raises:
            UnavailableError: The router cannot run.
        """
        with self.in_use():
            return batch.feature(self.feature, lambda: self._checked(self._predict_proba(batch), len(batch)))

    def score(self, batch: PromptBatch) -> list[RouterScore]:
        """Routes a batch and says of each prompt what, how fast and on what evidence.

        Raises:
            UnavailableError: The router cannot run.
        """
        with self.in_use():
            with batch.metered() as meter:
                probabilities = self.probabilities(batch)
            latency_ms = batch.latency_ms(meter) / len(batch)
            evidence = self._evidence(batch, probabilities)
            warnings = self._warnings(batch)
        return [
            RouterScore(
                self.id, self.routes, tuple(map(float, row)), latency_ms, said, warned, version=self.card.version
            )
            for row, said, warned in zip(probabilities, evidence, warnings, strict=True)
        ]

    @abstractmethod
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        """Calibrated probabilities, (n_prompts, n_routes); `load()` has been called."""

    def _evidence(self, prompts: PromptBatch, probabilities: NDArray[np.float64]) -> list[str]:
        """A clause per prompt on what the score rests on, without full stop; '' if there is nothing to say."""
        return [""] * len(prompts)

    def _warnings(self, prompts: PromptBatch) -> list[tuple[str, ...]]:
        """Sentences per prompt; by default the one that says how much of a long prompt was read."""
        limit = self.card.max_tokens
        if limit is None:
            return [()] * len(prompts)
        counts = self.encoders.tokenized(prompts).counts
        return [
            (f"Reads the first {limit} of this prompt's {count:,} tokens; the rest did not count.",)
            if count > limit
            else ()
            for count in counts
        ]

    def _checked(self, probabilities: NDArray[np.floating], n_prompts: int) -> NDArray[np.float64]:
        p = np.asarray(probabilities, dtype=np.float64)
        shape = (n_prompts, len(self.routes))
        if p.shape == shape:
            sums = p.sum(axis=1, keepdims=True)
            # What is not a number fails each comparison, and with it what is infinite: its sum is.
            if p.min() >= 0 and np.abs(sums - 1).max() <= SUM_TOLERANCE:
                normalised: NDArray[np.float64] = p / sums
                return normalised
        raise PlaygroundError(
            f"{self.title} returned no valid distribution of shape {shape}.",
            "This is a defect of the router: please report it with the prompt's language and length.",
        )


def softmax(logits: NDArray[np.floating], temperature: float = 1.0) -> NDArray[np.float64]:
    """Row-wise softmax of logits (n, k) divided by a temperature > 0."""
    scaled = np.asarray(logits, dtype=np.float64) / temperature
    exponentials = np.exp(scaled - scaled.max(axis=1, keepdims=True))
    probabilities: NDArray[np.float64] = exponentials / exponentials.sum(axis=1, keepdims=True)
    return probabilities
