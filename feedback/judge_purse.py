"""The budget of a run: a request is sent only if the budget holds out even for the dearest answer to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal

from llms.catalogue import Catalogue
from llms.chat_body import THINKING_TOKENS
from llms.chat_request import Turn
from llms.cost import format_usd
from llms.prices import quote
from llms.spending import prompt_tokens

MARGIN = 1.25
"""How far a count of tokens may be off where the LLM's own tokenizer cannot be run here."""

CHAT_FORMAT_TOKENS = 32
"""What the format of a chat adds to its texts, generously."""


class BudgetReachedError(Exception):
    """The next request could exceed the budget; never shown, its text is the reason."""


@dataclass
class Charge:
    """What one request costs.

    Attributes:
        usd: Filled in when that is known.
        sent: Whether it was sent; if so and its cost stays unknown, the most that it can cost is counted.
    """

    usd: Decimal | None = None
    sent: bool = False


class Purse:
    """Money of one run, in one event loop.

    Args:
        budget_usd: What it may cost in all.
        spent_usd: What it has cost before.
    """

    def __init__(self, budget_usd: Decimal, spent_usd: Decimal = Decimal(0)) -> None:
        self.budget_usd = budget_usd
        self.spent_usd = spent_usd
        self._reserved: list[Decimal] = []
        self._settled = asyncio.Condition()

    @asynccontextmanager
    async def paying(self, ceiling_usd: Decimal | None) -> AsyncIterator[Charge]:
        """Reserves the most that a request can cost until the block is left; then counts what it did cost.

        Waits while other requests that are on their way might leave enough.

        Args:
            ceiling_usd: The most it can cost; None where its LLM has no price, which no budget can hold.

        Raises:
            BudgetReachedError: The budget cannot hold it.
        """
        ceiling = ceiling_usd or Decimal(0)
        async with self._settled:
            while self.spent_usd + sum(self._reserved, Decimal(0)) + ceiling > self.budget_usd and ceiling:
                if not self._reserved:
                    raise BudgetReachedError(
                        f"The next request could cost up to {format_usd(ceiling)}, and {format_usd(self.spent_usd)} of"
                        f" {format_usd(self.budget_usd)} are spent."
                    )
                await self._settled.wait()
            self._reserved.append(ceiling)
        charge = Charge()
        try:
            yield charge
        finally:
            unknown = ceiling if charge.sent else Decimal(0)
            self.spent_usd += unknown if charge.usd is None else charge.usd
            self._reserved.remove(ceiling)
            async with self._settled:
                self._settled.notify_all()


def ceiling_usd(catalogue: Catalogue, llm_id: str, turns: Sequence[Turn], max_tokens: int) -> Decimal | None:
    """The most that one request can cost, in USD; None where the LLM has no price.

    Hidden reasoning counts up to its limit, and an estimated number of tokens with a margin.

    Args:
        catalogue: Where the LLM is an entry.
        llm_id: Its id.
        turns: The chat.
        max_tokens: Longest visible answer.
    """
    llm = catalogue[llm_id]
    tokens = prompt_tokens(llm, turns) + CHAT_FORMAT_TOKENS
    tokens = tokens if llm.encoding else round(tokens * MARGIN)
    quoted = quote(catalogue, llm_id, tokens, max_tokens + (THINKING_TOKENS if llm.reasoning else 0))
    return None if quoted is None else quoted.usd
