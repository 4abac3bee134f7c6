"""One request of a run to one LLM: within the budget, with its failures sorted, and a schema where that is taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from contextlib import aclosing
from typing import Any

from errors import PlaygroundError
from feedback.judge_failures import SUSPECTS_TO_PAUSE, consequence, may_have_cost
from feedback.judge_purse import Purse, ceiling_usd
from feedback.judge_rubric import SCHEMA
from llms.catalogue import Catalogue
from llms.chat_request import ChatRequest, Turn
from llms.completion import Completion
from llms.completions import Completions
from llms.failures import ProviderError
from llms.keys import Keys
from llms.providers import providers
from llms.threads import in_thread

_RESPONSE_FORMAT = {
    "response_format": {"type": "json_schema", "json_schema": {"name": "rating", "strict": True, "schema": SCHEMA}}
}


class PausedError(Exception):
    """An LLM cannot be asked at the moment; never shown, its text is the reason."""


class HaltedError(Exception):
    """The run halts, so that nothing more is sent; never shown."""


class Caller:
    """Asks LLMs for one run.

    Args:
        completions: Asks them; waits where a provider says so.
        catalogue: All LLMs, the user's own among them.
        keys: The user's keys.
        purse: The run's money.
        told: Is told what a request waits for; '' when it no longer does.
        halted: Whether the run halts.
    """

    def __init__(
        self,
        completions: Completions,
        catalogue: Catalogue,
        keys: Keys,
        purse: Purse,
        told: Callable[[str], None],
        halted: Callable[[], bool],
    ) -> None:
        self._completions = completions
        self._catalogue = catalogue
        self._keys = keys
        self._purse = purse
        self._told = told
        self._halted = halted
        self._in_a_row: Counter[str] = Counter()
        self._without_schema: set[str] = set()
        self.requests = 0

    async def answer(self, llm: str, turns: tuple[Turn, ...], max_tokens: int) -> Completion:
        """An LLM's answer at temperature 0; it may have failed for this prompt.

        Raises:
            BudgetReachedError: The budget might not hold it; nothing was sent.
            HaltedError: The run halts; nothing was sent.
        """
        return await self._ask(llm, turns, max_tokens, {})

    async def rating(self, judge: str, turns: tuple[Turn, ...], max_tokens: int) -> Completion:
        """A judge's answer, held to the schema of ratings where its provider can do that; raises as `answer`."""
        if judge in self._without_schema or not self._takes_schema(judge):
            return await self._ask(judge, turns, max_tokens, {})
        last = await self._ask(judge, turns, max_tokens, _RESPONSE_FORMAT)
        if isinstance(last.failure, ProviderError) and last.failure.kind == "request":
            self._without_schema.add(judge)  # this LLM of the provider refuses what others take
            self._in_a_row[judge] = 0
            return await self._ask(judge, turns, max_tokens, {})
        return last

    def pause_for(self, llm: str, failure: PlaygroundError | None) -> None:
        """Counts an answer, or its failure.

        Raises:
            PausedError: It shows that this LLM cannot be asked at the moment.
        """
        if failure is None:
            self._in_a_row[llm] = 0
            return
        means = consequence(failure)
        if means == "suspect":
            self._in_a_row[llm] += 1
        if means == "pause" or self._in_a_row[llm] >= SUSPECTS_TO_PAUSE:
            self._in_a_row[llm] = 0
            raise PausedError(f"{llm}: {failure.what} {failure.mend}")

    async def _ask(self, llm: str, turns: tuple[Turn, ...], max_tokens: int, options: Mapping[str, Any]) -> Completion:
        ceiling = await in_thread("answers", ceiling_usd, self._catalogue, llm, turns, max_tokens)
        request = ChatRequest(llm, turns, 0.0, max_tokens, options=options)
        last = Completion(llm)
        async with self._purse.paying(ceiling) as charge:
            if self._halted():
                raise HaltedError
            async with aclosing(self._completions.stream(request, self._keys)) as snapshots:
                async for last in snapshots:
                    charge.sent = last.attempts > 0
                    self._told(last.waiting)
            self._told("")
            self.requests += last.attempts
            charge.usd = last.cost.usd if last.cost else None
            charge.sent = charge.sent and may_have_cost(last)
        return last

    def _takes_schema(self, judge: str) -> bool:
        if judge in self._keys.endpoints:
            return True  # nobody knows, so it is tried: servers that do not take it refuse or ignore it
        provider = providers().get(self._catalogue[judge].provider)
        return provider is not None and provider.schema_
