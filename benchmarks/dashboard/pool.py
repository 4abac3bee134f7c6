"""Routing among any LLMs of a benchmark: quality against cost, beside mixing single LLMs at random, and an oracle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.aiq import Frontier, frontier
from benchmarks.benchmark import BoolArray, FloatArray
from benchmarks.bootstrap import Estimate
from benchmarks.dashboard.costs import CostBasis
from benchmarks.dashboard.draws import interval
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.pool_picks import How, Picks, picks_of
from errors import BadInputError, UnknownNameError

N_ORACLE = 200
"""Exchange rates of money and quality at which the oracle is asked."""


@dataclass(frozen=True, eq=False)
class PoolCurve:
    """Settings of one router among the LLMs of a pool, from cheap to dear; arrays have shape (settings,).

    Attributes:
        name: The router, `oracle` or `Zero router`.
        how: What the router decides by: P(correct) of each LLM, its three routes, or a threshold between the cheapest
            and the dearest; empty for the others.
        setting: Cost weight, or threshold; NaN where there is none.
        usd_per_1000: Mean cost of 1,000 prompts.
        quality: Mean quality.
        low: Lower end of its 95 % interval, questions drawn whole; NaN where a setting is no router's.
        high: Upper end.
        shares: LLM → share of the prompts that it answers, shape (settings,).
        n_rows: Prompts behind the curve.
    """

    name: str
    how: How | Literal[""]
    setting: FloatArray
    usd_per_1000: FloatArray
    quality: FloatArray
    low: FloatArray
    high: FloatArray
    shares: dict[str, FloatArray]
    n_rows: int

    def columns(self) -> dict[str, list[object]]:
        """The curve as a table, for CSV and for figures."""
        columns: dict[str, list[object]] = {"router": [self.name] * len(self.quality)}
        named = {
            "setting": self.setting,
            "USD per 1,000": self.usd_per_1000,
            "quality": self.quality,
            "low": self.low,
            "high": self.high,
        }
        named |= {f"share of {llm}": values for llm, values in self.shares.items()}
        return columns | {name: values.tolist() for name, values in named.items()}


@dataclass(frozen=True, eq=False)
class Pool:
    """What a chosen pool can do.

    Attributes:
        llms: Cheapest first by mean cost.
        singles: LLM → its quality, when it answers every prompt.
        usd_per_1000: LLM → its mean cost of 1,000 prompts.
        best: The LLM of highest mean quality.
        zero_router: Hull of the single LLMs: what mixing them at random reaches without any router.
        oracle: What always buying the best answer for the money would reach.
        routers: Every router that can choose among these LLMs.
        left_out: Router → why it cannot.
        n_rows: Prompts that every LLM answered.
        weighed_by: The price by which routers weigh LLMs, in words; what their picks cost is measured.
    """

    llms: tuple[str, ...]
    singles: dict[str, Estimate]
    usd_per_1000: dict[str, float]
    best: str
    zero_router: PoolCurve
    oracle: PoolCurve
    routers: tuple[PoolCurve, ...]
    left_out: dict[str, str]
    n_rows: int
    weighed_by: str


def pool_llms(numbers: Numbers) -> tuple[str, ...]:
    """LLMs with measured outcomes on a benchmark, the most often measured first, then in its order."""
    measured = {llm: int(np.isfinite(values).sum()) for llm, values in numbers.outcomes.quality.items()}
    ranked = sorted((-count, place, llm) for place, (llm, count) in enumerate(measured.items()))
    return tuple(llm for _, _, llm in ranked)


def build_pool(numbers: Numbers, llms: Sequence[str], basis: CostBasis, routers: Sequence[str] | None = None) -> Pool:
    """Curves of every router that can choose among some LLMs of a benchmark.

    Args:
        numbers: The benchmark.
        llms: At least two LLMs with outcomes on it.
        basis: What their answers cost; it must know all of them.
        routers: Ids; all if left out.

    Raises:
        UnknownNameError: An LLM or router is not known here.
        BadInputError: Fewer than two LLMs, no prompt that all of them answered, or an LLM without a price.
    """
    chosen = tuple(dict.fromkeys(llms))
    _check(numbers, chosen, basis)
    for name in routers or ():
        if name not in numbers.routers:
            raise UnknownNameError(f"There is no router {name[:60]!r}.", f"Choose from {', '.join(numbers.routers)}.")
    wanted = tuple(routers) if routers is not None else tuple(numbers.routers)
    return numbers.remember(("pool", chosen, basis.key, wanted), lambda: _build(numbers, chosen, basis, wanted))


def _check(numbers: Numbers, llms: tuple[str, ...], basis: CostBasis) -> None:
    unknown = [llm for llm in llms if llm not in numbers.outcomes.quality]
    if unknown:
        what = f"{unknown[0][:60]} has no outcomes on {numbers.entry.title}."
        raise UnknownNameError(what, f"Choose from {', '.join(pool_llms(numbers))}.")
    if len(llms) < 2:
        raise BadInputError("A pool needs at least two LLMs.", "Choose another LLM.")
    unpriced = [llm for llm in llms if llm not in basis.usd]
    if unpriced:
        what = f"{basis.title[:1].upper()}{basis.title[1:]} lack {', '.join(unpriced[:3])}."
        raise BadInputError(what, "Type a price for each LLM of the pool, or leave it out.")


def _build(numbers: Numbers, llms: tuple[str, ...], basis: CostBasis, routers: tuple[str, ...]) -> Pool:
    answered: BoolArray = np.logical_and.reduce([np.isfinite(numbers.outcomes.quality[llm]) for llm in llms])
    if not answered.any():
        raise BadInputError("No prompt was answered by all of these LLMs.", "Choose LLMs that were run together.")
    llms = tuple(llm for _, llm in sorted((float(basis.usd[llm][answered].mean()), llm) for llm in llms))
    quality = np.stack([numbers.outcomes.quality[llm] for llm in llms])
    usd = np.stack([basis.usd[llm] for llm in llms])
    singles = numbers.draws.estimates(answered, quality[:, answered].T)
    mean_usd = usd[:, answered].mean(axis=1)
    prices, weighed_by = _prices(numbers, basis, llms, mean_usd)
    curves, left_out = [], {}
    for name in routers:
        picked = picks_of(numbers.routers[name], llms, prices, answered)
        if isinstance(picked, str):
            left_out[name] = picked
        else:
            curves.append(_curve(numbers, name, picked, quality, usd, llms))
    hull = frontier(mean_usd, np.array([single.value for single in singles]))
    best = max(zip(singles, llms, strict=True), key=_value)[1]
    return Pool(
        llms=llms,
        singles=dict(zip(llms, singles, strict=True)),
        usd_per_1000=dict(zip(llms, (1000.0 * mean_usd).tolist(), strict=True)),
        best=best,
        zero_router=_of_hull(hull, int(answered.sum())),
        oracle=_oracle(numbers, quality, usd, llms, answered),
        routers=tuple(curves),
        left_out=left_out,
        n_rows=int(answered.sum()),
        weighed_by=weighed_by,
    )


def _prices(numbers: Numbers, basis: CostBasis, llms: tuple[str, ...], mean_usd: FloatArray) -> tuple[FloatArray, str]:
    """The price by which a router weighs each LLM, in USD, and where it comes from."""
    if basis.kind == "own" and set(llms) <= set(numbers.train_costs):
        return np.array([numbers.train_costs[llm] for llm in llms]), "their mean cost on the train part"
    if basis.kind == "typed":
        return mean_usd, "the typed prices"
    return mean_usd, "their mean cost on these very prompts, for want of the train part's"


def _value(single: tuple[Estimate, str]) -> float:
    return single[0].value


def _curve(
    numbers: Numbers, name: str, picked: Picks, quality: FloatArray, usd: FloatArray, llms: tuple[str, ...]
) -> PoolCurve:
    rows = np.flatnonzero(picked.rows)
    reached, spent = quality[picked.picks, rows], usd[picked.picks, rows]
    low, high = interval(numbers.draws.means(picked.rows, reached.T))
    mean_usd = spent.mean(axis=1)
    order = np.argsort(mean_usd, kind="stable")
    shares = {llm: (picked.picks == number).mean(axis=1)[order] for number, llm in enumerate(llms)}
    ordered = (values[order] for values in (picked.settings, 1000.0 * mean_usd, reached.mean(axis=1), low, high))
    setting, cost, mean_quality, low, high = ordered
    return PoolCurve(name, picked.how, setting, cost, mean_quality, low, high, shares, len(rows))


def _of_hull(hull: Frontier, n_rows: int) -> PoolCurve:
    nothing = np.full(len(hull.cost), np.nan)
    return PoolCurve("Zero router", "", nothing, 1000.0 * hull.cost, hull.quality, nothing, nothing, {}, n_rows)


def _oracle(
    numbers: Numbers, quality: FloatArray, usd: FloatArray, llms: tuple[str, ...], answered: BoolArray
) -> PoolCurve:
    """Per exchange rate the answer of highest quality − rate × cost: no choice reaches more quality for the money.

    Source:
        Everett, Generalized Lagrange multiplier method, 1963.
    """
    reached, spent = quality[:, answered], usd[:, answered]
    gain = (reached[:, None] - reached[None]).ravel()
    extra = (spent[:, None] - spent[None]).ravel()
    rates = gain[(gain > 0) & (extra > 0)] / extra[(gain > 0) & (extra > 0)]
    inner = np.quantile(rates, np.linspace(0.0, 1.0, N_ORACLE)) if rates.size else np.zeros(0)
    steepest = 2.0 * (float(rates.max()) if rates.size else 1.0)
    weights = np.unique(np.concatenate([[steepest * 1e-9], inner, [steepest]]))[::-1]
    picks = np.array([(reached - weight * spent).argmax(axis=0) for weight in weights])
    return _curve(numbers, "oracle", Picks("P(correct)", weights, picks, answered), quality, usd, llms)
