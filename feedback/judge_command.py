"""`python -m feedback judge`: judge LLMs rate the answers of a weak LLM, and the ratings become labels."""

from __future__ import annotations

import argparse
import asyncio
import signal
import sys
from dataclasses import replace
from decimal import Decimal

from errors import BadInputError, PlaygroundError
from feedback.judge import Judge
from feedback.judge_export import training_lines, write_lines
from feedback.judge_input import read_prompts
from feedback.judge_labels import people_tiers, save_labels, with_people
from feedback.judge_options import judge_parser, own_keys, read_rubric
from feedback.judge_plan import JudgedPrompt, JudgePlan
from feedback.judge_progress import Progress
from feedback.judge_records import RunRecord
from feedback.judge_report import estimate_lines, progress_line, result_lines, run_line
from feedback.judge_run import JudgeRun
from feedback.judge_store import JudgeStore
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from llms.catalogue import load_catalogue
from llms.completions import Completions
from settings import get_settings

AUTHOR = "command line"


def main(arguments: list[str]) -> int:
    """Estimates, asks, judges, and keeps or exports what it comes to; returns the exit code.

    Args:
        arguments: What follows `judge` on the command line.
    """
    options = judge_parser().parse_args(arguments)
    try:
        return _Command(options).run()
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1


class _Command:
    """One call of the command."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        settings = get_settings()
        self._completions = Completions(load_catalogue(), settings)
        access = FeedbackStore(settings).access
        self._labels = LabelStore(access)
        self._judge = Judge(self._completions, load_catalogue(), JudgeStore(access))

    def run(self) -> int:
        """Does what the options say; returns the exit code."""
        options = self._options
        if options.runs:
            for record, state in self._judge.store.runs():
                print(run_line(record, state))
            return 0
        if options.results:
            return self._report(options.results, {})
        return self._work()

    def _work(self) -> int:
        options = self._options
        keys = own_keys(options)
        prompts = self._prompts()
        plan = self._plan()
        estimate = self._judge.estimate(plan, prompts, keys, options.resume)
        print("\n".join([*estimate_lines(estimate), *plan.warnings()]))
        if not options.yes and not _confirmed():
            print("Nothing was sent.")
            return 0
        if options.resume:
            run = self._judge.resume(options.resume, plan, prompts, keys)
        else:
            run = self._judge.begin(plan, prompts, keys, AUTHOR)
        progress = asyncio.run(self._watched(run))
        if progress.reason:
            print(f"{progress.reason}\nGo on with: python -m feedback judge --resume {run.record.id}", file=sys.stderr)
        code = self._report(run.record.id, {sha256(one.prompt): one.prompt for one in prompts})
        return code if progress.state == "finished" else 3

    async def _watched(self, run: JudgeRun) -> Progress:
        """Works the run and prints how far it has come; the first interruption ends it in good order."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, self._interrupt, run)
        working = asyncio.create_task(run.work())
        try:
            async for progress in run.board.follow():
                print(f"\r\033[K{progress_line(progress)}", end="", file=sys.stderr, flush=True)
            return await working
        finally:
            print(file=sys.stderr)
            loop.remove_signal_handler(signal.SIGINT)
            await self._completions.aclose()

    def _interrupt(self, run: JudgeRun) -> None:
        """Lets what is on its way come; a second interruption ends the process as usual."""
        asyncio.get_running_loop().remove_signal_handler(signal.SIGINT)
        print("\nStopping: waiting for the answers that are on their way.", file=sys.stderr)
        run.stop()

    def _report(self, run_id: str, texts: dict[str, str]) -> int:
        record, judged = self._judge.results(run_id)
        people = with_people(judged, people_tiers(self._labels), record.plan.reference_tier)
        print(f"Run {record.id}", *result_lines(record, judged, people), sep="\n")
        if self._options.save:
            saved = save_labels(record, judged, self._labels, texts)
            print(f"{saved.new:,} labels are saved, {saved.known:,} were saved before.")
        if self._options.export:
            kept = texts or self._judge.store.texts([one.prompt_sha256 for one in judged])
            lines = training_lines(record, judged, kept)
            print(f"{write_lines(self._options.export, lines):,} prompts are in {self._options.export}.")
        return 0

    def _plan(self) -> JudgePlan:
        options = self._options
        if options.resume:
            record: RunRecord = self._judge.store.run(options.resume)[0]
            budget = record.plan.budget_usd if options.budget is None else options.budget
            return replace(record.plan, budget_usd=budget, retry_failed=options.retry_failed)
        missing = [name for name in ("weak", "reference", "judge") if not getattr(options, name)]
        if missing:
            raise BadInputError(f"No LLM is named for --{missing[0]}.", "Name one of `python -m llms`.")
        return JudgePlan(
            weak=options.weak,
            reference=options.reference,
            judges=tuple(options.judge),
            rubric=read_rubric(options.rubric),
            reference_tier=options.reference_tier,
            combine=options.combine,
            answer_tokens=options.answer_tokens,
            judge_tokens=options.judge_tokens,
            budget_usd=Decimal(1) if options.budget is None else options.budget,
            concurrency=options.concurrency,
            retry_failed=options.retry_failed,
        )

    def _prompts(self) -> list[JudgedPrompt]:
        """Of the file, or of the queue; of a run that goes on, those that it has."""
        options = self._options
        known = [item.prompt_sha256 for item in self._judge.store.run(options.resume)[1]] if options.resume else []
        if options.file is not None:
            found, problems = read_prompts(options.file)
            for problem in problems:
                print(problem, file=sys.stderr)
            return [one for one in found if sha256(one.prompt) in set(known)] if known else found[: options.limit]
        if not options.resume:
            items = self._labels.items(origin=options.origin, with_text=True, limit=options.limit)
            return [JudgedPrompt(item.prompt) for item in items if item.prompt is not None]
        texts = self._judge.store.texts(known)
        if not texts:
            raise BadInputError("The prompts of this run are not in the store.", "Name their file with --file.")
        return [JudgedPrompt(texts[prompt]) for prompt in known if prompt in texts]


def _confirmed() -> bool:
    try:
        return input("Start? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        raise BadInputError("Nobody can be asked here.", "Pass --yes to start without a question.") from None
