"""Estimates say what they leave out, and amounts are written so that nobody misreads them."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from llms.catalogue import Catalogue, load_catalogue
from llms.cost import THIN_SPACE, WITHOUT_REASONING, CostEstimate, estimate_cost_usd, format_usd
from llms.prices import quote

AMOUNTS = st.decimals(min_value=0, max_value=10**9, allow_nan=False, allow_infinity=False)


def read(written: str) -> Decimal:
    """The amount that a reader takes from what is written."""
    return Decimal(written.replace("\N{MINUS SIGN}", "-").replace(THIN_SPACE, "").replace("$", "").replace(",", ""))


@pytest.mark.parametrize(
    ("usd", "written"),
    [
        ("0", "$0"),
        ("0.00004", "$0.000 04"),
        ("0.0041", "$0.004 1"),
        ("0.0016", "$0.001 6"),
        ("0.0123456", "$0.012 3"),
        ("1E-9", "$0.000 000 001"),
        ("0.1", "$0.10"),
        ("0.0005", "$0.000 5"),
        ("2.5", "$2.50"),
        ("2", "$2"),
        ("9.996", "$10"),
        ("12.46", "$12.5"),
        ("125.40", "$125"),
        ("999.6", "$1,000"),
        ("1234567.5", "$1,234,568"),
        ("-0.0041", "−$0.004 1"),
        ("1E+3", "$1,000"),
        ("1E+40", "$10" + ",000" * 13),
    ],
)
def test_amounts(usd: str, written: str) -> None:
    assert format_usd(Decimal(usd)) == written.replace(" ", THIN_SPACE)


def test_no_price_is_not_zero() -> None:
    assert format_usd(None) == "no price"
    assert str(CostEstimate(None)) == "no price"
    assert format_usd(Decimal(0)) == "$0"


@given(AMOUNTS | st.decimals(min_value=0, max_value="0.01", allow_nan=False, places=18))
@example(Decimal("0.00999999"))
@example(Decimal("999.4999"))
def test_written_amounts_are_plain_and_near(usd: Decimal) -> None:
    written = format_usd(usd)
    assert re.fullmatch(rf"\$(0|[1-9]\d{{0,2}}(,\d{{3}})*)(\.\d{{1,3}}({THIN_SPACE}\d{{1,3}})*)?", written)
    assert abs(read(written) - usd) <= usd * Decimal("0.005")
    assert (read(written) == 0) == (usd == 0)
    if usd < Decimal("999.5"):
        digits = re.sub(r"\D", "", written).lstrip("0")
        assert len(digits) <= 3
    assert format_usd(-usd) == (f"\N{MINUS SIGN}{written}" if usd else written)


@given(AMOUNTS, AMOUNTS)
def test_writing_keeps_order(one: Decimal, other: Decimal) -> None:
    smaller, larger = sorted((one, other))
    assert read(format_usd(smaller)) <= read(format_usd(larger))


@pytest.mark.parametrize("usd", ["NaN", "Infinity", "-Infinity"])
def test_what_is_no_amount(usd: str) -> None:
    with pytest.raises(ValueError, match="no amount"):
        format_usd(Decimal(usd))


def test_estimate_is_the_charge_with_its_price(catalogue: Catalogue) -> None:
    estimate = estimate_cost_usd(catalogue, "gpt-4.1-nano", 41, 300)
    quoted = quote(catalogue, "gpt-4.1-nano", 41, 300)
    assert quoted
    assert (estimate.usd, estimate.price) == (quoted.usd, quoted.price)
    assert estimate.note == ""
    assert str(estimate) == format_usd(estimate.usd)


def test_reasoning_is_said_to_cost_more(catalogue: Catalogue) -> None:
    for llm in catalogue.llms:
        noted = WITHOUT_REASONING in estimate_cost_usd(catalogue, llm.id, 41, 300).note
        assert noted == llm.reasoning, llm.id
    assert catalogue["o4-mini"].reasoning
    assert not catalogue["gpt-4.1"].reasoning


def test_assumed_reasoning_is_billed_as_output_for_reasoning_llms_only(catalogue: Catalogue) -> None:
    for llm in catalogue.llms:
        thinking = estimate_cost_usd(catalogue, llm.id, 41, 300, reasoning_tokens=1_000)
        assert thinking.usd == estimate_cost_usd(catalogue, llm.id, 41, 1_300 if llm.reasoning else 300).usd
        assert ("1,000 hidden reasoning tokens assumed" in thinking.note) == llm.reasoning


def test_notes_of_price_and_reasoning_are_joined(catalogue: Catalogue) -> None:
    note = estimate_cost_usd(catalogue, "claude-haiku-5.5", 41, 300).note
    assert note == f"another price above 100,000 input tokens; {WITHOUT_REASONING}"


def test_the_local_llm_costs_nothing_and_says_why(catalogue: Catalogue) -> None:
    estimate = estimate_cost_usd(catalogue, "smollm2-135m", 41, 300)
    assert str(estimate) == "$0"
    assert estimate.note == "runs on this machine; no API charge"


def test_missing_price(write_catalogue: Callable[..., Path]) -> None:
    estimate = estimate_cost_usd(load_catalogue(write_catalogue(reasoning=True)), "tiny", 41, 300)
    assert (estimate.usd, estimate.price) == (None, None)
    assert str(estimate) == "no price"
    assert "tiny" in estimate.note


def test_two_threads_get_the_same_estimates(catalogue: Catalogue) -> None:
    wanted = [(llm_id, tokens) for llm_id in catalogue.ids for tokens in range(0, 200_000, 40_000)]

    def usd(request: tuple[str, int]) -> Decimal | None:
        return estimate_cost_usd(catalogue, request[0], request[1], 300).usd

    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(usd, wanted)) == [usd(request) for request in wanted]
