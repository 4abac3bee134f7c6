"""What a run will cost, before it starts: what is known already is free; what nobody can know is assumed and said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from feedback.judge_messages import Pair, judge_turns, question
from feedback.judge_plan import GIVEN, ORDERS, JudgedPrompt, JudgePlan
from feedback.judge_records import JudgedAnswer, answer_key, rating_key
from feedback.judge_rubric import rubric_sha256
from feedback.judge_store import JudgeStore
from llms.catalogue import Catalogue
from llms.cost import NO_PRICE, reasoning_note
from llms.prices import TOKENS_PER_MTOK, Price, price_of
from llms.spending import prompt_tokens
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS

RATIONALE_TOKENS = 90
"""Tokens that a judge's answer is assumed to have: two sentences in JSON."""


@dataclass
class CostLine:
    """What one LLM in one part will be asked.

    Attributes:
        llm: Its id.
        part: What for: `weak answers`, `reference answers` or `ratings`.
        requests: How many, without repairs and retries.
        known: How many more are in the store already and cost nothing.
        input_tokens: Of all requests, answers that are not known yet at their assumed length.
        output_tokens: Of all answers, at their assumed length.
        price: None where the LLM has none.
        free: Whether it runs on this machine and sends no bill.
        note: What the reader must know beside the amount.
    """

    llm: str
    part: str
    requests: int = 0
    known: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    price: Price | None = None
    free: bool = False
    note: str = ""

    @property
    def usd(self) -> Decimal | None:
        """Its cost at list prices; None where the LLM has no price."""
        if self.requests == 0 or self.free:
            return Decimal(0)
        if self.price is None:
            return None
        input_usd = self.input_tokens * self.price.input_usd_per_mtok
        return (input_usd + self.output_tokens * self.price.output_usd_per_mtok) / TOKENS_PER_MTOK


@dataclass(frozen=True)
class JudgeEstimate:
    """What a run will cost.

    Attributes:
        lines: By LLM and part.
        spent_usd: What the run has cost before, where it is resumed.
        budget_usd: What it may cost in all.
        assumptions: Sentences on what was assumed.
    """

    lines: tuple[CostLine, ...]
    budget_usd: Decimal
    spent_usd: Decimal = Decimal(0)
    assumptions: tuple[str, ...] = field(default=())

    @property
    def usd(self) -> Decimal:
        """Sum of what has a price."""
        return sum((line.usd for line in self.lines if line.usd is not None), Decimal(0))

    @property
    def requests(self) -> int:
        """Requests that will be sent."""
        return sum(line.requests for line in self.lines)

    @property
    def unpriced(self) -> tuple[str, ...]:
        """LLMs whose cost nobody knows, so that the budget cannot hold them."""
        return tuple(dict.fromkeys(line.llm for line in self.lines if line.usd is None))

    @property
    def enough(self) -> bool:
        """Whether the budget will probably do."""
        return self.spent_usd + self.usd <= self.budget_usd


class Estimator:
    """Adds up what a run will cost.

    Args:
        plan: The run's settings.
        catalogue: All LLMs, the user's own among them.
        who: What tells each LLM from all others, by id; see `judge_plan.identity`.
        store: What is known already.
    """

    def __init__(self, plan: JudgePlan, catalogue: Catalogue, who: Mapping[str, str], store: JudgeStore) -> None:
        self._plan = plan
        self._catalogue = catalogue
        self._who = who
        self._store = store
        self._rubric_sha256 = rubric_sha256(plan.rubric)
        self._assumed_answer = "x " * min(DEFAULT_OUTPUT_TOKENS, plan.answer_tokens)

    def estimate(self, prompts: Sequence[JudgedPrompt], spent_usd: Decimal = Decimal(0)) -> JudgeEstimate:
        """The estimate.

        Args:
            prompts: All of the run.
            spent_usd: What the run has cost before.

        Raises:
            UnknownNameError: There is no such LLM.
            StoreError: The store cannot say what is known.
        """
        plan = self._plan
        weak = self._answers("weak answers", plan.weak, [(one.prompt, one.weak_answer) for one in prompts])
        reference = self._answers(
            "reference answers", plan.reference, [(one.prompt, one.reference_answer) for one in prompts]
        )
        pairs = [(one.prompt, weak[1][at], reference[1][at]) for at, one in enumerate(prompts)]
        lines = [line for line in (weak[0], reference[0]) if line is not None]
        lines += [self._ratings(judge, pairs) for judge in plan.judges]
        return JudgeEstimate(tuple(lines), plan.budget_usd, spent_usd, self._assumptions(lines))

    def _answers(
        self, part: str, llm: str, asked: Sequence[tuple[str, str | None]]
    ) -> tuple[CostLine | None, list[str | None]]:
        """The line of one side, and its answers as far as they are known."""
        if llm == GIVEN:
            return None, [given for _, given in asked]
        who = self._who[llm]
        keys = [answer_key(prompt, who, self._plan.answer_tokens) for prompt, _ in asked]
        kept = self._store.answers(keys)
        answers = [_usable(kept.get(key, [])) for key in keys]
        line = self._line(llm, part)
        seen: set[str] = set()
        for (prompt, _), key, answer in zip(asked, keys, answers, strict=True):
            if answer is not None or key in seen:
                line.known += answer is not None
                continue
            seen.add(key)
            line.requests += 1
            line.input_tokens += prompt_tokens(self._catalogue[llm], question(prompt))
            line.output_tokens += min(DEFAULT_OUTPUT_TOKENS, self._plan.answer_tokens) + self._hidden(llm)
        return line, answers

    def _ratings(self, judge: str, pairs: Sequence[tuple[str, str | None, str | None]]) -> CostLine:
        line = self._line(judge, "ratings")
        llm, who = self._catalogue[judge], self._who[judge]
        whole = [Pair(prompt, weak, known) for prompt, weak, known in pairs if weak is not None and known is not None]
        keys = {
            (pair, order): rating_key(pair.hashes, who, order, self._rubric_sha256, self._plan.judge_tokens)
            for pair in whole
            for order in ORDERS
        }
        kept = self._store.ratings(list(keys.values()))
        known = {pair_order for pair_order, key in keys.items() if any(one.rating for one in kept.get(key, []))}
        for prompt, weak, reference in pairs:
            pair = Pair(prompt, weak or self._assumed_answer, reference or self._assumed_answer)
            for order in ORDERS:
                if (pair, order) in known:
                    line.known += 1
                    continue
                line.requests += 1
                line.input_tokens += prompt_tokens(llm, judge_turns(pair, self._plan.rubric, order))
                line.output_tokens += min(RATIONALE_TOKENS, self._plan.judge_tokens) + self._hidden(judge)
        return line

    def _line(self, llm: str, part: str) -> CostLine:
        entry, price = self._catalogue[llm], price_of(self._catalogue, llm)
        notes = [price.note if price else "" if entry.local else f"{NO_PRICE} is known"]
        notes += ["runs on this machine"] if entry.local else []
        notes += [reasoning_note(DEFAULT_REASONING_TOKENS)] if entry.reasoning else []
        return CostLine(llm, part, price=price, free=entry.local, note="; ".join(filter(None, notes)))

    def _hidden(self, llm: str) -> int:
        return DEFAULT_REASONING_TOKENS if self._catalogue[llm].reasoning else 0

    def _assumptions(self, lines: Sequence[CostLine]) -> tuple[str, ...]:
        said = []
        if any(line.part != "ratings" and line.requests for line in lines):
            length = min(DEFAULT_OUTPUT_TOKENS, self._plan.answer_tokens)
            said.append(f"Answers that are not known yet are assumed to have {length:,} tokens.")
        said.append(f"Each rating is assumed to have {min(RATIONALE_TOKENS, self._plan.judge_tokens)} tokens.")
        said.append("Retries, and second requests where a judge leaves the form, come on top.")
        return tuple(said)


def _usable(kept: Sequence[JudgedAnswer]) -> str | None:
    return next((one.text for one in kept if not one.paid.failure), None)
