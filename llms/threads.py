"""Threads of the LLMs' own: the process's shared ones may all be busy with routing, and a stream must not wait for it.

Names are looked up apart from everything else, as users choose them: a name server that never answers keeps its thread
for as long as the system's resolver has patience.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context
from functools import lru_cache, partial
from typing import Literal, ParamSpec, TypeVar

Work = Literal["answers", "names", "local LLM"]
"""What threads are kept for: preparing, caching and billing answers, looking up names, and starting the local LLM."""

THREADS: dict[Work, int] = {"answers": 4, "names": 8, "local LLM": 1}
"""How many there are of each."""

P = ParamSpec("P")
T = TypeVar("T")


async def in_thread(work: Work, call: Callable[P, T], *arguments: P.args, **options: P.kwargs) -> T:
    """As `asyncio.to_thread`, with the threads that are kept for one kind of work.

    Args:
        work: The kind.
        call: What to run.
        arguments: Its arguments.
        options: Its keyword arguments.
    """
    bound = partial(copy_context().run, call, *arguments, **options)
    return await asyncio.get_running_loop().run_in_executor(_pool(work), bound)


@lru_cache
def _pool(work: Work) -> ThreadPoolExecutor:
    return ThreadPoolExecutor(THREADS[work], f"llms: {work}")
