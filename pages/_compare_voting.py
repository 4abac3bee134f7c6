"""Taking a vote: the panel's picks, the store, and what is revealed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from pages._compare_blind import read_vote, records_of, rule
from pages._compare_controls import CompareControls
from pages._compare_session import NOT_VOTED, CompareSession, Outcome
from router_models import Decision, RouterPanel

if TYPE_CHECKING:
    from feedback.store import FeedbackStore

OpenStore = Callable[[], "FeedbackStore"]

WITH_TEXT = "Your vote is stored with the prompt and both answers."
WITHOUT_TEXT = "Your vote is stored without prompt and answers."
NOTHING = "Nothing was stored."
TWICE = "You had voted on this already: the first vote counts."


class Voting:
    """Takes votes.

    Args:
        panel: Whose picks a vote judges.
        open_store: Gives the store of feedback.
    """

    def __init__(self, panel: RouterPanel, open_store: OpenStore) -> None:
        self._panel = panel
        self._open_store = open_store

    def vote(self, session: CompareSession, controls: CompareControls, fields: Mapping[str, object]) -> None:
        """Stores the vote that the page sent and lifts the veil; an empty vote only lifts it.

        Raises:
            PlaygroundError: It is no vote, there is nothing to vote on yet, or it cannot be stored; the veil stays.
        """
        with session.voting:  # the second of two clicks finds the vote of the first
            self._vote(session, controls, fields)

    def _vote(self, session: CompareSession, controls: CompareControls, fields: Mapping[str, object]) -> None:
        if session.outcome is not None:
            return
        if fields.get("vote") == "":
            if session.veiled and not session.running():
                session.lift(Outcome(NOT_VOTED, {}, NOTHING))
            return
        choice = read_vote(session, controls, fields.get("vote"))
        decisions = self._decisions(session, controls)
        comparison, vote = records_of(session, controls, choice, decisions, self._panel)
        store = self._open_store()
        store.save_comparison(comparison)
        new = store.save_vote(vote)
        said = (WITH_TEXT if controls.consent else WITHOUT_TEXT) if new else TWICE
        catalogue = session.keys.catalogue(self._panel.catalogue)
        verdicts = rule(session, choice, decisions, catalogue, controls.view.pool)
        session.lift(Outcome(choice, verdicts, said))

    def _decisions(self, session: CompareSession, controls: CompareControls) -> dict[str, Decision]:
        """What every router that does not wait for an LLM decides on the prompt, by id, and the chosen one."""
        turn = session.turns[-1]
        kind = turn.attachment.kind if turn.attachment else None
        run = self._panel.run(turn.text, temperature=controls.temperature, attachment=kind)
        made = {decision.router: decision for decision in self._panel.decisions(run, controls.view.policy())}
        asked = [answer.routed_now for answer in map(session.answer, range(2)) if answer is not None]
        return made | {decision.router: decision for decision in asked if decision is not None}
