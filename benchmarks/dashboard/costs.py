"""What an answer of each LLM cost: the benchmark's own costs, today's list prices, or prices that the user types.

Amounts here are means over thousands of prompts, so they are floating-point numbers; a bill would be Decimal.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import numpy as np
import yaml

from benchmarks.benchmark import FloatArray
from benchmarks.dashboard.numbers import Numbers, read_only
from benchmarks.trio import PARTS as ESTIMATED
from benchmarks.trio_cost import CHARACTERS_PER_TOKEN, MTOK
from errors import BadInputError, PlaygroundError
from llms.catalogue import Catalogue, load_catalogue
from llms.prices import price_of
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS
from router_models.registry import WEIGHTS

Kind = Literal["own", "list", "typed"]

NAMES_FILE = WEIGHTS.parent / "training" / "llm_names.yaml"
"""Under which names the data sets list the same release of an LLM."""

ASSUMED_PROMPT_TOKENS = 200
"""Where the length of the prompts was not kept."""


@dataclass(frozen=True, eq=False)
class CostBasis:
    """Cost of each LLM's answer to each prompt.

    Attributes:
        kind: `own` (the benchmark's), `list` (today's prices) or `typed`.
        title: For people, such as "the benchmark's own costs".
        usd: LLM → USD per prompt, shape (n,).
        note: Where the amounts come from and what was assumed.
    """

    kind: Kind
    title: str
    usd: Mapping[str, FloatArray]
    note: str

    @property
    def key(self) -> tuple[object, ...]:
        """What tells two bases of one benchmark apart, for memos."""
        return (self.kind, *((llm, float(np.nansum(values))) for llm, values in sorted(self.usd.items())))


def own_costs(numbers: Numbers) -> CostBasis:
    """The benchmark's own costs.

    Raises:
        BadInputError: It has none for its pair.
    """
    quality = numbers.outcomes.quality
    costs = numbers.outcomes.cost_usd
    usd = {llm: values for llm, values in costs.items() if np.isfinite(values[np.isfinite(quality[llm])]).all()}
    pair = numbers.entry.pair
    wanted = {pair.weak, pair.strong} if pair else set()
    if not usd or not wanted <= set(usd):
        what = f"{numbers.entry.title} measured no costs{_of(sorted(wanted - set(usd)))}."
        raise BadInputError(what, "Look at the share of strong calls instead, or type a price for each LLM.")
    if numbers.entry.name in ESTIMATED:
        title = "estimated costs"
        note = (
            "Estimated: characters / 4 as tokens, at list prices when the scores were made; "
            f"{DEFAULT_REASONING_TOKENS:,} hidden tokens assumed for a reasoning LLM."
        )
    elif numbers.own:
        title, note = "your costs", "As in the file you uploaded."
    else:
        title, note = "the benchmark's own costs", "Measured with the benchmark, at the prices of its day."
    return CostBasis("own", title, usd, note)


def list_costs(
    numbers: Numbers,
    output_tokens: int = DEFAULT_OUTPUT_TOKENS,
    reasoning_tokens: int = DEFAULT_REASONING_TOKENS,
    catalogue: Catalogue | None = None,
) -> CostBasis:
    """Costs at today's list prices of the LLMs that are in the catalogue.

    Args:
        numbers: The benchmark.
        output_tokens: Assumed length of every answer.
        reasoning_tokens: Hidden tokens that a reasoning LLM is assumed to think first, billed as output.
        catalogue: Where prices are looked up; the project's if left out.

    Raises:
        BadInputError: An LLM of the pair is not in the catalogue or has no price there; a count is negative.
    """
    if output_tokens < 0 or reasoning_tokens < 0:
        raise BadInputError("A token count is negative.", "Count tokens from 0.")
    catalogue = catalogue or _catalogue()
    prompt_tokens, said = _prompt_tokens(numbers)
    usd: dict[str, FloatArray] = {}
    as_of = source = ""
    for llm in numbers.outcomes.quality:
        entry = _catalogue_id(catalogue, llm)
        price = price_of(catalogue, entry) if entry else None
        if entry and price:
            hidden = reasoning_tokens if catalogue[entry].reasoning else 0
            billed = prompt_tokens * float(price.input_usd_per_mtok)
            usd[llm] = read_only((billed + (output_tokens + hidden) * float(price.output_usd_per_mtok)) / MTOK)
            as_of, source = f"{price.as_of:%Y-%m-%d}", price.source
    pair = numbers.entry.pair
    missing = [llm for llm in (pair.weak, pair.strong) if llm not in usd] if pair else list(numbers.outcomes.quality)
    if not usd or missing:
        what = f"No list price is known of {', '.join(missing[:3])}."
        raise BadInputError(what, "Look at the share of strong calls instead, or type a price for each LLM.")
    note = f"{source}, prices of {as_of}; {said}, and {output_tokens:,} tokens assumed for every answer."
    return CostBasis("list", "today's list prices", usd, note)


def typed_costs(numbers: Numbers, usd_per_1000: Mapping[str, float]) -> CostBasis:
    """The same cost for every prompt, typed in by the user.

    Args:
        numbers: The benchmark.
        usd_per_1000: LLM → USD for 1,000 prompts, ≥ 0.

    Raises:
        BadInputError: An LLM was not measured here, or an amount is negative or not a number.
    """
    for llm, amount in usd_per_1000.items():
        if llm not in numbers.outcomes.quality:
            raise BadInputError(f"{llm} has no outcomes on {numbers.entry.title}.", "Choose one of its LLMs.")
        if not (np.isfinite(amount) and amount >= 0):
            raise BadInputError(f"The price of {llm} is {amount}.", "Type an amount in USD per 1,000 prompts, from 0.")
    usd = {llm: read_only(np.full(len(numbers), amount / 1000.0)) for llm, amount in usd_per_1000.items()}
    return CostBasis("typed", "typed prices", usd, "The same price for every prompt, as typed.")


def bases(numbers: Numbers) -> dict[Kind, CostBasis | PlaygroundError]:
    """What a benchmark's x axis can be in USD: each kind with its amounts, or why there are none."""
    found: dict[Kind, CostBasis | PlaygroundError] = {}
    for kind, make in (("own", own_costs), ("list", list_costs)):
        try:
            found[kind] = make(numbers)  # type: ignore[index]  # the literals of the pairs
        except PlaygroundError as error:
            found[kind] = error  # type: ignore[index]
    return found


def _prompt_tokens(numbers: Numbers) -> tuple[FloatArray, str]:
    """Tokens per prompt, shape (n,), and how they were counted."""
    if numbers.facts is None or numbers.own:
        return np.full(len(numbers), float(ASSUMED_PROMPT_TOKENS)), f"{ASSUMED_PROMPT_TOKENS} tokens assumed a prompt"
    return numbers.facts.prompt_chars / CHARACTERS_PER_TOKEN, "a prompt's characters / 4 as its tokens"


@cache
def _catalogue() -> Catalogue:
    return load_catalogue()


@cache
def _release_names(path: Path = NAMES_FILE) -> dict[str, str]:
    """Name in a data set → name of the release; empty where the training scripts were not shipped."""
    if not path.is_file():
        return {}
    kept = yaml.safe_load(path.read_text(encoding="utf-8"))
    return {name: release for release, names in kept.items() for name in names}


def _catalogue_id(catalogue: Catalogue, llm: str) -> str | None:
    """The catalogue's LLM that is this very release, if any."""
    name = _release_names().get(llm, llm).lower()
    return next((known for known, measured in catalogue.measured.items() if measured.lower() == name), None)


def _of(llms: list[str]) -> str:
    return f" of {', '.join(llms)}" if llms else ""
