"""What a request would cost, and how amounts of money are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal

from llms.catalogue import Catalogue
from llms.prices import Price, quote

NO_PRICE = "no price"
"""What is shown where an LLM has no price: it is not known to be free."""

WITHOUT_REASONING = "without hidden reasoning tokens, which are billed as output: the real bill is higher"
"""What an estimate for a reasoning LLM says where none are assumed."""

THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
_SIGNIFICANT_DIGITS = 3
_WHOLE_DOLLARS_FROM = 1000
_CENTS_BELOW = 10


@dataclass(frozen=True, slots=True)
class CostEstimate:
    """What a request would cost.

    Attributes:
        usd: Amount in USD, unrounded; None where the LLM has no price, which is not the same as 0.
        note: What the reader must know beside the amount; may be empty.
        price: The price behind it, with its date and source; None where there is none.
    """

    usd: Decimal | None
    note: str = ""
    price: Price | None = None

    def __str__(self) -> str:
        """The amount as it is shown."""
        return format_usd(self.usd)


def estimate_cost_usd(
    catalogue: Catalogue,
    llm_id: str,
    input_tokens: int,
    output_tokens: int,
    at: datetime | None = None,
    *,
    reasoning_tokens: int = 0,
) -> CostEstimate:
    """Estimates what one request to an LLM would cost.

    Args:
        catalogue: Where the LLM is an entry.
        llm_id: Its id.
        input_tokens: Tokens of the prompt.
        output_tokens: Tokens that the visible answer is assumed to have.
        at: When it is called, as some prices change by date or time of day; now if left out.
        reasoning_tokens: Hidden tokens that a reasoning LLM is assumed to think, billed as output; other LLMs
            have none.

    Raises:
        UnknownNameError: There is no such LLM.
        BadInputError: A token count is negative.
        DataError: Another release of genai-prices is installed than the catalogue dates.
    """
    hidden = reasoning_tokens if catalogue[llm_id].reasoning else 0
    quoted = quote(catalogue, llm_id, input_tokens, output_tokens + hidden, at)
    if quoted is None:
        return CostEstimate(None, f"{NO_PRICE} is known for {llm_id}")
    notes = [quoted.price.note, reasoning_note(hidden) if catalogue[llm_id].reasoning else ""]
    return CostEstimate(quoted.usd, "; ".join(note for note in notes if note), quoted.price)


def reasoning_note(tokens: int) -> str:
    """What an estimate for a reasoning LLM says, as nobody can know its hidden tokens beforehand."""
    return f"with {tokens:,} hidden reasoning tokens assumed" if tokens else WITHOUT_REASONING


def format_usd(usd: Decimal | None) -> str:
    """Writes an amount with at most three significant digits and without exponent, such as `$0.000 04`.

    Decimals are grouped by narrow no-break spaces. An amount below $10 with one decimal gets its second, as
    money is written. From $1,000 on whole dollars are written, as rounding them off would misstate a bill.

    Args:
        usd: Amount in USD; None gives `NO_PRICE`.

    Raises:
        ValueError: The amount is not finite.
    """
    if usd is None:
        return NO_PRICE
    if not usd.is_finite():
        raise ValueError(f"{usd} is no amount of money")
    amount = abs(usd)
    if amount >= _WHOLE_DOLLARS_FROM:
        rounded = amount.quantize(Decimal(1), ROUND_HALF_UP, Context(prec=max(28, amount.adjusted() + 2)))
    else:
        rounded = Context(prec=_SIGNIFICANT_DIGITS, rounding=ROUND_HALF_UP).plus(amount)
    whole, _, decimals = f"{rounded:,f}".partition(".")
    decimals = decimals.rstrip("0")
    if len(decimals) == 1 and rounded < _CENTS_BELOW:
        decimals += "0"
    groups = [decimals[start : start + 3] for start in range(0, len(decimals), 3)]
    sign = "\N{MINUS SIGN}" if usd < 0 else ""
    return f"{sign}${whole}{'.' if groups else ''}{THIN_SPACE.join(groups)}"
