"""What a judge run shall do: which LLMs answer, which judge, by what rubric, and for how much at most."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from typing import Any, Literal, get_args

from errors import BadInputError, DataError
from feedback.judge_rubric import checked_rubric, default_rubric
from feedback.resolved_label import TIERS
from llms.catalogue import Catalogue
from llms.keys import Keys

Combine = Literal["mean", "median"]
Order = Literal["weak", "reference"]
"""Which of the two answers the judge reads first."""

ORDERS: tuple[Order, ...] = get_args(Order)
GIVEN = "given"
"""In place of an LLM's id: the answers come with the prompts and nobody is asked for them."""

ANSWER_TOKENS, JUDGE_TOKENS = 512, 400
MOST_JUDGES, MOST_CONCURRENCY, MOST_PROMPTS = 5, 16, 10_000
MOST_TOKENS = 8_192
MOST_BUDGET_USD = 100_000


@dataclass(frozen=True, slots=True)
class JudgedPrompt:
    """A prompt whose weak answer is to be rated.

    Attributes:
        prompt: Its text.
        weak_answer: The weak answer, where it is known already.
        reference_answer: Likewise the reference.
    """

    prompt: str = field(repr=False)
    weak_answer: str | None = field(default=None, repr=False)
    reference_answer: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgePlan:
    """Settings of a run.

    Attributes:
        weak: Id of the LLM whose answers are rated, or `GIVEN`.
        reference: Id of the LLM whose answers they are held against, or `GIVEN`.
        judges: Ids of the LLMs that rate.
        rubric: What they are told, without the form of their answer, which is always added.
        reference_tier: Tier that a prompt needs where the weak answer does not do, 2 or 3.
        combine: How the ratings of several judges become one.
        answer_tokens: Longest answer of weak and reference.
        judge_tokens: Longest answer of a judge.
        budget_usd: What the run may cost, in USD, resumed ones in all.
        concurrency: Requests at a time.
        retry_failed: Whether to ask again where an LLM gave no usable answer in an earlier run.
    """

    weak: str
    reference: str
    judges: tuple[str, ...]
    rubric: str = field(default_factory=default_rubric, repr=False)
    reference_tier: int = 3
    combine: Combine = "mean"
    answer_tokens: int = ANSWER_TOKENS
    judge_tokens: int = JUDGE_TOKENS
    budget_usd: Decimal = Decimal(1)
    concurrency: int = 4
    retry_failed: bool = False

    @property
    def llms(self) -> tuple[str, ...]:
        """All LLMs that are asked, each once."""
        return tuple(dict.fromkeys(llm for llm in (self.weak, self.reference, *self.judges) if llm != GIVEN))

    def warnings(self) -> tuple[str, ...]:
        """What the reader of the ratings must know of this choice of LLMs."""
        said = []
        own = [judge for judge in self.judges if judge in {self.weak, self.reference}]
        if own:
            said.append(f"{own[0]} judges its own answers: judges tend to favour those.")
        return tuple(said)

    def as_json(self) -> dict[str, Any]:
        """The plan without its budget, which is kept apart as money."""
        kept = {name: value for name, value in asdict(self).items() if name != "budget_usd"}
        return kept | {"judges": list(self.judges)}

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], budget_usd: Decimal) -> JudgePlan:
        """The plan as it was kept.

        Raises:
            DataError: It was kept by another version of this app.
        """
        try:
            return cls(**(dict(kept) | {"judges": tuple(kept["judges"])}), budget_usd=budget_usd)
        except (KeyError, TypeError) as error:
            raise DataError("This run was kept by another version of the app.", "Start a new one.") from error


def check_plan(plan: JudgePlan, catalogue: Catalogue) -> JudgePlan:
    """The plan with a tidy rubric, if it can be run.

    Args:
        plan: As it was filled in.
        catalogue: All LLMs, a user's own among them.

    Raises:
        BadInputError: A value cannot be used.
        UnknownNameError: There is no such LLM.
    """
    _check_judges(plan)
    for llm in plan.llms:
        _ = catalogue[llm]
    if plan.weak == plan.reference and plan.weak != GIVEN:
        raise BadInputError("Weak and reference are the same LLM.", "Choose a better LLM as reference.")
    if plan.reference_tier not in TIERS[1:]:
        raise BadInputError(f"The reference's tier is {plan.reference_tier}.", "Choose 2 or 3.")
    if plan.combine not in get_args(Combine):
        raise BadInputError(f"Ratings cannot be combined by “{plan.combine}”.", "Choose mean or median.")
    lengths = {"answer": plan.answer_tokens, "judge's answer": plan.judge_tokens}
    for what, tokens in lengths.items():
        if not 1 <= tokens <= MOST_TOKENS:
            raise BadInputError(f"The longest {what} is {tokens:,} tokens.", f"Choose from 1 to {MOST_TOKENS:,}.")
    if not 1 <= plan.concurrency <= MOST_CONCURRENCY:
        raise BadInputError(
            f"{plan.concurrency} requests at a time are not possible.", f"Choose from 1 to {MOST_CONCURRENCY}."
        )
    if not plan.budget_usd.is_finite() or not 0 <= plan.budget_usd <= MOST_BUDGET_USD:
        raise BadInputError("The budget is no amount of money.", f"Write USD, from 0 to {MOST_BUDGET_USD:,}.")
    checked_rubric(plan.rubric)
    return plan


def check_prompts(prompts: list[JudgedPrompt], plan: JudgePlan) -> None:
    """Makes sure that there is something to judge.

    Raises:
        BadInputError: There are no prompts, too many, an empty one, or answers are missing that should be there.
    """
    if not 1 <= len(prompts) <= MOST_PROMPTS:
        count = f"There are {len(prompts):,} prompts to judge" if prompts else "There is no prompt to judge"
        raise BadInputError(f"{count}.", f"Choose from 1 to {MOST_PROMPTS:,}.")
    sides = {"weak": (plan.weak, "weak_answer"), "reference": (plan.reference, "reference_answer")}
    for number, one in enumerate(prompts, start=1):
        if not one.prompt.strip():
            raise BadInputError(f"Prompt {number:,} is empty.", "Take it out.")
        for side, (llm, name) in sides.items():
            if llm == GIVEN and not (getattr(one, name) or "").strip():
                raise BadInputError(f"Prompt {number:,} comes without its {side} answer.", "Add it, or name an LLM.")


def _check_judges(plan: JudgePlan) -> None:
    if not 1 <= len(plan.judges) <= MOST_JUDGES:
        raise BadInputError(f"There are {len(plan.judges)} judges.", f"Choose from 1 to {MOST_JUDGES}.")
    if len(set(plan.judges)) != len(plan.judges) or GIVEN in plan.judges:
        raise BadInputError("A judge is chosen twice, or is no LLM.", "Choose different LLMs.")


def identities(plan: JudgePlan, keys: Keys) -> dict[str, str]:
    """The identity of every LLM that is asked, by id."""
    return {llm: identity(llm, keys) for llm in plan.llms}


def identity(llm_id: str, keys: Keys) -> str:
    """What tells an LLM from all others for good: ids of users' own endpoints do not, their addresses do."""
    endpoint = keys.endpoints.get(llm_id)
    return llm_id if endpoint is None else f"{llm_id} at {endpoint.base_url}, {endpoint.model}"
