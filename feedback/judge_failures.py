"""What a failed request means for a run: this prompt is left out, or the run had better wait."""

from __future__ import annotations

from typing import Literal

from errors import BadInputError, PlaygroundError
from llms.completion import Completion
from llms.failures import ProviderError

Consequence = Literal["leave out", "suspect", "pause"]
"""The prompt is to blame; the LLM may be, and is if it goes on like this; nobody can ask this LLM at the moment."""

SUSPECTS_TO_PAUSE = 3
"""Failures of one LLM in a row after which the run pauses instead of leaving out one prompt after the other."""

_PAUSES = {"key", "credit", "no such LLM", "rate limit", "unreachable", "paused"}
_OF_THE_PROMPT = {"too long", "filter"}

EMPTY, FILTERED = "empty", "filter"
_ANSWERED_UNSEEN = {"too slow", "cut off", "nonsense"}
LASTING = frozenset({EMPTY, FILTERED})
"""Failures of an answer that asking again would bring again."""


def consequence(failure: PlaygroundError) -> Consequence:
    """What a failure means for the run."""
    if isinstance(failure, ProviderError):
        if failure.kind in _PAUSES:
            return "pause"
        return "leave out" if failure.kind in _OF_THE_PROMPT else "suspect"
    return "leave out" if isinstance(failure, BadInputError) else "pause"


def answer_failure(completion: Completion) -> str:
    """What is wrong with an answer as an answer to be judged, in a word; '' if nothing is."""
    if completion.stop == "filter":
        return FILTERED
    if isinstance(completion.failure, ProviderError):
        return completion.failure.kind
    if completion.failure is not None or not completion.whole:
        return "cut off"
    return "" if completion.text.strip() else EMPTY


def may_have_cost(completion: Completion) -> bool:
    """Whether a request that was sent may be billed: a refusal is not, an answer that was lost on its way is."""
    failure = completion.failure
    return not isinstance(failure, ProviderError) or failure.kind in _ANSWERED_UNSEEN
