"""What answers cost: one comparison, a session, and what routing saved against a named baseline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal

from errors import UnknownNameError
from llms.catalogue import Catalogue
from llms.completion import Completion, Usage
from llms.cost import WITHOUT_REASONING
from llms.spending import spent

MS_PER_HOUR = 3_600_000
ASSUMED = "where the baseline has not answered itself, it is assumed to write as many visible tokens as the routed LLM"
CACHED = "answers from the cache count at what they cost when they were asked for"


@dataclass(frozen=True, slots=True)
class Routing:
    """What one turn's routing cost.

    Attributes:
        llm: Id of the LLM that the router picked.
        took_ms: How long the decision took.
        llm_usd: What the router itself spent on an LLM, in USD; None where that LLM has no price.
    """

    llm: str
    took_ms: float
    llm_usd: Decimal | None = Decimal(0)

    def usd(self, machine_usd_per_hour: Decimal) -> Decimal | None:
        """Time of this machine and tokens of the router's LLM, in USD; None where the latter has no price."""
        if self.llm_usd is None:
            return None
        return Decimal(repr(self.took_ms)) * machine_usd_per_hour / MS_PER_HOUR + self.llm_usd


@dataclass(frozen=True, slots=True)
class Total:
    """What answers have cost.

    Attributes:
        usd: Their sum, of those that have a price.
        answers: How many cost something or were free.
        unpriced: How many are left out, as their LLM has no price.
        counted: How many have tokens that were counted here.
        cached: How many came from the cache, at 0 USD.
        input_tokens: Of all answers but cached ones.
        output_tokens: Likewise.
    """

    usd: Decimal = Decimal(0)
    answers: int = 0
    unpriced: int = 0
    counted: int = 0
    cached: int = 0
    input_tokens: int = 0
    output_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Saving:
    """What routing saved against one LLM for everything.

    Attributes:
        baseline: Id of that LLM.
        usd: Baseline less routed answers less the router; negative where routing cost more.
        baseline_usd: What the baseline costs for the same turns.
        routed_usd: What the routed answers cost, attempts that were stopped, broken off or repeated among them.
        router_usd: What the router itself cost.
        turns: Turns that are counted.
        left_out: Routed turns that are not, for want of a price or of a whole answer.
        notes: What the reader must know beside the amount.
    """

    baseline: str
    usd: Decimal
    baseline_usd: Decimal
    routed_usd: Decimal
    router_usd: Decimal
    turns: int
    left_out: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Record:
    comparison: str
    turn: int
    completion: Completion
    at: datetime
    beside: bool = False
    current: bool = True


class Bill:
    """The bill of one session; answers are added once each, repeated ones too, as they are paid for again.

    Args:
        machine_usd_per_hour: What this machine costs.
    """

    def __init__(self, machine_usd_per_hour: Decimal) -> None:
        self._machine_usd_per_hour = machine_usd_per_hour
        self._records: list[_Record] = []
        self._routings: dict[tuple[str, int], Routing] = {}

    def add(self, comparison: str, turn: int, completion: Completion, *, beside: bool = False) -> None:
        """Adds an answer that has ended; one that has used no tokens costs nothing and is not listed.

        Args:
            comparison: Id of the comparison.
            turn: Number of the turn.
            completion: The answer; what it says is not kept.
            beside: Whether a column of the LLM's own asked for it, beside the one that was routed; where both had the
                same answer, it is the routed one's.
        """
        if completion.usage is not None:
            figures = replace(completion, text="", reasoning="", tool_calls=())
            self._records.append(_Record(comparison, turn, figures, datetime.now(UTC), beside))

    def route(self, comparison: str, turn: int, routing: Routing) -> None:
        """Notes how a turn was routed; a later routing of the same turn replaces it."""
        self._routings[comparison, turn] = routing

    def routed(self, comparison: str, turn: int) -> bool:
        """Whether a turn has been routed."""
        return (comparison, turn) in self._routings

    def resend(self, comparison: str, turn: int) -> None:
        """Notes that a turn is asked anew with another prompt, as after “edit and resend”, under the same number.

        What was answered and routed so far no longer counts for the saving, as it belongs to a prompt that is gone;
        the totals keep it, as it was paid. Call it before the new prompt is routed, once for each later turn that the
        edit drops, too. Asking the same prompt again is no resending: all its attempts count.

        Args:
            comparison: Id of the comparison.
            turn: Number of the turn.
        """
        self._routings.pop((comparison, turn), None)
        self._records = [
            replace(one, current=False) if (one.comparison, one.turn) == (comparison, turn) else one
            for one in self._records
        ]

    def total(self, comparison: str | None = None) -> Total:
        """What the answers of one comparison, or of all, have cost."""
        told = [record.completion for record in self._of(comparison)]
        paid = [one for one in told if not one.from_cache]
        amounts = [one.cost.usd for one in told if one.cost is not None and one.cost.usd is not None]
        usages = [one.usage for one in paid if one.usage is not None]
        return Total(
            sum(amounts, Decimal(0)),
            len(amounts),
            len(told) - len(amounts),
            sum(usage.counted for usage in usages),
            len(told) - len(paid),
            sum(usage.input_tokens for usage in usages),
            sum(usage.output_tokens for usage in usages),
        )

    def saving(
        self,
        catalogue: Catalogue,
        baseline: str,
        comparison: str | None = None,
        *,
        pending: tuple[str, int] | None = None,
    ) -> Saving | None:
        """What routing saved in one comparison, or in all; None where nothing was routed.

        Args:
            catalogue: Where the LLMs are entries.
            baseline: Id of the LLM that would otherwise have answered everything.
            comparison: Id of the comparison.
            pending: Comparison and turn that are still being answered: neither counted nor left out, as nobody can
                say yet which.

        Raises:
            UnknownNameError: There is no such baseline.
        """
        llm = catalogue[baseline]
        counted: list[tuple[Decimal, Decimal, Decimal]] = []
        left_out = 0
        notes: set[str] = set()
        for (of, turn), routing in self._routings.items():
            if comparison not in {None, of} or (of, turn) == pending:
                continue
            records = [record for record in self._of(of) if record.turn == turn and record.current]
            attempts = [one for one in records if one.completion.llm == routing.llm and not one.beside]
            routed = _last_whole(attempts)
            own = _last_whole([one for one in records if one.completion.llm == baseline])
            answer = own or (_as_if(routed, baseline) if routed else None)
            baseline_usd, routed_usd = _worth(catalogue, answer), _worth(catalogue, routed)
            router_usd = routing.usd(self._machine_usd_per_hour)
            if baseline_usd is None or routed_usd is None or router_usd is None:
                left_out += 1
                continue
            routed_usd += sum((_paid_usd(one) for one in attempts if one is not routed), Decimal(0))
            counted.append((baseline_usd, routed_usd, router_usd))
            notes |= {ASSUMED, *([WITHOUT_REASONING] if llm.reasoning else [])} if own is None else set()
            notes |= {CACHED} if any(one.completion.from_cache for one in (own, routed) if one) else set()
        if not counted and not left_out:
            return None
        sums = [sum((amounts[column] for amounts in counted), Decimal(0)) for column in range(3)]
        net = sums[0] - sums[1] - sums[2]
        return Saving(baseline, net, sums[0], sums[1], sums[2], len(counted), left_out, tuple(sorted(notes)))

    def _of(self, comparison: str | None) -> Iterable[_Record]:
        return (record for record in self._records if comparison in {None, record.comparison})


def _last_whole(records: list[_Record]) -> _Record | None:
    return next((one for one in reversed(records) if one.completion.whole), None)


def _paid_usd(record: _Record) -> Decimal:
    """What was really paid for an attempt, which is nothing where it came from the cache."""
    cost = record.completion.cost
    return cost.usd if cost is not None and cost.usd is not None else Decimal(0)


def _as_if(routed: _Record, baseline: str) -> _Record:
    """The routed answer as if the baseline had written it: hidden reasoning is the routed LLM's own."""
    usage = routed.completion.usage or Usage(0, 0)
    visible = Usage(usage.input_tokens, usage.output_tokens - usage.reasoning_tokens)
    return _Record(routed.comparison, routed.turn, Completion(baseline, usage=visible), routed.at)


def _worth(catalogue: Catalogue, record: _Record | None) -> Decimal | None:
    """What an answer costs when it is asked for; None where there is none, or no price."""
    if record is None or record.completion.usage is None:
        return None
    cost = record.completion.cost
    if cost is not None and not record.completion.from_cache:
        return cost.usd
    try:
        return spent(catalogue, record.completion.llm, record.completion.usage, record.at).usd
    except UnknownNameError:
        return None  # an endpoint that its user has taken away
