"""What an answer has cost, by its tokens and genai-prices; never estimated where the provider has told them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from llms.catalogue import Catalogue
from llms.chat_request import Turn
from llms.completion import Usage
from llms.cost import NO_PRICE, CostEstimate
from llms.llm import LLM
from llms.prices import price_of, quote
from llms.tokens import count_tokens

COUNTED = "tokens counted here, as the provider reported none"
CACHED = "from the cache, nothing was sent"
IMAGES = "images not counted"


def spent(catalogue: Catalogue, llm_id: str, usage: Usage, at: datetime | None = None) -> CostEstimate:
    """What an answer has cost.

    Args:
        catalogue: Where the LLM is an entry.
        llm_id: Its id.
        usage: The answer's tokens.
        at: When it was asked; now if left out.

    Raises:
        UnknownNameError: There is no such LLM.
        DataError: Another release of genai-prices is installed than the catalogue dates.
    """
    quoted = quote(catalogue, llm_id, usage.input_tokens, usage.output_tokens, at, cached_tokens=usage.cached_tokens)
    if quoted is None:
        return CostEstimate(None, f"{NO_PRICE} is known for {llm_id}")
    notes = [quoted.price.note, COUNTED if usage.counted else ""]
    return CostEstimate(quoted.usd, "; ".join(note for note in notes if note), quoted.price)


def nothing_spent(catalogue: Catalogue, llm_id: str) -> CostEstimate:
    """The cost of an answer from the cache."""
    return CostEstimate(Decimal(0), CACHED, price_of(catalogue, llm_id))


def counted_usage(llm: LLM, turns: Sequence[Turn], answer: str) -> Usage:
    """The tokens of an answer whose provider reported none, or could not as it was cut off.

    Args:
        llm: Who answered; its tokenizer is used where it can be run here.
        turns: What was sent. Images are not counted.
        answer: All text that has come, visible thinking included.
    """
    return Usage(prompt_tokens(llm, turns), count_tokens(answer, llm.encoding).tokens, counted=True)


def prompt_tokens(llm: LLM, turns: Sequence[Turn]) -> int:
    """Tokens of a chat as far as its text goes: the chat format's own few are not counted, and images are not."""
    return sum(count_tokens(turn.whole_text, llm.encoding).tokens for turn in turns)
