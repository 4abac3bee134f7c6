"""Where a router helps: quality by domain, against random and against sorting by length at the same share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.benchmark import IntArray
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.draws import estimate_of
from benchmarks.dashboard.labels import judged
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.ranking import PROMPT_LENGTH, Ranking, ranking
from benchmarks.dashboard.row_facts import COMMAND
from errors import BadInputError

FEWEST_ROWS = 20
"""Domains with fewer prompts are put together: an interval over less says nothing."""

REST = "others, fewer than {} prompts each"


@dataclass(frozen=True)
class Domain:
    """One domain under a router at a share of strong calls within that domain.

    Attributes:
        name: The domain.
        n_rows: Its prompts.
        weak: Mean quality of the weak LLM: low where a domain is hard.
        strong: Mean quality of the strong LLM.
        over_random: Quality above sending the same share at random, in pairs.
        over_length: Quality above sending the longest prompts, in pairs; None for prompt length itself.
        escalated: Share that the router escalates at its own operating point; NaN if it has none.
    """

    name: str
    n_rows: int
    weak: float
    strong: float
    over_random: Estimate
    over_length: Estimate | None
    escalated: float

    @property
    def beats_length(self) -> bool | None:
        """Whether it is better than prompt length beyond chance: True, worse: False, not settled: None."""
        if self.over_length is None:
            return None
        return True if self.over_length.low > 0 else False if self.over_length.high < 0 else None


@dataclass(frozen=True)
class LabelledDomain:
    """One domain of a labelled set.

    Attributes:
        name: The domain.
        n_rows: Its prompts.
        needed: Share that needed more than the cheapest route.
        escalated: Share that the router escalates at its threshold.
        right: Share of right decisions at that threshold.
    """

    name: str
    n_rows: int
    needed: float
    escalated: float
    right: float


def domain_names(numbers: Numbers) -> dict[str, int]:
    """Domains with their number of prompts, the largest first; small ones put together.

    Raises:
        BadInputError: Nothing is known of the domains of this benchmark.
    """
    return {name: len(rows) for name, rows in _rows_by_domain(numbers).items()}


def by_domain(numbers: Numbers, name: str, share: float = 0.5) -> list[Domain]:
    """A router in every domain, the domain where the weak LLM is worst first.

    Args:
        numbers: A benchmark with a pair and known domains.
        name: A ranking, see `ranking_names`.
        share: Share of strong calls within each domain, 0–1.

    Raises:
        BadInputError: The benchmark has no pair, or nothing is known of its domains.
        UnknownNameError: There is no such ranking.
    """
    ranking(numbers, name)
    key = ("domains", name, round(share, 4))
    return numbers.remember(key, lambda: _by_domain(numbers, name, share))


def by_labelled_domain(numbers: Numbers, router: str, threshold: float | None = None) -> list[LabelledDomain]:
    """A router in every domain of a set that says what its prompts needed, the hardest first.

    Raises:
        BadInputError: Nothing is known of the domains, or of what prompts needed.
        UnknownNameError: The router was not run here.
    """
    found = judged(numbers, router)
    cut = numbers.routers[router].threshold if threshold is None else threshold
    place = np.cumsum(found.rows) - 1
    domains = []
    for name, rows in _rows_by_domain(numbers).items():
        mine = place[rows[found.rows[rows]]]
        if mine.size:
            needed, picked = found.needed[mine], found.p_strong[mine] >= cut
            right = float((needed == picked).mean())
            domains.append(LabelledDomain(name, mine.size, float(needed.mean()), float(picked.mean()), right))
    return sorted(domains, key=_minus_needed)


def _by_domain(numbers: Numbers, name: str, share: float) -> list[Domain]:
    rank = ranking(numbers, name)
    lengths = None if name == PROMPT_LENGTH else ranking(numbers, PROMPT_LENGTH)
    place, columns, parts = np.cumsum(rank.rows) - 1, [], []
    for domain, rows in _rows_by_domain(numbers).items():
        mine = place[rows[rank.rows[rows]]]
        if not mine.size:
            continue
        part = _within(rank, mine)
        chosen = part.escalated_at(share)
        others = [np.full(mine.size, share)]
        if lengths is not None:
            others.append(_within(lengths, (np.cumsum(lengths.rows) - 1)[rows[rank.rows[rows]]]).escalated_at(share))
        inside = np.zeros((len(rank), 1 + len(others)))
        inside[mine, 0] = 1.0
        for number, other in enumerate(others, start=1):
            inside[mine, number] = (chosen - other) * part.gain
        columns.append(inside)
        parts.append((domain, part))
    if not parts:
        return []
    width = columns[0].shape[1]
    drawn = numbers.draws.means(rank.rows, np.concatenate(columns, axis=1)).reshape(-1, len(parts), width)
    with np.errstate(divide="ignore", invalid="ignore"):
        resampled = drawn[:, :, 1:] / drawn[:, :, :1]  # a resample may hold no prompt of a small domain
    domains = []
    for number, ((domain, part), inside) in enumerate(zip(parts, columns, strict=True)):
        means = inside[:, 1:].sum(axis=0) / inside[:, 0].sum()
        over = [estimate_of(float(mean), resampled[:, number, at]) for at, mean in enumerate(means)]
        escalated = float("nan") if rank.threshold is None else float(part.escalated(rank.threshold).mean())
        weak, strong = float(part.weak.mean()), float(part.strong.mean())
        domains.append(Domain(domain, len(part), weak, strong, over[0], (*over, None)[1], escalated))
    return sorted(domains, key=_weak)


def _within(rank: Ranking, at: IntArray) -> Ranking:
    """Some of a ranking's own rows."""
    return Ranking(rank.name, rank.rows, rank.scores[at], rank.weak[at], rank.strong[at], rank.threshold)


def _weak(domain: Domain) -> float:
    return domain.weak


def _minus_needed(domain: LabelledDomain) -> float:
    return -domain.needed


def _rows_by_domain(numbers: Numbers) -> dict[str, IntArray]:
    facts = numbers.facts
    if facts is None:
        what = f"Nothing is known of the domains of {numbers.entry.title}."
        raise BadInputError(what, f"Write them: `{COMMAND}`." if not numbers.own else "Add a column 'domain'.")
    if not facts.domains:
        what = f"{numbers.entry.title} has no domains."
        raise BadInputError(what, "Choose MMLU, MMLU-Pro, RouterBench or LLMRouter.")
    found = {name: np.flatnonzero(facts.domain == number) for number, name in enumerate(facts.domains)}
    large = {name or "not stated": rows for name, rows in found.items() if len(rows) >= FEWEST_ROWS}
    small = [rows for name, rows in found.items() if 0 < len(rows) < FEWEST_ROWS]
    if small:
        large[REST.format(FEWEST_ROWS)] = np.sort(np.concatenate(small))
    return dict(sorted(large.items(), key=_minus_rows))


def _minus_rows(item: tuple[str, IntArray]) -> int:
    return -len(item[1])
