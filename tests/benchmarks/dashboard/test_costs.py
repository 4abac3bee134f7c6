"""Where amounts of money come from, and what is said where there are none."""

from __future__ import annotations

import pytest

from benchmarks.dashboard.costs import CostBasis, bases, list_costs, own_costs, typed_costs
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.results import Results
from errors import BadInputError
from llms.catalogue import load_catalogue
from llms.prices import price_of

WEAK, STRONG = "mistralai/Mixtral-8x7B-Instruct-v0.1", "gpt-4-1106-preview"


def test_list_prices_are_those_of_the_catalogue(committed: Results) -> None:
    numbers = committed.numbers("mmlu")
    basis = list_costs(numbers, output_tokens=100)
    catalogue = load_catalogue()
    price = price_of(catalogue, "gpt-4-1106-preview")
    assert price
    assert numbers.facts
    tokens = numbers.facts.prompt_chars[7] / 4
    expected = (tokens * float(price.input_usd_per_mtok) + 100 * float(price.output_usd_per_mtok)) / 1e6
    assert basis.usd[STRONG][7] == pytest.approx(expected)
    assert basis.usd[WEAK].mean() < basis.usd[STRONG].mean()
    assert "100 tokens assumed" in basis.note
    assert f"{price.as_of:%Y-%m-%d}" in basis.note


def test_own_costs_are_the_measured_ones(committed: Results) -> None:
    numbers = committed.numbers("routerbench-part")
    basis = own_costs(numbers)
    assert basis.usd["gpt-4-1106-preview"] is numbers.outcomes.cost_usd["gpt-4-1106-preview"]
    assert "Measured" in basis.note
    assert "Estimated" in own_costs(committed.numbers("zeroeval-crux")).note


def test_what_is_not_known_is_said_with_the_reason(committed: Results) -> None:
    found = bases(committed.numbers("mmlu-pro"))
    assert "measured no costs" in str(found["own"])
    assert "No list price is known of Meta-Llama-3_1-70B-Instruct" in str(found["list"])
    both = bases(committed.numbers("routerbench-part"))
    assert all(isinstance(basis, CostBasis) for basis in both.values())


def test_reasoning_llms_are_billed_for_hidden_tokens(committed: Results) -> None:
    numbers = committed.numbers("zeroeval-math-l5")
    plain, hidden = (list_costs(numbers, reasoning_tokens=tokens) for tokens in (0, 1000))
    reasoning, other = "o1-mini-2024-09-12", "gpt-4o-mini-2024-07-18"
    assert hidden.usd[reasoning].mean() > 2 * plain.usd[reasoning].mean()
    assert hidden.usd[other].mean() == plain.usd[other].mean()


def test_two_bases_are_told_apart(numbers: Numbers) -> None:
    one, two = (typed_costs(numbers, {"small": 1.0, "large": usd}) for usd in (5.0, 6.0))
    assert one.key != two.key
    assert one.key == typed_costs(numbers, {"large": 5.0, "small": 1.0}).key


@pytest.mark.parametrize(
    ("prices", "said"),
    [({"huge": 1.0}, "huge has no outcomes"), ({"small": -1.0}, "-1"), ({"small": float("nan")}, "nan")],
)
def test_bad_prices(numbers: Numbers, prices: dict[str, float], said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        typed_costs(numbers, prices)


def test_negative_tokens(numbers: Numbers) -> None:
    with pytest.raises(BadInputError, match="negative"):
        list_costs(numbers, output_tokens=-1)
