"""Loads the kept numbers once. A file that is missing, cut short or of an older schema costs only its own benchmark."""

from __future__ import annotations

import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.dashboard.checks import check_outcomes, checked_manifest, is_distribution, rebuild
from benchmarks.dashboard.numbers import Numbers, RouterNumbers, read_only
from benchmarks.dashboard.row_facts import FOLDER, RowFacts, read_row_facts
from benchmarks.manifest import MANIFEST_FILE, Manifest
from benchmarks.outcomes import Outcomes, read_outcomes
from benchmarks.part import operating_point
from benchmarks.protocol import protocol
from benchmarks.scores import Scores, read_scores
from benchmarks.suite import SUITE, Entry
from benchmarks.train_costs import read_train_costs
from errors import DataError, PlaygroundError, UnknownNameError
from router_models.card import RouterCard, load_card
from router_models.registry import WEIGHTS


@dataclass(frozen=True)
class RunStamp:
    """When and from which state of the code the scores were made.

    Attributes:
        date: As in the manifest, such as `2026-11-22`; empty if it does not say.
        commit: The same; empty if it does not say.
    """

    date: str = ""
    commit: str = ""

    def __str__(self) -> str:
        """A sentence for the foot of a page."""
        if not self.date and not self.commit:
            return "The manifest does not say when these scores were made."
        commit = f", commit {self.commit[:10]}" if self.commit else ""
        return f"Scored on {self.date or 'an unknown day'}{commit}."


class Results:
    """All kept numbers of one folder, each benchmark read when it is first asked for. Safe to use from many threads.

    Args:
        folder: Where `python -m benchmarks` keeps its numbers.
        weights: Where the routers' cards lie.

    Raises:
        DataError: The manifest is missing or damaged, so that nothing is known of any benchmark.
    """

    def __init__(self, folder: Path = FOLDER, weights: Path = WEIGHTS) -> None:
        self.folder = folder
        self._manifest = checked_manifest(folder)
        self.stamp = _stamp(folder)
        self.cards, self.left_out = _cards(self._manifest, weights)
        self._lock = threading.RLock()
        self._read: dict[str, Numbers | PlaygroundError] = {}

    @property
    def names(self) -> tuple[str, ...]:
        """Benchmarks with scores, in the suite's order; reading one may still fail."""
        return tuple(entry.name for entry in SUITE if entry.name in self._manifest.scored)

    @property
    def pair_names(self) -> tuple[str, ...]:
        """Those of them with answers of a weak and a strong LLM, so with curves."""
        return tuple(entry.name for entry in SUITE if entry.name in self._manifest.scored and entry.pair)

    def title(self, name: str) -> str:
        """A benchmark's title for people; raises UnknownNameError."""
        return _entry(name).title

    def numbers(self, name: str) -> Numbers:
        """One benchmark's numbers.

        Raises:
            UnknownNameError: There is no such benchmark.
            DataError: A file of it is missing or damaged; the message names the file and how to rebuild it.
        """
        entry = _entry(name)
        with self._lock:
            if name not in self._read:
                try:
                    self._read[name] = self._load(entry)
                except PlaygroundError as error:
                    self._read[name] = error
            found = self._read[name]
        if isinstance(found, PlaygroundError):
            raise found
        return found

    def problems(self) -> dict[str, PlaygroundError]:
        """Every benchmark that cannot be shown, with the reason; reads all of them."""
        for name in self.names:
            try:
                self.numbers(name)
            except PlaygroundError:
                continue  # kept, and returned below
        missing = {
            entry.name: rebuild(f"{entry.title} was never scored: {self.folder / MANIFEST_FILE} lacks it.", entry.name)
            for entry in SUITE
            if entry.name not in self._manifest.scored
        }
        broken = {name: found for name, found in self._read.items() if isinstance(found, PlaygroundError)}
        return {**missing, **broken}

    def _load(self, entry: Entry) -> Numbers:
        if entry.name not in self._manifest.scored:
            what = f"{entry.title} was never scored: {self.folder / MANIFEST_FILE} lacks it."
            raise rebuild(what, entry.name)
        try:
            outcomes = read_outcomes(self.folder, entry.name)
            scores = read_scores(self.folder, entry.name, outcomes.questions)
        except DataError as error:
            raise rebuild(error.what, entry.name) from error
        check_outcomes(entry, outcomes, self.folder)
        routers = self._routers(entry, outcomes, scores)
        facts, costs = self._facts(entry, outcomes), MappingProxyType(self._train_costs(entry))
        return Numbers(entry, _frozen(outcomes), MappingProxyType(routers), facts, train_costs=costs)

    def _facts(self, entry: Entry, outcomes: Outcomes) -> RowFacts | None:
        """Domains and lengths; without them a benchmark is still worth showing."""
        try:
            return read_row_facts(self.folder, entry.name, outcomes.questions)
        except DataError:
            return None

    def _train_costs(self, entry: Entry) -> dict[str, float]:
        """By what routers weigh LLMs; without them the test part's own means stand in, which `pool` says."""
        try:
            return read_train_costs(self.folder, [entry.name])
        except DataError:
            return {}

    def _routers(self, entry: Entry, outcomes: Outcomes, scores: Scores) -> dict[str, RouterNumbers]:
        path = self.folder / f"{entry.name}.scores.csv"
        routers = {}
        for name in self._manifest.routes:
            if name not in self._manifest.scored[entry.name] or name not in self.cards:
                continue
            routes, card = tuple(self._manifest.routes[name]), self.cards[name]
            if name not in scores.routes:
                what = f"{path} is missing or cut short, or belongs to other rows: it says nothing of {name}."
                raise rebuild(what, entry.name)
            probabilities = scores.routes[name]
            if probabilities.shape[1] != len(routes) or not is_distribution(probabilities):
                raise rebuild(f"{path} does not hold {name}'s distribution over {', '.join(routes)}.", entry.name)
            routers[name] = RouterNumbers(
                router=name,
                routes=routes,
                probabilities=read_only(np.clip(probabilities, 0.0, 1.0)),
                threshold=operating_point(card),
                protocol=protocol(card, entry.data),
                choices=MappingProxyType(_all_read_only(scores.choices.get(name, {}))),
            )
        return routers


_SHARED: dict[Path, Results] = {}
_SHARED_LOCK = threading.Lock()


def load_results(folder: Path = FOLDER) -> Results:
    """The kept numbers of a folder, the same object for everybody; raises as `Results`."""
    with _SHARED_LOCK:
        if folder not in _SHARED:
            _SHARED[folder] = Results(folder)
        return _SHARED[folder]


def _stamp(folder: Path) -> RunStamp:
    read = json.loads((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    run = read.get("run")
    if not isinstance(run, dict):
        return RunStamp()
    return RunStamp(str(run.get("date") or ""), str(run.get("commit") or ""))


def _cards(manifest: Manifest, weights: Path) -> tuple[Mapping[str, RouterCard], Mapping[str, PlaygroundError]]:
    """Cards of the scored routers, and the routers that have none now."""
    cards: dict[str, RouterCard] = {}
    left_out: dict[str, PlaygroundError] = {}
    for router in manifest.routes:
        try:
            cards[router] = load_card(weights / router)
        except DataError as error:
            left_out[router] = error
    return MappingProxyType(cards), MappingProxyType(left_out)


def _entry(name: str) -> Entry:
    for entry in SUITE:
        if entry.name == name:
            return entry
    known = ", ".join(entry.name for entry in SUITE)
    raise UnknownNameError(f"There is no benchmark {name[:60]!r}.", f"Choose from {known}.")


def _frozen(outcomes: Outcomes) -> Outcomes:
    if outcomes.labels is not None:
        outcomes.labels.flags.writeable = False
    return Outcomes(
        outcomes.questions,
        outcomes.labels,
        MappingProxyType(_all_read_only(outcomes.quality)),
        MappingProxyType(_all_read_only(outcomes.cost_usd)),
    )


def _all_read_only(columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
    return {name: read_only(values) for name, values in columns.items()}
