"""What the pages say of the budget."""

from __future__ import annotations

from feedback.usage_budget import Budget
from llms.cost import format_usd


def used_up_sentence(budget: Budget) -> str:
    """What every page says whose decisions are made under raised thresholds."""
    until = "00:00 UTC" if budget.period == "day" else "the end of the month"
    return (
        f"Budget of {budget.this_period} used up ({format_usd(budget.usd)}): thresholds are raised to "
        f"{budget.threshold:.2f}, the cost weight to {budget.cost_weight:.2f}, until {until}."
    )
