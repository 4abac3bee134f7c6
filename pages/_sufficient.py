"""The LLMs that suffice for a prompt, as a router that judges LLMs one by one sees them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from llms.cost import format_usd
from pages._view import RouteView
from router_models import RouterPanel
from router_models.outcome_score import Sufficient, sufficient
from router_models.panel import PanelRun

SHOWN = 12
"""Most LLMs that are listed; the rest are counted."""


@dataclass(frozen=True, slots=True)
class SufficientRow:
    """One LLM of the list; `price` is '' where the catalogue knows none."""

    llm: str
    p_correct: float
    price: str


@dataclass(frozen=True, slots=True)
class SufficientList:
    """Every measured LLM whose P(correct) reaches the bound, cheapest first.

    Attributes:
        rows: At most `SHOWN` of them.
        found: How many there are.
        measured: How many LLMs the router judged.
        surest: The LLM of highest P(correct), whether it reaches the bound or not.
    """

    rows: tuple[SufficientRow, ...]
    found: int
    measured: int
    surest: SufficientRow


def sufficient_list(panel: RouterPanel, run: PanelRun, view: RouteView) -> SufficientList | None:
    """The list of the router whose evidence is open; None if it does not judge LLMs one by one.

    Raises:
        PlaygroundError: The prices cannot be used.
    """
    score = next((score for score in run.scores if score.router == view.why), None)
    if score is None or not score.p_correct:
        return None
    usd = _costs(panel, run, view)
    found = sufficient(score.p_correct, view.bound, usd)
    surest = sufficient(score.p_correct, max(score.p_correct.values()), usd)[0]
    rows = tuple(_row(entry) for entry in found[:SHOWN])
    return SufficientList(rows, len(found), len(score.p_correct), _row(surest))


def _costs(panel: RouterPanel, run: PanelRun, view: RouteView) -> dict[str, Decimal | None]:
    """Estimated cost by measured name; the cheapest where several entries serve one release."""
    measured = panel.catalogue.measured
    quotes = panel.quote(run.prompt, view.policy(), tuple(measured))
    costs: dict[str, Decimal | None] = {}
    for llm, name in measured.items():
        usd, known = quotes[llm].usd, costs.get(name)
        costs[name] = usd if known is None else known if usd is None else min(usd, known)
    return costs


def _row(entry: Sufficient) -> SufficientRow:
    return SufficientRow(entry.llm, entry.p_correct, "" if entry.usd is None else format_usd(entry.usd))
