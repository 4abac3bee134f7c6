"""A stand-in provider whose LLMs can also judge, and runs of judges on it."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

from feedback.judge import Judge
from feedback.judge_plan import JudgedPrompt, JudgePlan
from feedback.judge_progress import Progress
from feedback.judge_run import JudgeRun
from feedback.judge_store import JudgeStore
from feedback.store import FeedbackStore
from llms.catalogue import load_catalogue
from llms.completions import Completions
from llms.endpoint import Endpoint
from llms.keys import Keys
from settings import Settings
from tests.llms.asking import settings_for
from tests.llms.misbehaving import Asked, Misbehaving, misbehaving

WEAK, REFERENCE, JUDGE, SECOND_JUDGE = "gpt-4.1-nano", "gpt-4.1", "gpt-4o", "gpt-4o-mini"
"""LLMs of OpenAI, which the stand-in serves."""

Says = Callable[[str, str], str]
"""What a judge says: takes its model and the texts that it got."""

_FIRST = re.compile(r"\[(ANSWER TO RATE|REFERENCE ANSWER) ")


def rated(rating: object, rationale: str = "It is so.") -> str:
    return json.dumps({"rationale": rationale, "rating": rating})


def always(rating: int) -> Says:
    def says(model: str, told: str) -> str:
        return rated(rating)

    return says


def weak_comes_first(told: str) -> bool:
    found = _FIRST.search(told)
    assert found is not None
    return found.group(1) == "ANSWER TO RATE"


class JudgingProvider(Misbehaving):
    """Judges where it is asked to, and behaves like `Misbehaving` elsewhere, and where a model's name says how."""

    def __init__(self) -> None:
        super().__init__()
        self.says: Says = always(4)
        self.answered: list[str] = []
        """Whole requests that were answered to the end."""
        self.hold_from = 10**9
        """Requests from this number on wait until `release`, and end with the client if that never comes."""

    def count(self, model: str = "") -> int:
        return sum(model in {"", one.body["model"]} for one in self.requests)

    async def _answer(self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        number = len(self.requests)
        if number >= self.hold_from and not await self._pause(float("inf"), asked, reader, self._still_held):
            return False
        model, chat = str(asked.body["model"]), asked.body["messages"]
        if chat[0]["role"] != "system" or "=" in model:
            going_on = await super()._answer(asked, reader, writer)
        else:
            going_on = await _say(writer, model, self.says(model, chat[1]["content"]))
        self.answered.append(asked.text)
        return going_on


async def _say(writer: asyncio.StreamWriter, model: str, text: str) -> bool:
    usage = {"prompt_tokens": 500, "completion_tokens": 40, "total_tokens": 540}
    common = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": model}
    chunks = [
        common | {"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]},
        common | {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]},
        common | {"choices": [], "usage": usage},
    ]
    content = "".join(f"data: {json.dumps(chunk)}\n\n" for chunk in chunks) + "data: [DONE]\n\n"
    head = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n"
    writer.write(f"{head}content-length: {len(content.encode())}\r\n\r\n{content}".encode())
    await writer.drain()
    return True


@contextmanager
def judging() -> Iterator[JudgingProvider]:
    """Serves until the block ends."""
    provider = JudgingProvider()
    with misbehaving(said=provider):
        yield provider


def prompts(count: int) -> list[JudgedPrompt]:
    return [JudgedPrompt(f"What is {number} times seven?") for number in range(count)]


def plan(**changes: Any) -> JudgePlan:
    fields: dict[str, Any] = {
        "weak": WEAK,
        "reference": REFERENCE,
        "judges": (JUDGE,),
        "rubric": "5 is best, 1 is worst.",
        "budget_usd": Decimal(5),
        "concurrency": 4,
    }
    return JudgePlan(**(fields | changes))


class Court:
    """One process: settings with the stand-in as OpenAI, a store, and the judge."""

    def __init__(self, provider: Misbehaving, database: Settings | Path, **options: Any) -> None:
        kept = {"data_dir": database} if isinstance(database, Path) else {}
        if isinstance(database, Settings):
            kept = {"data_dir": database.data_dir, "database_url": database.database_url}
        self.settings = settings_for(provider, **(kept | options))
        self.completions = Completions(load_catalogue(), self.settings)
        self.feedback = FeedbackStore(self.settings)
        self.store = JudgeStore(self.feedback.access)
        self.judge = Judge(self.completions, load_catalogue(), self.store)

    def runs(self, run: JudgeRun) -> Progress:
        """Works a run to its end, in an event loop of its own."""

        async def work() -> Progress:
            try:
                return await run.work()
            finally:
                await self.completions.aclose()

        return asyncio.run(work())

    def tries(self, count: int = 3, keys: Keys | None = None, **changes: Any) -> tuple[JudgeRun, Progress]:
        """Begins a run and works it to its end."""
        run = self.judge.begin(plan(**changes), prompts(count), keys or Keys(), "somebody")
        return run, self.runs(run)

    def tries_again(self, run: JudgeRun, count: int = 3, keys: Keys | None = None, **changes: Any) -> Progress:
        """Goes on with a run, perhaps under another budget."""
        again = self.judge.resume(run.record.id, plan(**changes), prompts(count), keys or Keys())
        return self.runs(again)


def own(provider: Misbehaving, *commands: str) -> tuple[Keys, list[str]]:
    """Keys with an endpoint of the stand-in for each command, such as `status=401`, and the ids of their LLMs."""
    keys, ids = Keys(), []
    for command in commands:
        price = Decimal(1)
        endpoint = Endpoint(provider.base_url, command, input_usd_per_mtok=price, output_usd_per_mtok=price)
        keys = keys.with_endpoint(endpoint)
        ids.append(endpoint.llm_id)
    return keys, ids
