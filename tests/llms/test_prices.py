"""Prices are those of genai-prices, dated by the release that is installed; a missing price stays missing."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import genai_prices
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from errors import BadInputError, DataError, UnknownNameError
from llms.catalogue import Catalogue, load_catalogue
from llms.prices import check_price_release, price_of, quote

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)
LISTED = {
    "input_usd_per_mtok": "0.3",
    "output_usd_per_mtok": "1.2",
    "as_of": "2026-05-06",
    "source": "the test",
}


def library_usd(provider: str, model: str, input_tokens: int, output_tokens: int, at: datetime) -> Decimal:
    usage = genai_prices.Usage(input_tokens=input_tokens, output_tokens=output_tokens)
    return genai_prices.calc_price(usage, model, provider_id=provider, genai_request_timestamp=at).total_price


def charge_usd(
    catalogue: Catalogue, llm_id: str, input_tokens: int, output_tokens: int, at: datetime = NOON
) -> Decimal:
    quoted = quote(catalogue, llm_id, input_tokens, output_tokens, at)
    assert quoted
    assert quoted.price == price_of(catalogue, llm_id, at)
    return quoted.usd


def test_the_stated_release_is_installed(catalogue: Catalogue) -> None:
    check_price_release(catalogue)
    assert catalogue.price_snapshot.version == genai_prices.__version__


def test_another_release_than_stated_is_refused(write_catalogue: Callable[..., Path]) -> None:
    snapshot = {"version": "0.0.1", "released": "2025-07-12", "source": "the test"}
    path = write_catalogue({"genai_prices": snapshot}, provider="openai", model="gpt-4.1")
    with pytest.raises(DataError) as caught:
        price_of(load_catalogue(path), "tiny")
    assert f"genai-prices {genai_prices.__version__} is installed" in caught.value.what
    assert "genai-prices==0.0.1" in caught.value.mend


def test_every_shipped_llm_has_a_dated_price(catalogue: Catalogue) -> None:
    for llm in catalogue.llms:
        price = price_of(catalogue, llm.id, NOON)
        assert price is not None, llm.id
        if llm.local:
            assert price.source == "no price list; nothing is bought"
            continue
        assert price.as_of == catalogue.price_snapshot.released == date(2026, 11, 10)
        assert price.source == f"genai-prices {genai_prices.__version__}"
        assert llm.price is None, f"{llm.id}: the catalogue's price is never used, as genai-prices has one"
        listed = llm.price_provider or llm.provider, llm.price_model or llm.model
        assert price.input_usd_per_mtok == library_usd(*listed, 50_000, 0, NOON) * 20, llm.id
        assert price.output_usd_per_mtok == library_usd(*listed, 0, 1_000_000, NOON), llm.id


@settings(deadline=None)  # the first price imports the library
@given(
    llm_id=st.sampled_from(["gpt-4.1-nano", "claude-haiku-5.5", "deepseek-flash", "qwen3-coder"]),
    input_tokens=st.integers(0, 900_000),
    output_tokens=st.integers(0, 100_000),
    at=st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC)),
)
def test_charges_are_the_library_s(
    catalogue: Catalogue, llm_id: str, input_tokens: int, output_tokens: int, at: datetime
) -> None:
    llm = catalogue[llm_id]
    expected = library_usd(llm.provider, llm.model, input_tokens, output_tokens, at)
    assert charge_usd(catalogue, llm_id, input_tokens, output_tokens, at) == expected


def test_long_prompts_are_billed_by_their_tier(catalogue: Catalogue) -> None:
    price = price_of(catalogue, "claude-haiku-5.5", NOON)
    charge = charge_usd(catalogue, "claude-haiku-5.5", 200_000, 0, NOON)
    assert price is not None
    assert "above 100,000 input tokens" in price.note
    assert charge > price.input_usd_per_mtok * 200_000 / 1_000_000


def test_prices_by_the_hour_and_announced_changes_are_said(catalogue: Catalogue) -> None:
    by_hour = price_of(catalogue, "deepseek-flash", NOON)
    peak = price_of(catalogue, "deepseek-flash", NOON.replace(hour=2))
    changing = price_of(catalogue, "gemini-3.8-flash", NOON)
    changed = price_of(catalogue, "gemini-3.8-flash", NOON.replace(year=2027))
    assert by_hour is not None
    assert peak is not None
    assert changing is not None
    assert changed is not None
    assert by_hour.note == "changes with the time of day"
    assert peak.input_usd_per_mtok > by_hour.input_usd_per_mtok
    assert changing.note == "changes on 2027-01-01"
    assert changed.note == ""
    assert changed.input_usd_per_mtok > changing.input_usd_per_mtok


def test_an_entry_under_another_name_is_said(catalogue: Catalogue) -> None:
    price = price_of(catalogue, "gpt-4-1106-preview", NOON)
    assert price is not None
    assert price.note == "listed as gpt-4-turbo"


@pytest.mark.parametrize(
    ("provider", "model"),
    [
        ("nobody", "tiny-1"),
        ("openai", "tiny-1"),
        ("my-openai-proxy", "gpt-4.1"),  # the library takes this for OpenAI itself
        ("openrouter", "openai/gpt-oss-20b:free"),  # the library bills 0 for want of a price
    ],
)
def test_missing_price_is_never_zero(write_catalogue: Callable[..., Path], provider: str, model: str) -> None:
    catalogue = load_catalogue(write_catalogue(provider=provider, model=model))
    assert price_of(catalogue, "tiny") is None
    assert quote(catalogue, "tiny", 1000, 1000) is None


def test_price_of_the_catalogue_serves_where_the_library_has_none(
    write_catalogue: Callable[..., Path],
) -> None:
    catalogue = load_catalogue(write_catalogue(price=LISTED))
    price = price_of(catalogue, "tiny")
    assert price is not None
    assert (price.as_of, price.source) == (date(2026, 5, 6), "the test")
    assert charge_usd(catalogue, "tiny", 2_000_000, 500_000) == Decimal("1.2")


def test_the_library_goes_before_the_catalogue(write_catalogue: Callable[..., Path]) -> None:
    catalogue = load_catalogue(write_catalogue(provider="openai", model="gpt-4.1", price=LISTED))
    assert charge_usd(catalogue, "tiny", 7, 9, NOON) == library_usd("openai", "gpt-4.1", 7, 9, NOON)


def test_the_local_llm_is_free_and_says_why(catalogue: Catalogue) -> None:
    price = price_of(catalogue, "smollm2-135m")
    assert price is not None
    assert price.note == "runs on this machine; no API charge"
    assert charge_usd(catalogue, "smollm2-135m", 10_000, 10_000) == 0


def test_bad_requests(catalogue: Catalogue) -> None:
    with pytest.raises(BadInputError):
        quote(catalogue, "gpt-4.1", -1, 0)
    with pytest.raises(UnknownNameError):
        price_of(catalogue, "gpt-4.11")


def test_prices_need_no_network(catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a price asked for the network")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert all(price_of(catalogue, llm_id) is not None for llm_id in catalogue.ids)
