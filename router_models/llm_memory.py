"""What is known of the LLM that a router asks: what it says to anything, and its latest answers."""

from __future__ import annotations

import threading
from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

from llms.label_probabilities import Answer, Question
from llms.providers import Connection

REMEMBERED = 256


class LlmMemory:
    """Shared by a router and its edited copies, so that nothing is asked, and paid for, twice. Thread-safe.

    Attributes:
        connection: The LLM; None until the router is loaded, or is given one.
        content_free: Log-probabilities that the LLM states for content-free prompts, (n_labels,); None if not known.
        loaded: Whether the LLM is ready to be asked.
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self.connection = connection
        self.content_free: NDArray[np.float64] | None = None
        self.loaded = False
        self._answers: OrderedDict[Question, Answer] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, question: Question) -> Answer | None:
        """The answer to a question; None if it is not remembered."""
        with self._lock:
            if question in self._answers:
                self._answers.move_to_end(question)
            return self._answers.get(question)

    def put(self, question: Question, answer: Answer) -> Answer:
        """Remembers an answer, and forgets the one that has not been asked for the longest."""
        with self._lock:
            self._answers[question] = answer
            self._answers.move_to_end(question)
            while len(self._answers) > REMEMBERED:
                self._answers.popitem(last=False)
        return answer
