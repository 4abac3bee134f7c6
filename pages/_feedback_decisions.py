"""Thumbs on decision cards, and what the route should have been."""

from __future__ import annotations

import dataclasses
import secrets
from functools import cached_property
from typing import TYPE_CHECKING

import gradio as gr

from errors import BadInputError, PlaygroundError
from feedback.label_records import Label, Rating
from feedback.records import weights_version
from feedback.resolved_label import TIER_NAMES
from pages._compare_voting import OpenStore
from pages._defects import as_shown
from pages._feedback_said import Fields, Said, Told, read_said, row_id, said_id
from pages._link import parse_query
from pages._session import Session
from pages._view import read_view
from pages._visitor import visitor_of
from router_models import Decision, RouterPanel
from settings import Settings

if TYPE_CHECKING:
    from feedback.label_store import LabelStore

WITH_TEXT = "with the prompt’s text"
WITHOUT_TEXT = "without the prompt’s text"
TAKEN_BACK = "Taken back."


class DecisionFeedback:
    """Takes what readers say of decisions.

    Args:
        panel: The routers.
        settings: Say who is who.
        open_store: Gives the store of feedback.
    """

    def __init__(self, panel: RouterPanel, settings: Settings, open_store: OpenStore) -> None:
        self._panel = panel
        self._settings = settings
        self._open_store = open_store
        self._process = secrets.token_hex(6)  # run ids are told apart within one process only

    @cached_property
    def _store(self) -> LabelStore:
        from feedback.label_store import LabelStore  # SQLAlchemy: not while the app starts

        return LabelStore(self._open_store().access)

    def said(self, session: Session, event: gr.EventData, request: gr.Request) -> Told:
        """Keeps what the page sent, and says so; or why not."""
        fields: Fields = event._data if isinstance(event._data, dict) else {}
        try:
            return self.keep(session, fields, visitor_of(request, self._settings).author)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return Told.failed(said_id(fields), as_shown(error))

    def keep(self, session: Session, fields: Fields, author: str) -> Told:
        """Keeps what somebody says of a decision.

        Args:
            session: The tab, with the run that is rated.
            fields: What the page sent.
            author: Pseudonym of who says it.

        Raises:
            PlaygroundError: It is no feedback, the run has gone, or the store fails.
        """
        from feedback.rows import sha256  # as above

        said, decision = read_said(fields), self._decision(session, fields)
        if session.run is None:
            raise _gone()
        if said.correction:
            return self._correct(said, session.run.prompt, sha256(session.run.prompt), decision, author)
        rating = Rating(
            id=row_id(author, said.id),
            kind="decision",
            subject=f"{self._process}-{session.run_id}",
            author=author,
            thumb=said.thumb,
            prompt_sha256=sha256(session.run.prompt),
            llm=decision.llm,
            router=decision.router,
            version=weights_version(self._panel[decision.router].card),
        )
        self._store.save_rating(rating)
        return Told(said.id, "Saved." if said.thumb else TAKEN_BACK, kept=True)

    def _correct(self, said: Said, prompt: str, digest: str, decision: Decision, author: str) -> Told:
        label = Label(
            id=row_id(author, said.id),
            prompt_sha256=digest,
            annotator=author,
            verdict="undo" if said.undo else "route",
            tier=None if said.undo else said.tier,
            panel_shown=True,
            source="correction",
            router=decision.router,
            version=weights_version(self._panel[decision.router].card),
        )
        self._store.save_label(label, prompt=prompt, consent=said.consent and not said.undo)
        if said.withdraw:
            self._store.delete_texts(author, [digest])
        if said.undo:
            return Told(said.id, TAKEN_BACK, kept=True)
        tier = TIER_NAMES[(said.tier or 1) - 1]
        return Told(said.id, f"Saved as {tier}, {WITH_TEXT if said.consent else WITHOUT_TEXT}.", kept=True)

    def _decision(self, session: Session, fields: Fields) -> Decision:
        """The decision that the card shows, which depends on the controls.

        Raises:
            BadInputError: The run is not the last one, or has no decision of that router.
        """
        progress, name = session.progress(), fields.get("router")
        if progress is None or fields.get("run") != session.run_id:
            raise _gone()
        results = tuple(score for score in progress.run.results if score.router == name)
        query = fields.get("query")
        values, _ = parse_query(query if isinstance(query, str) else "")
        policy = read_view(values, self._panel)[0].policy()
        decisions = self._panel.decisions(dataclasses.replace(progress.run, results=results), policy, session.edited)
        if not decisions:
            raise _gone()
        return decisions[0]


def _gone() -> PlaygroundError:
    return BadInputError("This decision is no longer on the page.", "Route the prompt again.")
