"""What answering the prompts costs: USD per prompt and LLM, at list prices, for the lengths that are known or assumed.

Amounts here are means over many prompts, so they are floating-point numbers; a bill would be Decimal.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import numpy as np

from benchmarks.benchmark import BoolArray, FloatArray
from errors import BadInputError
from llms.catalogue import Catalogue
from llms.prices import Price, price_of
from llms.prices import quote as price_quote
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS, MAX_TOKENS
from traffic.intake import Traffic
from traffic.naming import known_llms
from traffic.routed import Routed

MTOK = 1_000_000


class Money:
    """Costs of the routed prompts.

    Args:
        catalogue: LLMs and prices.
        traffic: Whose answers' lengths count where they are known.
        routed: Says how long the prompts are.
        output_tokens: Length of an answer where it is not known.
        reasoning_tokens: Hidden tokens that reasoning LLMs are assumed to think first, billed as output; none on top of
            a known length of the LLM's own answer, which holds them already.

    Raises:
        BadInputError: A number of tokens is out of range.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        traffic: Traffic,
        routed: Routed,
        output_tokens: int = DEFAULT_OUTPUT_TOKENS,
        reasoning_tokens: int = DEFAULT_REASONING_TOKENS,
    ) -> None:
        for what, tokens in (("length of an answer", output_tokens), ("number of hidden tokens", reasoning_tokens)):
            if not 0 <= tokens <= MAX_TOKENS:
                raise BadInputError(f"The expected {what} is {tokens:,}.", f"Choose 0 to {MAX_TOKENS:,} tokens.")
        self.catalogue = catalogue
        known = traffic.output_tokens[routed.rows]
        self.output_tokens: FloatArray = np.where(np.isfinite(known), known, float(output_tokens))
        self._known: BoolArray = np.isfinite(known)
        self._writers = np.array([traffic.llms[row] for row in routed.rows.tolist()] if traffic.llms else [], dtype=str)
        self.known_lengths = int(self._known.sum())
        self.assumed_tokens = output_tokens
        self.reasoning_tokens = reasoning_tokens
        self._routed = routed
        self._at = datetime.now(UTC)
        self._usd: dict[str, FloatArray | None] = {}

    def __len__(self) -> int:
        """Number of prompts m."""
        return len(self._routed)

    def usd(self, llm_id: str) -> FloatArray | None:
        """USD for each prompt, shape (m,); None where the LLM has no price.

        Raises:
            UnknownNameError: There is no such LLM.
        """
        if llm_id not in self._usd:
            self._usd[llm_id] = self._computed(llm_id)
        return self._usd[llm_id]

    def price(self, llm_id: str) -> Price | None:
        """The price behind the amounts."""
        return price_of(self.catalogue, llm_id, self._at)

    def _computed(self, llm_id: str) -> FloatArray | None:
        llm = self.catalogue[llm_id]
        lengths, place = np.unique(self._routed.tokens[llm.encoding], return_inverse=True)
        quoted = list(self._quoted(llm_id, lengths.tolist()))
        if any(amounts is None for amounts in quoted):
            return None
        pairs = np.array([amounts for amounts in quoted if amounts is not None], dtype=np.float64).reshape(-1, 2)
        hidden = np.where(self._written_by(llm_id), 0, self.reasoning_tokens) if llm.reasoning else 0
        billed = self.output_tokens + hidden
        usd: FloatArray = pairs[place, 0] + billed * pairs[place, 1]
        usd.flags.writeable = False
        return usd

    def _written_by(self, llm_id: str) -> BoolArray:
        """Where the length is known of this very LLM's answer, so that hidden tokens are in it; shape (m,)."""
        if not len(self._writers):
            return np.zeros(len(self), dtype=np.bool_)
        spelt = known_llms(self.catalogue, tuple(dict.fromkeys(self._writers)))
        own = [name for name, llm in spelt.items() if llm == llm_id]
        return np.asarray(self._known & np.isin(self._writers, own))

    def _quoted(self, llm_id: str, lengths: list[int]) -> Iterator[tuple[float, float] | None]:
        """USD of a prompt of each length without an answer, and of each token of the answer."""
        for tokens in lengths:
            without = price_quote(self.catalogue, llm_id, tokens, 0, self._at)
            with_answer = price_quote(self.catalogue, llm_id, tokens, MTOK, self._at)
            if without is None or with_answer is None:
                yield None
                return
            yield float(without.usd), float((with_answer.usd - without.usd) / MTOK)
