"""What the pages say of the budget."""

from __future__ import annotations

from feedback.usage_budget import Budget
from llms.cost import format_usd

NO_DECISION = "No router decided anything of this choice."
ONLY_BASELINES = (
    "Only baselines decided, and how often those escalate says nothing of the prompts. Choose one under “Router” to "
    "see it all the same."
)
NOTHING_PAID = (
    "No LLM was paid for an answer here. Under “Amounts” choose “estimated, not answered” to see what the picked LLMs "
    "would have cost."
)
NOTHING_ESTIMATED = "There is no decision with a price that was not answered here."
NO_DISTANCE = "No prompt of these days was compared with training data."
"""Why a chart has nothing to show."""


def used_up_sentence(budget: Budget) -> str:
    """What every page says whose decisions are made under raised thresholds."""
    until = "00:00 UTC" if budget.period == "day" else "the end of the month"
    return (
        f"Budget of {budget.this_period} used up ({format_usd(budget.usd)}): thresholds are raised to "
        f"{budget.threshold:.2f}, the cost weight to {budget.cost_weight:.2f}, until {until}."
    )


def budget_sentence(budget: Budget | None) -> str:
    """What is said beside the fields once a budget is set or removed."""
    if budget is None:
        return "The budget is removed: thresholds stay as they are, whatever is spent."
    return (
        f"The budget is set: {format_usd(budget.usd)} a {budget.period}, to be said from "
        f"{100 * budget.alert_share:.0f} % on, thresholds raised to {budget.threshold:.2f} once it is used up."
    )
