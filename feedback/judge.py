"""Labels from judge LLMs: what a run will cost, the run itself, and what it comes to.

Source:
    Zheng et al., Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena, NeurIPS 2023 (position, verbosity and
    self-enhancement bias; swapping positions; reference-guided judging); Kim et al., Prometheus, ICLR 2024 (five-point
    rubrics); Ong et al., RouteLLM, arXiv 2406.18665, section 4.1.1 (training data from a GPT-4 judge).
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from decimal import Decimal

from errors import BadInputError, PlaygroundError
from feedback.judge_claims import Claims
from feedback.judge_cost import Estimator, JudgeEstimate
from feedback.judge_plan import (
    GIVEN,
    JudgedPrompt,
    JudgePlan,
    check_plan,
    check_prompts,
    identities,
)
from feedback.judge_records import RunItem, RunRecord, answer_key, given_key
from feedback.judge_results import Judged, results
from feedback.judge_run import JudgeRun
from feedback.judge_store import JudgeStore
from feedback.records import new_id
from feedback.rows import sha256
from llms.catalogue import Catalogue
from llms.completions import Completions
from llms.keys import Keys


class Judge:
    """Lets judges rate; one per process, so that two runs never ask the same at the same time.

    Args:
        completions: Asks LLMs.
        catalogue: The shared catalogue.
        store: Where everything is kept.
    """

    def __init__(self, completions: Completions, catalogue: Catalogue, store: JudgeStore) -> None:
        self._completions = completions
        self._catalogue = catalogue
        self.store = store
        self._claims = Claims()
        self._running: dict[str, JudgeRun] = {}
        self._taking = threading.Lock()

    def estimate(
        self, plan: JudgePlan, prompts: Sequence[JudgedPrompt], keys: Keys, run_id: str | None = None
    ) -> JudgeEstimate:
        """What a run will cost. Counts tokens and reads the store: call it from a thread.

        Args:
            plan: Its settings.
            prompts: Its prompts.
            keys: The user's keys.
            run_id: The run that is to be resumed, if it is one.

        Raises:
            PlaygroundError: It cannot be run like this.
        """
        catalogue = self._checked(plan, prompts, keys)
        spent = self.store.spent(run_id).usd if run_id else Decimal(0)
        return Estimator(plan, catalogue, identities(plan, keys), self.store).estimate(prompts, spent)

    def begin(
        self, plan: JudgePlan, prompts: Sequence[JudgedPrompt], keys: Keys, author: str, run_id: str | None = None
    ) -> JudgeRun:
        """A run that is kept and ready to `work`; call it from a thread.

        Args:
            plan: Its settings.
            prompts: Its prompts.
            keys: The user's keys.
            author: Pseudonym of who starts it.
            run_id: Id of the new run, so that a double click starts one; None makes one.

        Raises:
            PlaygroundError: It cannot be run like this; nothing was sent.
        """
        self._checked(plan, prompts, keys)
        record = RunRecord(id=run_id or new_id(), author=author, plan=plan, who=identities(plan, keys))
        self.store.save_run(record, run_items(record, prompts))
        return self._ready(record, prompts, keys)

    def resume(self, run_id: str, plan: JudgePlan | None, prompts: Sequence[JudgedPrompt], keys: Keys) -> JudgeRun:
        """A run of the store, ready to go on; call it from a thread.

        Args:
            run_id: Its id.
            plan: The same settings with another budget, concurrency or retries of what failed; None changes nothing.
            prompts: Its prompts; those whose texts were deleted meanwhile may be missing.
            keys: The user's keys.

        Raises:
            PlaygroundError: It cannot go on like this, or it runs already; nothing was sent.
        """
        record, items = self.store.run(run_id)
        if plan is not None:
            record = RunRecord(
                id=record.id, author=record.author, plan=plan, who=record.who, created_at=record.created_at
            )
        self._checked(record.plan, prompts, keys)
        if identities(record.plan, keys) != dict(record.who):
            raise BadInputError(
                "The LLMs are not those that this run was started with.",
                "Choose the same LLMs, and add your own endpoint again if it has one.",
            )
        known = {item.prompt_sha256 for item in items}
        if any(sha256(one.prompt) not in known for one in prompts):
            raise BadInputError("There are prompts that this run does not have.", "Start a new run for them.")
        return self._ready(record, prompts, keys)

    def running(self, run_id: str) -> bool:
        """Whether a run is at work in this process."""
        run = self._running.get(run_id)
        return run is not None and run.at_work

    def results(self, run_id: str) -> tuple[RunRecord, list[Judged]]:
        """A run and what is known of its prompts.

        Raises:
            PlaygroundError: There is none of that id, or the store failed.
        """
        record, items = self.store.run(run_id)
        return record, results(record, items, self.store)

    def _ready(self, record: RunRecord, prompts: Sequence[JudgedPrompt], keys: Keys) -> JudgeRun:
        catalogue = keys.catalogue(self._catalogue)
        with self._taking:  # two tabs may ask for one run at the same moment
            if self.running(record.id):
                raise BadInputError("This run is at work already.", "Wait until it has ended.")
            run = JudgeRun(record, prompts, self._completions, catalogue, keys, self.store, self._claims)
            self._running = {name: one for name, one in self._running.items() if one.at_work}
            self._running[record.id] = run
        return run

    def _checked(self, plan: JudgePlan, prompts: Sequence[JudgedPrompt], keys: Keys) -> Catalogue:
        catalogue = keys.catalogue(self._catalogue)
        check_plan(plan, catalogue)
        check_prompts(list(prompts), plan)
        for llm in plan.llms:
            refused: PlaygroundError | None = self._completions.why_not(llm, keys)
            if refused is not None:
                raise refused
        return catalogue


def run_items(record: RunRecord, prompts: Sequence[JudgedPrompt]) -> list[RunItem]:
    """The prompts of a run as they are kept: their hashes, and the keys of their answers."""
    plan = record.plan

    def key(llm: str, prompt: str, given: str | None) -> str:
        return (
            given_key(prompt, given or "") if llm == GIVEN else answer_key(prompt, record.who[llm], plan.answer_tokens)
        )

    return [
        RunItem(
            prompt_sha256=sha256(one.prompt),
            weak_key=key(plan.weak, one.prompt, one.weak_answer),
            reference_key=key(plan.reference, one.prompt, one.reference_answer),
        )
        for one in prompts
    ]
