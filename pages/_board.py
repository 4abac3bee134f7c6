"""The board of the Route page: verdict, controls and cards, from a run and the user's controls to HTML."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.places import read_places
from errors import PlaygroundError
from feedback.usage import Usage, unrecorded
from pages._board_notes import board_notes
from pages._budget import BudgetForm, budget_form_of
from pages._cards import DecisionCard, decision_cards, pending_cards, unavailable_cards
from pages._examples import Example
from pages._link import link_problems, write_query
from pages._order import CardOrder
from pages._session import Session
from pages._sufficient import sufficient_list
from pages._templates import render
from pages._tools import ToolChoices
from pages._usage_words import used_up_sentence
from pages._verdict import verdict_of
from pages._view import RouteView, default_view
from pages._why import Why, why_of
from pages.look import ASSETS
from router_models import RouterPanel
from router_models.explain import unexamined
from router_models.outcome_score import DEFAULT_BOUND


@dataclass(frozen=True, slots=True)
class Notices:
    """What the reader must be told above the board.

    Attributes:
        problems: Sentences on values of a link or a control that could not be used.
        error: Why there is no new decision; None if nothing went wrong.
    """

    problems: tuple[str, ...] = ()
    error: PlaygroundError | None = None


class Board:
    """Renders the board.

    Args:
        panel: The routers.
        examples: What the empty board offers.
        usage: The budget; None knows none.
    """

    def __init__(self, panel: RouterPanel, examples: Sequence[Example], usage: Usage | None = None) -> None:
        self._panel = panel
        self._usage = usage or unrecorded(panel)
        self._examples = examples
        self._choices = ToolChoices(panel)
        self._order = CardOrder(panel, read_places(ASSETS / "benchmarks"))

    def html(
        self, session: Session, view: RouteView, notices: Notices, echo: str = "", standing: Sequence[str] = ()
    ) -> str:
        """Renders everything below the prompt box.

        Args:
            session: What the tab's last run gave.
            view: The user's controls.
            notices: What went wrong, if anything did.
            echo: Number of the browser's request that this answers.
            standing: Router ids of the cards in their present order, if they must stay in place because the user has
                one of their sliders in hand; empty to filter and sort them anew.

        Raises:
            PlaygroundError: The prices cannot be used.
        """
        progress = session.progress()
        run = progress.run if progress else None
        used_up = self._usage.raising()
        cards = [] if run is None else decision_cards(self._panel, run, view, session.edited, used_up)
        by_id = {card.router.router: card for card in cards}
        shown = [name for name in dict.fromkeys(standing) if name in by_id] or self._order.shown(cards, view)
        gone = [] if run is None else unavailable_cards(self._panel, run)
        asked = progress.pending if progress else ()
        pending = pending_cards(self._panel, asked, view)
        prompt = run.prompt if run else ""
        return render(
            "board.html",
            view=view,
            session=session,
            notices=(*notices.problems, *link_problems(view, prompt)),
            error=notices.error,
            used_up=used_up_sentence(used_up) if used_up else "",
            echo=echo,
            query=write_query(view, self._panel, prompt),
            changed=bool(write_query(dataclasses.replace(view, share_prompt=False, why=""), self._panel)),
            tools=self._choices.under(view),
            verdict=verdict_of(self._order.ranked(cards, default_view(self._panel)), len(asked)) if cards else None,
            notes=board_notes(cards),
            unweighed=view.cost_weight == 0 and any(card.decision.judges_llms for card in cards),
            cards=self._order.with_pending([by_id[name] for name in shown], pending, view),
            answered=progress.answered if progress else 0,
            gone=[card for card in gone if not view.differing and view.family in ("", card.router.family)],
            hidden_thresholds={name: value for name, value in view.thresholds.items() if name not in shown},
            why=self._why(session, view, by_id),
            budget=self._budget(session, view),
            default_bound=DEFAULT_BOUND,
            sufficient=None if run is None else sufficient_list(self._panel, run, view),
            examples=self._examples,
            prices_as_of=self._panel.catalogue.price_snapshot.released,
        )

    def _why(self, session: Session, view: RouteView, by_id: dict[str, DecisionCard]) -> Why | None:
        if not view.why or session.run is None:
            return None
        explanation = (session.explanations or {}).get(view.why) or unexamined(self._panel[view.why])
        return why_of(self._panel, view.why, by_id.get(view.why), explanation, session.edited.get(view.why))

    def _budget(self, session: Session, view: RouteView) -> BudgetForm | None:
        if not view.why or session.run is None:
            return None
        edited = session.edited.get(view.why)
        router = edited or self._panel[view.why]
        return budget_form_of(router, edited is not None, view, self._panel.catalogue) if router.loaded else None
