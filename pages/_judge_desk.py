"""What happens in the Judge tab behind its events: prompts are gathered, runs estimated, worked, saved and exported."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from errors import BadInputError
from feedback.judge_plan import JudgedPrompt, JudgePlan
from feedback.visitor import Visitor
from llms.catalogue import Catalogue
from llms.completions import Completions
from llms.keys import Keys
from pages._compare_voting import OpenStore
from pages._download import download_path
from pages._judge_form import LABELLED, LACKING, RUN, Values, read_limit, read_plan
from pages._judge_session import JudgeSession
from pages._judge_view import RunShown

if TYPE_CHECKING:  # SQLAlchemy stands behind them: not while the app starts
    from feedback.judge import Judge
    from feedback.judge_cost import JudgeEstimate
    from feedback.judge_labels import SavedLabels
    from feedback.judge_progress import Progress
    from feedback.judge_records import RunRecord, RunState
    from feedback.label_store import LabelStore

EARLIER_RUNS = 20


class JudgeDesk:
    """Serves all tabs of one process.

    Args:
        completions: Asks LLMs.
        catalogue: The shared catalogue.
        open_store: Gives the store of feedback when it is first needed.
    """

    def __init__(self, completions: Completions, catalogue: Catalogue, open_store: OpenStore) -> None:
        self.completions = completions
        self.catalogue = catalogue
        self._open_store = open_store
        self._opening = threading.Lock()
        self._opened: tuple[Judge, LabelStore] | None = None
        self._work: set[asyncio.Task[Progress]] = set()

    def estimate(self, session: JudgeSession, values: Values) -> tuple[JudgeEstimate, JudgePlan, int]:
        """What the form's run will cost, its settings, and its number of prompts.

        Raises:
            PlaygroundError: It cannot be run like this.
        """
        plan, prompts, run_id = self._asked(values)
        estimate = self._judge().estimate(plan, prompts, session.keys, run_id)
        session.estimated = _fingerprint(plan, prompts, run_id)
        return estimate, plan, len(prompts)

    def begin(self, session: JudgeSession, values: Values, visitor: Visitor) -> None:
        """Makes the run that was estimated ready; `work` works it.

        Raises:
            PlaygroundError: Something has changed since the estimate, or it cannot be run like this.
        """
        if session.running:
            raise BadInputError("A run of this tab is at work already.", "Stop it, or wait until it has ended.")
        plan, prompts, run_id = self._asked(values)
        if session.estimated != _fingerprint(plan, prompts, run_id):
            raise BadInputError("Something has changed since the estimate.", "Estimate the cost again, then start.")
        judge = self._judge()
        if run_id is None:
            session.run = judge.begin(plan, prompts, session.keys, visitor.author)
        else:
            session.run = judge.resume(run_id, plan, prompts, session.keys)
        session.estimated, session.shown = "", session.run.record.id

    async def work(self, session: JudgeSession) -> AsyncIterator[Progress]:
        """Works the session's run; yields how far it has come. Who stops reading ends the run in good order."""
        run = session.run
        if run is None:
            return
        working = asyncio.create_task(run.work())
        self._work.add(working)  # the loop itself would let go of it
        working.add_done_callback(self._work.discard)
        try:
            async for progress in run.board.follow():
                yield progress
            with suppress(asyncio.CancelledError):
                await working
        finally:
            run.stop()

    def shown(self, run_id: str) -> RunShown:
        """A run with all that is shown of it.

        Raises:
            PlaygroundError: There is none of that id, or the store failed.
        """
        from feedback.judge_labels import people_tiers, with_people

        judge, labels = self._judge(), self._labels()
        record, judged = judge.results(run_id)
        state = next((state for run, state in self.runs() if run.id == run_id), None)
        people = with_people(judged, people_tiers(labels), record.plan.reference_tier)
        texts = judge.store.texts([one.prompt_sha256 for one in judged])
        return RunShown(record, state, judged, texts, people, judge.store.spent(run_id))

    def runs(self) -> list[tuple[RunRecord, RunState | None]]:
        """The latest runs of everybody with how they stand; the labels that they make are everybody's, too."""
        return self._judge().store.runs(limit=EARLIER_RUNS)

    def at_work(self, run_id: str) -> bool:
        """Whether a run is at work in this process."""
        return self._judge().running(run_id)

    def save(self, run_id: str) -> SavedLabels:
        """Keeps a run's ratings as labels; raises PlaygroundError."""
        from feedback.judge_labels import save_labels

        record, judged = self._judge().results(run_id)
        return save_labels(record, judged, self._labels())

    def export(self, run_id: str) -> Path:
        """A file with a run's training data.

        Raises:
            PlaygroundError: It has none, or the store failed.
        """
        from feedback.judge_export import training_lines, write_lines

        record, judged = self._judge().results(run_id)
        texts = self._judge().store.texts([one.prompt_sha256 for one in judged])
        lines = list(training_lines(record, judged, texts))
        if not lines:
            raise BadInputError("This run has no training data.", "Choose one whose prompts are rated.")
        path = download_path(f"judged-{record.id[:8]}.jsonl")
        write_lines(path, lines)
        return path

    def why_not(self, keys: Keys) -> dict[str, str]:
        """Why LLMs cannot be asked, by id; those that can are not in it."""
        refusals = {llm: self.completions.why_not(llm, keys) for llm in keys.catalogue(self.catalogue).ids}
        return {llm: str(refused) for llm, refused in refusals.items() if refused is not None}

    def _asked(self, values: Values) -> tuple[JudgePlan, list[JudgedPrompt], str | None]:
        """Settings and prompts of the form, and the run that goes on, if one does."""
        chosen = str(values["prompts"] or "")
        if not chosen.startswith(RUN):
            plan = read_plan(values)
            return plan, self._prompts(chosen, read_limit(values)), None
        run_id = chosen.removeprefix(RUN)
        record, items = self._judge().store.run(run_id)
        # Its LLMs and its rubric stay what they were; what the form says of money and pace holds from now on.
        form = read_plan({**values, "weak": "-", "reference": "-", "judges": ["-"]})
        plan = replace(
            record.plan, budget_usd=form.budget_usd, concurrency=form.concurrency, retry_failed=form.retry_failed
        )
        texts = self._judge().store.texts([item.prompt_sha256 for item in items])
        prompts = [JudgedPrompt(texts[item.prompt_sha256]) for item in items if item.prompt_sha256 in texts]
        return plan, prompts, run_id

    def _prompts(self, chosen: str, limit: int) -> list[JudgedPrompt]:
        labels = self._labels()
        if chosen == LABELLED:
            resolved = labels.resolved(sources=("people", "adjudicated"), limit=limit)
            found = [one.prompt for one in resolved]
        else:
            items = labels.items(lacking="judge" if chosen == LACKING else None, with_text=True, limit=limit)
            found = [item.prompt for item in items if item.prompt is not None]
        if not found:
            raise BadInputError("There are no such prompts.", "Import some, or choose other prompts.")
        return [JudgedPrompt(prompt) for prompt in found]

    def _judge(self) -> Judge:
        return self._stores()[0]

    def _labels(self) -> LabelStore:
        return self._stores()[1]

    def _stores(self) -> tuple[Judge, LabelStore]:
        from feedback.judge import Judge
        from feedback.judge_store import JudgeStore
        from feedback.label_store import LabelStore

        with self._opening:
            if self._opened is None:
                access = self._open_store().access
                judge = Judge(self.completions, self.catalogue, JudgeStore(access))
                self._opened = judge, LabelStore(access)
            return self._opened


def _fingerprint(plan: JudgePlan, prompts: list[JudgedPrompt], run_id: str | None) -> str:
    """What an estimate was made for."""
    return repr((plan.as_json(), plan.budget_usd, [one.prompt for one in prompts], run_id))
