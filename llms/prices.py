"""What an LLM costs: the price list bundled with genai-prices, else the catalogue's own entry, else no price.

The package's `UpdatePrices` is never used, so no price ever comes from the network.

Source: https://github.com/pydantic/genai-prices
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from errors import BadInputError, DataError
from llms.catalogue import Catalogue
from llms.llm import LLM, ListedPrice
from llms.price_notes import caveats, list_price

if TYPE_CHECKING:
    from genai_prices.types import PriceCalculation

TOKENS_PER_MTOK = 1_000_000


@dataclass(frozen=True, slots=True)
class Price:
    """The price of an LLM.

    Attributes:
        input_usd_per_mtok: USD per million input tokens, for a prompt below any long-prompt tier.
        output_usd_per_mtok: USD per million output tokens.
        as_of: Day to which the price list belongs.
        source: Name and release of the price list, or the catalogue's source.
        note: What the reader must know beside the figures; may be empty.
    """

    input_usd_per_mtok: Decimal
    output_usd_per_mtok: Decimal
    as_of: date
    source: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """What one request costs, and the price behind that.

    Attributes:
        usd: Amount in USD, long-prompt tiers included, unrounded.
        price: The price.
    """

    usd: Decimal
    price: Price


def price_of(catalogue: Catalogue, llm_id: str, at: datetime | None = None) -> Price | None:
    """The price of an LLM, or None where neither source has one.

    Args:
        catalogue: Where the LLM is an entry.
        llm_id: Its id.
        at: When it is called, as some prices change by date or time of day; now if left out.

    Raises:
        UnknownNameError: There is no such LLM.
        DataError: Another release of genai-prices is installed than the catalogue dates.
    """
    quoted = quote(catalogue, llm_id, 0, 0, at)
    return quoted.price if quoted else None


def quote(
    catalogue: Catalogue,
    llm_id: str,
    input_tokens: int,
    output_tokens: int,
    at: datetime | None = None,
    *,
    cached_tokens: int = 0,
) -> Quote | None:
    """What one request to an LLM costs, or None where the LLM has no price.

    Args:
        catalogue: Where the LLM is an entry.
        llm_id: Its id.
        input_tokens: Tokens of the prompt.
        output_tokens: Tokens of the answer.
        at: When it is called; now if left out.
        cached_tokens: How many of the input tokens the provider had cached, which it bills at a lower price.

    Raises:
        UnknownNameError: There is no such LLM.
        BadInputError: A token count is negative.
        DataError: Another release of genai-prices is installed than the catalogue dates.
    """
    if min(input_tokens, output_tokens, cached_tokens) < 0:
        raise BadInputError("A token count is negative.", "Count tokens from 0.")
    llm = catalogue[llm_id]
    at = at or datetime.now(UTC)
    calculation = _calculate(catalogue, llm, (input_tokens, cached_tokens, output_tokens), at)
    standard = list_price(calculation.model_price) if calculation else None
    if calculation and standard:
        snapshot = catalogue.price_snapshot
        note = caveats(calculation, llm.price_model or llm.model, at)
        price = Price(*standard, snapshot.released, f"genai-prices {snapshot.version}", note)
        return Quote(calculation.total_price, price)
    return _listed_quote(llm.price, input_tokens, output_tokens) if llm.price else None


def check_price_release(catalogue: Catalogue) -> None:
    """Makes sure that the as-of date belongs to the prices: to call when an app starts.

    Raises:
        DataError: Another release of genai-prices is installed than the catalogue dates.
    """
    import genai_prices  # 0.2 s and httpx: not before the first price is asked for

    installed, dated = genai_prices.__version__, catalogue.price_snapshot.version
    if installed != dated:
        raise DataError(
            f"genai-prices {installed} is installed, but assets/llms.yaml dates the prices of {dated}.",
            f"Install genai-prices=={dated}, or state the installed release and its day in assets/llms.yaml.",
        )


def _calculate(catalogue: Catalogue, llm: LLM, tokens: tuple[int, int, int], at: datetime) -> PriceCalculation | None:
    """The library's calculation of (input, cached, output) tokens, or None where it does not know the LLM there."""
    if llm.local:
        return None
    check_price_release(catalogue)
    from genai_prices import Usage, calc_price  # as in check_price_release

    usage = Usage(input_tokens=tokens[0], cache_read_tokens=tokens[1], output_tokens=tokens[2])
    provider, model = llm.price_provider or llm.provider, llm.price_model or llm.model
    try:
        calculation = calc_price(usage, model, provider_id=provider, genai_request_timestamp=at)
    except LookupError:
        return None
    # The library also matches providers by similarity ("my-openai-proxy" is OpenAI to it): not our price.
    return calculation if calculation.provider.id == provider else None


def _listed_quote(price: ListedPrice, input_tokens: int, output_tokens: int) -> Quote:
    usd = (input_tokens * price.input_usd_per_mtok + output_tokens * price.output_usd_per_mtok) / TOKENS_PER_MTOK
    shown = Price(price.input_usd_per_mtok, price.output_usd_per_mtok, price.as_of, price.source, price.note)
    return Quote(usd, shown)
