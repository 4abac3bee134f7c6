"""What counts as a prompt: the one place that checks and cleans what people type."""

from __future__ import annotations

from errors import BadInputError
from llms.tokens import sendable

MAX_CHARACTERS = 200_000


def clean_prompt(text: object, max_characters: int = MAX_CHARACTERS) -> str:
    """Returns the prompt as routers read it: lone surrogates become U+FFFD, everything else stays.

    Raises:
        BadInputError: Not a text, nothing readable in it, or longer than `max_characters`.
    """
    if not isinstance(text, str):
        raise BadInputError(f"A prompt must be text, not {type(text).__name__}.", "Send a string.")
    if len(text) > max_characters:
        raise BadInputError(
            f"The prompt has {len(text):,} characters.",
            f"The limit is {max_characters:,}: shorten it, or route the part that holds the question.",
        )
    cleaned = sendable(text)
    if not readable(cleaned):
        raise BadInputError("The prompt is empty.", "Type a question or an instruction, or pick an example.")
    return cleaned


def readable(text: str) -> bool:
    """Whether there is anything to see in a text: not only blanks and control characters."""
    return any(character.isprintable() and not character.isspace() for character in text)
