"""What two figures cannot say of a price: tiers for long prompts, hours of the day, announced changes."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from genai_prices.types import ModelPrice, PriceCalculation, TieredPrices


def list_price(price: ModelPrice) -> tuple[Decimal, Decimal] | None:
    """USD per million input and output tokens below any tier; None where the list leaves one of them open.

    The library bills what is left open as 0, for instance for OpenRouter's trial models. That is no price.
    """
    from genai_prices.types import TieredPrices  # see llms.prices

    def base(figure: Decimal | TieredPrices | None) -> Decimal | None:
        return figure.base if isinstance(figure, TieredPrices) else figure

    input_usd, output_usd = base(price.input_mtok), base(price.output_mtok)
    return None if input_usd is None or output_usd is None else (input_usd, output_usd)


def caveats(calculation: PriceCalculation, model: str, at: datetime) -> str:
    """Everything about a price that its two figures hide, as clauses; empty for a plain price.

    Args:
        calculation: The library's result at time `at`.
        model: The provider's name of the LLM that was asked for.
        at: When the LLM is called.
    """
    clauses = [*_tier_clauses(calculation.model_price), *_time_clauses(calculation, at)]
    if calculation.model.id != model:
        clauses.append(f"listed as {calculation.model.id}")
    return "; ".join(clauses)


def _tier_clauses(price: ModelPrice) -> list[str]:
    from genai_prices.types import TieredPrices  # see llms.prices

    starts = {
        tier.start
        for figure in (price.input_mtok, price.output_mtok)
        if isinstance(figure, TieredPrices)
        for tier in figure.tiers
    }
    return [f"another price above {start:,} input tokens" for start in sorted(starts)]


def _time_clauses(calculation: PriceCalculation, at: datetime) -> list[str]:
    from genai_prices.types import StartDateConstraint, TimeOfDateConstraint  # see llms.prices

    prices = calculation.model.prices
    if not isinstance(prices, list):
        return []
    constraints = [entry.constraint for entry in prices]
    daily = any(isinstance(constraint, TimeOfDateConstraint) for constraint in constraints)
    starts = [c.start_date for c in constraints if isinstance(c, StartDateConstraint) and not c.active(at)]
    clauses = [f"changes on {start}" for start in sorted(starts)]
    return ["changes with the time of day", *clauses] if daily else clauses
