"""Metrics of every router on every benchmark with 95 % intervals, from the kept numbers alone: no model runs."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks import trio
from benchmarks.arena import arena_figures
from benchmarks.benchmark import FloatArray
from benchmarks.data import coding_factual
from benchmarks.label_figures import JUST_RANKING, category_figures, label_figures, majority_figures
from benchmarks.manifest import Manifest, read_manifest
from benchmarks.outcomes import Outcomes, read_outcomes
from benchmarks.pair_figures import oracle_figures, pair_figures
from benchmarks.part import Part, Resamples, all_finite, operating_point
from benchmarks.pool_figures import AIQ_GAIN, aiq_figures, best_pick_figures, pool_baselines, zero_router_figures
from benchmarks.protocol import Protocol, protocol
from benchmarks.refitted import refitted
from benchmarks.resample import estimate
from benchmarks.scores import BY_HEAD, Scores, read_scores
from benchmarks.suite import SUITE, Entry
from benchmarks.train_costs import read_train_costs
from router_models.card import RouterCard, load_card
from router_models.registry import WEIGHTS

DIGITS = 5
Figures = Mapping[str, FloatArray]
AIQ_ON = "routerbench-part"
ARENA_ON = "routerarena"
CATEGORIES_ON = "coding-factual"
MAJORITY = "majority"
LENGTH = "prompt-length"
"""The router that a learnt one must beat."""

ABOVE_LENGTH = " above prompt length"
LEADING = frozenset({"APGR", "AUC", "AUC, simple or not", AIQ_GAIN, trio.GAIN})
"""Metrics of which the distance from prompt length's is given too."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure.

    Attributes:
        benchmark: Name in the suite, or `zeroeval-trio`.
        router: Router id, or the name of a baseline that is no router, such as `oracle`.
        protocol: `in-domain` if the router learnt from the benchmark's train part, else `transfer`.
        metric: What was measured.
        value: On the test part.
        low: Lower end of the 95 % interval.
        high: Upper end.
        n: Rows.
    """

    benchmark: str
    router: str
    protocol: Protocol
    metric: str
    value: float
    low: float
    high: float
    n: int

    def as_json(self) -> dict[str, object]:
        """The row with numbers that are not defined as null."""
        return {key: None if isinstance(v, float) and math.isnan(v) else v for key, v in asdict(self).items()}


def summarise(folder: Path, weights: Path = WEIGHTS) -> list[Row]:
    """Every figure, by benchmark in the suite's order, then by router in panel order, baselines last.

    Args:
        folder: Where `python -m benchmarks` keeps its numbers.
        weights: Where the routers' cards lie.

    Raises:
        DataError: Nothing was scored, or a file is not in its format.
    """
    manifest = read_manifest(folder)
    cards = {router: load_card(weights / router) for router in manifest.routes}
    rows: list[Row] = []
    for entry in SUITE:
        if entry.name in manifest.scored:
            rows += _of_benchmark(entry, folder, manifest, cards)
    if set(trio.PARTS) <= set(manifest.scored):
        rows += _of_trio(folder, manifest, cards)
    return rows


def _of_benchmark(entry: Entry, folder: Path, manifest: Manifest, cards: Mapping[str, RouterCard]) -> Iterator[Row]:
    outcomes = read_outcomes(folder, entry.name)
    scores = read_scores(folder, entry.name, outcomes.questions)
    resamples = Resamples(outcomes.groups)
    train_costs = read_train_costs(folder, [entry.name])

    def part_of(router: str) -> Part:
        point, said = operating_point(cards[router]), scores.choices.get(router, {})
        return Part(entry, outcomes, scores.routes[router], point, resamples, said, train_costs)

    def figures_of(part: Part) -> dict[str, FloatArray]:
        return {metric: values for of in _kinds(entry) for metric, values in of(part).items()}

    scored = manifest.scored[entry.name]
    of_length = figures_of(part_of(LENGTH)) if LENGTH in scored else {}
    for router in scored:
        card, part = cards[router], part_of(router)
        how, n, figures = protocol(card, entry.data), int(part.run.sum()), figures_of(part)
        yield from _rows(entry.name, router, how, figures, n)
        if part.run.all() and router != LENGTH:
            yield from _rows(entry.name, router, how, above_length(figures, of_length), n)
        if entry.name == CATEGORIES_ON:
            yield from _rows(entry.name, f"{router}-head", how, _by_head(part), n)
        if how == "in-domain":
            for figure in refitted(card, entry.name):
                found = (figure.value, figure.low, figure.high)
                yield Row(entry.name, router, "transfer", figure.metric, *found, figure.rows)
    for name, figures in _baselines(entry, outcomes, resamples).items():
        yield from _rows(entry.name, name, protocol_of_baselines(entry), figures, len(outcomes))


def above_length(figures: Figures, of_length: Figures) -> dict[str, FloatArray]:
    """How far leading metrics lie above prompt length's, resample by resample of the same questions."""
    shared = [name for name in figures if name in LEADING & {*of_length}]
    return {f"{name}{ABOVE_LENGTH}": figures[name] - of_length[name] for name in shared}


def _kinds(entry: Entry) -> list[Callable[[Part], Figures]]:
    """Which figures belong to a benchmark."""
    if entry.name == CATEGORIES_ON:
        return [lambda part: category_figures(part, coding_factual.CATEGORIES)]
    if entry.name == ARENA_ON:
        return [arena_figures]
    if entry.pair is None:
        return [label_figures]
    return [pair_figures, best_pick_figures, *([aiq_figures] if entry.name == AIQ_ON else [])]


def _by_head(part: Part) -> Figures:
    """Figures of a trained head that tells categories apart, where a router has one beside its similarities."""
    return category_figures(part, [f"{name}{BY_HEAD}" for name in coding_factual.CATEGORIES])


def _baselines(entry: Entry, outcomes: Outcomes, resamples: Resamples) -> dict[str, dict[str, FloatArray]]:
    """Figures that no router of the panel stands for: majority, best single LLM, oracle, Zero router."""
    if entry.name in (ARENA_ON, *JUST_RANKING):
        return {}
    if entry.pair is None:
        return {MAJORITY: majority_figures(outcomes, resamples)}
    found: dict[str, dict[str, FloatArray]] = {"oracle": oracle_figures(outcomes, entry.pair, resamples)}
    if len(outcomes.quality) > 2:
        for name, figures in pool_baselines(outcomes, resamples).items():
            found[name] = found.get(name, {}) | figures
    if entry.name == AIQ_ON:
        found["zero-router"] = zero_router_figures(outcomes, resamples)
    return found


def protocol_of_baselines(entry: Entry) -> Protocol:
    """Oracles and single LLMs know the test part's outcomes; they stand with what has learnt most."""
    return "in-domain" if entry.data else "transfer"


def _of_trio(folder: Path, manifest: Manifest, cards: Mapping[str, RouterCard]) -> Iterator[Row]:
    parts = [read_outcomes(folder, name) for name in trio.PARTS]
    scores: list[Scores] = [
        read_scores(folder, name, part.questions) for name, part in zip(trio.PARTS, parts, strict=True)
    ]
    outcomes = trio.pooled(parts)
    counts = Resamples(outcomes.groups).counts(np.ones(len(outcomes), dtype=bool))
    train_costs = read_train_costs(folder, trio.PARTS)
    entry = next(entry for entry in SUITE if entry.name == trio.PARTS[0])
    complete: dict[str, dict[str, FloatArray]] = {}
    for router in manifest.routes:
        if not all(router in manifest.scored[name] for name in trio.PARTS):
            continue
        routes, p_correct = trio.pooled_scores(scores, router)
        if all_finite(routes.T).all():
            complete[router] = trio.trio_figures(counts, outcomes, routes, p_correct, train_costs)
    for router, figures in complete.items():
        above = {} if router == LENGTH else above_length(figures, complete.get(LENGTH, {}))
        yield from _rows(trio.NAME, router, protocol(cards[router], entry.data), figures | above, len(outcomes))
    for name, figures in trio.fixed_figures(counts, outcomes).items():
        yield from _rows(trio.NAME, name, "in-domain", figures, len(outcomes))


def _rows(benchmark: str, router: str, how: Protocol, figures: Figures, n: int) -> Iterator[Row]:
    for metric, values in figures.items():
        found = estimate(values)
        value, low, high = (round(number, DIGITS) for number in (found.value, found.low, found.high))
        yield Row(benchmark, router, how, metric, value, low, high, n)
