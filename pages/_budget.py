"""The budget of a router that has one: what its control shows, and what is made of what the page sends."""

from __future__ import annotations

from dataclasses import dataclass

from errors import BadInputError
from llms.catalogue import Catalogue
from llms.prices import Price, price_of
from pages._view import RouteView, require_text
from router_models.base import Router
from router_models.cascade import CascadeRouter
from router_models.cascade_budget import RoutePrices


@dataclass(frozen=True, slots=True)
class BudgetForm:
    """What the control shows.

    Attributes:
        usd: What the LLMs' answers to 1,000 prompts may cost, in USD.
        share: Share of strong calls that it buys, on the mix of prompts the router was calibrated on.
        edited: Whether it is the user's.
        repriced: Whether the controls name other LLMs or answer lengths than the budget was priced for.
    """

    usd: float
    share: float
    edited: bool
    repriced: bool


def budget_form_of(router: Router, edited: bool, view: RouteView, catalogue: Catalogue) -> BudgetForm | None:
    """The control for a router; None for one without a budget.

    Raises:
        UnavailableError: The router's weights cannot be read.
    """
    if not isinstance(router, CascadeRouter):
        return None
    prices = _prices(view, catalogue)
    return BudgetForm(router.budget_usd_per_1000, router.strong_share, edited, prices != router.prices)


def budgeted_router(router: Router, sent: object, view: RouteView, catalogue: Catalogue) -> Router:
    """The router with the budget that the page sent, at the prices of the pool in use.

    Raises:
        BadInputError: It is no amount, does not pay for the weak LLM, or the router or an LLM cannot be budgeted.
    """
    if not isinstance(router, CascadeRouter):
        raise BadInputError(f"{router.title} has no budget.", "Reload the page and try again.")
    text = require_text(sent, "budget")
    try:
        usd = float(text)
    except ValueError:
        raise BadInputError(f"The budget “{text[:20]}” is no amount.", "Give a number of USD, such as 0.8.") from None
    prices = _prices(view, catalogue)
    if prices is None:
        raise BadInputError("An LLM of the pool has no price, so no budget can be kept.", "Choose another pool.")
    return router.with_budget(usd, prices)


def _prices(view: RouteView, catalogue: Catalogue) -> RoutePrices | None:
    """Prices and answer lengths of the two routes; None where one has no price."""
    weak, strong = (catalogue[view.pool.serves[route]] for route in ("weak", "strong"))
    listed: list[Price] = [price for llm in (weak, strong) if (price := price_of(catalogue, llm.id))]
    if len(listed) < 2:
        return None
    hidden = [view.reasoning_tokens if llm.reasoning else 0 for llm in (weak, strong)]
    return RoutePrices(
        (float(listed[0].input_usd_per_mtok), float(listed[1].input_usd_per_mtok)),
        (float(listed[0].output_usd_per_mtok), float(listed[1].output_usd_per_mtok)),
        (float(view.output_tokens + hidden[0]), float(view.output_tokens + hidden[1])),
    )
