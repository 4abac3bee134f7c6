"""Runs routers over the test parts of the suite and keeps the numbers."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm  # type: ignore[import-untyped]

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.choices import choices
from benchmarks.manifest import Manifest, Scored, fingerprint, read_manifest
from benchmarks.outcomes import Outcomes, read_outcomes
from benchmarks.scores import Scores, read_scores
from benchmarks.suite import Entry
from benchmarks.train_costs import train_costs_of, write_train_costs
from errors import BadInputError, DataError, PlaygroundError
from router_models.base import Router
from router_models.prompt_batch import PromptBatch
from router_models.prompts import clean_prompt

CHUNK = 128
SEED = 0

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Plan:
    """What to score.

    Attributes:
        data_dir: Folder of the public data sets.
        folder: Where the numbers are kept.
        entries: Benchmarks, in the suite's order.
        routers: In panel order.
        llm_rows: How many rows a router that waits for an LLM is run on; 0 leaves such routers out.
    """

    data_dir: Path
    folder: Path
    entries: Sequence[Entry]
    routers: Sequence[Router]
    llm_rows: int = 0


def run(plan: Plan, order: Sequence[str]) -> Iterator[str]:
    """Scores what was not yet scored with the same weights, and writes after each benchmark.

    Args:
        plan: What to score.
        order: Ids of all routers of the panel, in which they are written.

    Yields:
        A line per benchmark on what was done, and one per router that could not run.

    Raises:
        DataError: A data set is missing or not in its public format.
    """
    plan.folder.mkdir(parents=True, exist_ok=True)
    manifest = read_manifest(plan.folder)
    prints: dict[str, str] = {}
    for router in plan.routers:
        try:
            prints[router.id] = fingerprint(router)
        except PlaygroundError as error:
            yield f"{router.id} is unavailable: {error.what}"
    for entry in plan.entries:
        yield from _run_benchmark(entry, plan, manifest, prints, order)


def _run_benchmark(
    entry: Entry, plan: Plan, manifest: Manifest, prints: Mapping[str, str], order: Sequence[str]
) -> Iterator[str]:
    """As `run`, for one benchmark; `prints` are the fingerprints of the routers that can be loaded."""
    whole = entry.load(plan.data_dir)
    test = whole.part("test")
    outcomes = Outcomes.of(test)
    if not _same_questions(plan.folder, entry.name, outcomes):
        manifest.scored.pop(entry.name, None)
    scores = read_scores(plan.folder, entry.name, outcomes.questions)
    known = {name: past for name, past in manifest.scored.get(entry.name, {}).items() if name in scores.routes}
    wanted = {
        router.id: Scored(prints[router.id], _n_rows(plan, router, len(test)))
        for router in plan.routers
        if router.id in prints and _n_rows(plan, router, len(test))
    }
    todo = [router for router in plan.routers if router.id in wanted and not _done(router, wanted, known)]
    for router in todo:
        past = known.pop(router.id, None)
        if not router.waits or past is None or past.fingerprint != prints[router.id]:
            scores.forget(router.id)
    failed = _score(test, todo, scores, plan)
    silent: dict[str, int] = {}
    for router in todo:
        if router.id not in failed:
            silent[router.id] = len(unanswered(test, router, _rows_of(plan, router, len(test)), scores))
            known[router.id] = replace(wanted[router.id], rows=wanted[router.id].rows - silent[router.id])
            manifest.routes[router.id] = list(router.routes)
    manifest.routes = {name: manifest.routes[name] for name in order if name in manifest.routes}
    manifest.scored[entry.name] = {name: known[name] for name in order if name in known}
    outcomes.write(plan.folder, entry.name)
    scores.write(plan.folder, entry.name, outcomes.questions, manifest.routes)
    if len(todo) > len(failed):
        manifest.stamp()
    manifest.write(plan.folder)
    write_train_costs(plan.folder, entry.name, train_costs_of(whole))
    yield f"{entry.name}: {len(todo) - len(failed)} routers scored on {len(test)} prompts"
    yield from (f"  {name} is unavailable: {why}" for name, why in failed.items())
    yield from (f"  {name} gave no answer to {n} prompts; the next run asks again" for name, n in silent.items() if n)


def score_rows(benchmark: Benchmark, routers: Sequence[Router], rows: IntArray, scores: Scores) -> dict[str, str]:
    """Scores some rows of a benchmark with some routers, sharing features among them.

    Prompts of like length go together, so that little is padded. A prompt that no router accepts stays NaN, and so does
    one on which a router that waits for an LLM fails, once it has answered another.

    Args:
        benchmark: Its prompts are scored.
        routers: All of them run on every row.
        rows: Row numbers, shape (m,).
        scores: Filled in place.

    Returns:
        Routers that could not run, with the reason; of those nothing is filled in.
    """
    failed: dict[str, str] = {}
    by_length = sorted(rows.tolist(), key=lambda row: len(benchmark.prompts[row]))
    size = 1 if any(router.waits for router in routers) else CHUNK
    chunks = [by_length[start : start + size] for start in range(0, len(by_length), size)]
    for chunk in tqdm(chunks, desc=benchmark.name, unit="chunk", disable=None, leave=False):
        accepted = [row for row in chunk if _accepted(benchmark.prompts[row])]
        batch = PromptBatch([clean_prompt(benchmark.prompts[row]) for row in accepted])
        for router in routers:
            if not accepted or router.id in failed:
                continue
            try:
                probabilities = router.predict_proba(batch)
                chosen = choices(router, batch, benchmark)
            except PlaygroundError as error:
                if not (router.waits and router.id in scores.routes):
                    failed[router.id] = error.what
                    scores.forget(router.id)
                continue
            _fill(scores, router, np.array(accepted), probabilities, chosen, len(benchmark))
    return failed


def _score(test: Benchmark, routers: Sequence[Router], scores: Scores, plan: Plan) -> dict[str, str]:
    """Fast routers together on all rows, then each that waits for an LLM on what it has not answered of a sample."""
    failed = score_rows(test, [router for router in routers if not router.waits], np.arange(len(test)), scores)
    for router in routers:
        if router.waits:
            asked = unanswered(test, router, _rows_of(plan, router, len(test)), scores)
            failed |= score_rows(test, [router], asked, scores)
    return failed


def unanswered(benchmark: Benchmark, router: Router, rows: IntArray, scores: Scores) -> IntArray:
    """Those of the given rows that hold an acceptable prompt of which a router has said nothing."""
    said = scores.routes.get(router.id)
    silent = rows if said is None else rows[np.isnan(said[rows, 0])]
    return np.array([row for row in silent.tolist() if _accepted(benchmark.prompts[row])], dtype=np.int64)


def _rows_of(plan: Plan, router: Router, n_rows: int) -> IntArray:
    """Numbers of the rows on which a router is run."""
    return sample_rows(n_rows, plan.llm_rows) if router.waits else np.arange(n_rows)


def sample_rows(n_rows: int, wanted: int) -> IntArray:
    """Numbers of the rows on which routers that wait for an LLM are run: seeded, so always the same ones."""
    drawn = np.random.default_rng(SEED).permutation(n_rows)[:wanted]
    return np.sort(drawn).astype(np.int64)


def _done(router: Router, wanted: Mapping[str, Scored], known: Mapping[str, Scored]) -> bool:
    """Whether it was scored with the same weights on as many rows or more."""
    past, now = known.get(router.id), wanted[router.id]
    return past is not None and past.fingerprint == now.fingerprint and past.rows >= now.rows


def _n_rows(plan: Plan, router: Router, n_rows: int) -> int:
    return min(plan.llm_rows, n_rows) if router.waits else n_rows


def _accepted(prompt: str) -> bool:
    try:
        clean_prompt(prompt)
    except BadInputError:
        return False
    return True


def _fill(
    scores: Scores,
    router: Router,
    rows: IntArray,
    probabilities: FloatArray,
    chosen: dict[str, FloatArray],
    n_rows: int,
) -> None:
    everything = scores.routes.setdefault(router.id, np.full((n_rows, len(router.routes)), math.nan))
    everything[rows] = probabilities
    for what, values in chosen.items():
        known = scores.choices.setdefault(router.id, {})
        known.setdefault(what, np.full(n_rows, math.nan))[rows] = values


def _same_questions(folder: Path, name: str, outcomes: Outcomes) -> bool:
    try:
        return read_outcomes(folder, name).questions == outcomes.questions
    except DataError:
        return False
