"""Why an LLM cannot be asked, as far as can be told without asking it."""

from __future__ import annotations

from collections.abc import Sequence

from errors import BadInputError, PlaygroundError
from llms.attachment import Attachment
from llms.catalogue import Catalogue
from llms.chat_request import ChatRequest, Turn
from llms.keys import Keys
from llms.llm import LLM
from llms.local import CHAT_TOKENS, why_missing
from llms.providers import connect
from llms.spending import prompt_tokens
from settings import Settings

LONGEST_ANSWER_TOKENS = 32_768
HIGHEST_TEMPERATURE = 2.0


def refuses_llm(
    catalogue: Catalogue, settings: Settings, llm_id: str, keys: Keys, attachment: Attachment | None = None
) -> PlaygroundError | None:
    """Why an LLM cannot be asked: unknown, blind, without a key, or not installed; None if it can be."""
    try:
        llm = catalogue[llm_id]
        connect(llm, settings, keys)
    except PlaygroundError as error:
        return error
    if attachment is not None and attachment.kind == "image" and "image" not in llm.modalities:
        return BadInputError(f"{llm.title} does not take images.", "Choose an LLM that does, or take the image away.")
    return why_missing() if llm.local else None


def refuses_turns(llm: LLM, turns: Sequence[Turn]) -> PlaygroundError | None:
    """Why an LLM cannot be asked this: there is no question, or it is too long."""
    if not turns or turns[-1].role != "user":
        return BadInputError("There is no question to answer.", "Write one.")
    if not turns[-1].whole_text.strip():
        return BadInputError("The prompt is empty.", "Write one.")
    limit = min(llm.context_tokens, CHAT_TOKENS) if llm.local else llm.context_tokens
    if limit > sum(len(turn.whole_text.encode()) for turn in turns):
        return None  # a token is at least one byte: most need no counting
    tokens = prompt_tokens(llm, turns)
    if tokens < limit:
        return None
    mark = "" if llm.encoding else "about "
    return BadInputError(
        f"The chat has {mark}{tokens:,} tokens, but {llm.title} reads {limit:,}.",
        "Shorten it, or choose an LLM that reads more.",
    )


def refuses_settings(request: ChatRequest) -> PlaygroundError | None:
    """Why no LLM can be asked with these parameters."""
    if not 1 <= request.max_tokens <= LONGEST_ANSWER_TOKENS:
        return BadInputError(
            f"The longest answer is {request.max_tokens:,} tokens.", f"Choose from 1 to {LONGEST_ANSWER_TOKENS:,}."
        )
    if request.temperature is not None and not 0 <= request.temperature <= HIGHEST_TEMPERATURE:
        return BadInputError(f"The temperature is {request.temperature:g}.", "Choose from 0 to 2.")
    return None
