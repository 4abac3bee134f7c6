"""One run: answers are got, judges rate them in both orders, and everything is kept the moment it comes.

What has been asked before is read from the store and not paid again, whichever run or process asked it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from errors import PlaygroundError
from feedback.judge_asking import Asking
from feedback.judge_calls import Caller, HaltedError, PausedError
from feedback.judge_claims import Claims
from feedback.judge_messages import Pair
from feedback.judge_plan import ORDERS, JudgedPrompt
from feedback.judge_progress import Progress, ProgressBoard
from feedback.judge_purse import BudgetReachedError, Purse
from feedback.judge_records import RunRecord, RunState, State
from feedback.judge_store import JudgeStore
from llms.catalogue import Catalogue
from llms.completions import Completions
from llms.keys import Keys

DEFECT = "The app failed on this run; what has come is kept. Try again, and report it if it fails again."
STATE_EVERY = 25
"""Prompts after which it is noted how the run stands."""


class JudgeRun:
    """A run that can be started once, in any event loop.

    Args:
        record: What it shall do.
        prompts: Its prompts, in the order of the kept run.
        completions: Asks LLMs.
        catalogue: All LLMs, the user's own among them.
        keys: The user's keys.
        store: Where everything is kept.
        claims: The process's.
    """

    def __init__(
        self,
        record: RunRecord,
        prompts: Sequence[JudgedPrompt],
        completions: Completions,
        catalogue: Catalogue,
        keys: Keys,
        store: JudgeStore,
        claims: Claims,
    ) -> None:
        self.record = record
        self.board = ProgressBoard(len(prompts))
        self._prompts = prompts
        self._store = store
        self._purse = Purse(record.plan.budget_usd)
        self._caller = Caller(completions, catalogue, keys, self._purse, self._waits, self._halted)
        self._asking = Asking(record, self._caller, store, claims)
        self._begun = False
        self._end: tuple[State, str] | None = None
        self._next = 0

    @property
    def at_work(self) -> bool:
        """Whether it has not ended; one that was stopped before it was started will not be."""
        return self.board.now.running and (self._begun or self._end is None)

    def stop(self) -> None:
        """Sends nothing more; answers that are on their way are paid, so they are waited for and kept."""
        self._halt("stopped", "You stopped it.")

    async def work(self) -> Progress:
        """Runs to its end, whatever that is; returns how it stands then.

        Raises:
            StoreError: It cannot even be begun; nothing was sent.
        """
        self._begun = True
        try:
            spent = await asyncio.to_thread(self._store.spent, self.record.id)
            self._purse.spent_usd = spent.usd
            self.board.tell(spent_usd=spent.usd)
            await asyncio.to_thread(self._store.save_state, self._state("running", ""))
        except PlaygroundError as error:
            self._tell(state="paused", reason=f"{error.what} {error.mend}")
            raise
        workers = [self._worker() for _ in range(min(self.record.plan.concurrency, len(self._prompts)))]
        outcomes = await asyncio.gather(*workers, return_exceptions=True)
        state, reason = self._end or ("finished", "")
        try:
            await asyncio.to_thread(self._store.save_state, self._state(state, reason))
        except PlaygroundError as error:  # everything else is kept already
            reason = reason or f"{error.what} {error.mend}"
        defects = [one for one in outcomes if isinstance(one, BaseException)]
        self._tell(state=state, reason=reason, waiting="", stopping=False)
        if defects:
            raise defects[0]
        return self.board.now

    async def _worker(self) -> None:
        """Takes one prompt after the other until there is none, or the run halts."""
        while self._end is None and self._next < len(self._prompts):
            prompt = self._prompts[self._next]
            self._next += 1
            try:
                rated = await self._judged(prompt)
            except HaltedError:
                return
            except BudgetReachedError as error:
                self._halt("budget", str(error))
            except PausedError as error:
                self._halt("paused", str(error))
            except PlaygroundError as error:  # the store, above all
                self._halt("paused", f"{error.what} {error.mend}")
            except Exception:
                self._halt("paused", DEFECT)
                raise
            else:
                await self._count(rated=rated)

    async def _judged(self, prompt: JudgedPrompt) -> bool:
        """Whether a prompt gets all its ratings."""
        plan = self.record.plan
        weak = await self._asking.answer(prompt.prompt, plan.weak, prompt.weak_answer)
        if weak is None:
            return False
        reference = await self._asking.answer(prompt.prompt, plan.reference, prompt.reference_answer)
        if reference is None:
            return False
        pair = Pair(prompt.prompt, weak, reference)
        ratings = []
        for judge in plan.judges:
            for order in ORDERS:
                ratings.append(await self._asking.rating(pair, judge, order))
                self._tell()
        return None not in ratings

    async def _count(self, *, rated: bool) -> None:
        now = self.board.now
        self._tell(done=now.done + rated, failed=now.failed + (not rated))
        if (self.board.now.done + self.board.now.failed) % STATE_EVERY == 0:
            await asyncio.to_thread(self._store.save_state, self._state("running", ""))

    def _halt(self, state: State, reason: str) -> None:
        """Ends the run as soon as what is on its way has come; the first reason stands."""
        if self._end is None and self.board.now.running:
            self._end = (state, reason)
            self._tell(stopping=True)

    def _halted(self) -> bool:
        return self._end is not None

    def _waits(self, why: str) -> None:
        self.board.tell(waiting=why)

    def _tell(self, **changes: object) -> None:
        self.board.tell(spent_usd=self._purse.spent_usd, requests=self._caller.requests, **changes)

    def _state(self, state: State, reason: str) -> RunState:
        now = self.board.now
        return RunState(
            run=self.record.id, state=state, reason=reason, done=now.done, failed=now.failed, total=now.total
        )
