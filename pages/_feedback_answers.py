"""Thumbs, stars and comments on the answers of the Compare page, once it is open whose they are."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import gradio as gr

from errors import BadInputError, PlaygroundError
from feedback.label_records import Rating
from pages._compare_controls import MOST_COLUMNS
from pages._compare_session import CompareSession
from pages._compare_voting import OpenStore
from pages._defects import as_shown
from pages._feedback_said import Fields, Told, read_said, row_id, said_id
from pages._visitor import visitor_of
from settings import Settings

if TYPE_CHECKING:
    from feedback.label_store import LabelStore


class AnswerFeedback:
    """Takes what readers say of answers.

    Args:
        settings: Say who is who.
        open_store: Gives the store of feedback.
    """

    def __init__(self, settings: Settings, open_store: OpenStore) -> None:
        self._settings = settings
        self._open_store = open_store

    @cached_property
    def _store(self) -> LabelStore:
        from feedback.label_store import LabelStore  # SQLAlchemy: not while the app starts

        return LabelStore(self._open_store().access)

    def said(self, session: CompareSession, event: gr.EventData, request: gr.Request) -> Told:
        """Keeps what the page sent, and says so; or why not."""
        fields: Fields = event._data if isinstance(event._data, dict) else {}
        try:
            return self.keep(session, fields, visitor_of(request, self._settings).author)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return Told.failed(said_id(fields), as_shown(error))

    def keep(self, session: CompareSession, fields: Fields, author: str) -> Told:
        """Keeps what somebody says of an answer.

        Args:
            session: The tab, with the answers.
            fields: What the page sent.
            author: Pseudonym of who says it.

        Raises:
            PlaygroundError: It is no rating, the answer has gone or is not open yet, or the store fails.
        """
        from feedback.rows import sha256  # as above

        said, place = read_said(fields), fields.get("place")
        if type(place) is not int or place not in range(MOST_COLUMNS):
            raise _gone()
        if said.correction or fields.get("conversation") != session.comparison_id or fields.get("turn") != session.turn:
            raise _gone()
        answer = session.answer(place)
        if session.veiled or answer is None or answer.running or answer.completion is None:
            raise _gone()
        rating = Rating(
            id=row_id(author, said.id),
            kind="completion",
            subject=f"{session.comparison_id}-{session.turn}-{place}",
            author=author,
            thumb=said.thumb,
            stars=said.stars,
            comment=said.comment,
            prompt_sha256=sha256(session.turns[session.turn].text),
            llm=answer.completion.llm,
        )
        self._store.save_rating(rating)
        something = said.thumb or said.stars or said.comment.strip()
        return Told(said.id, "Saved." if something else "Taken back.", kept=True)


def _gone() -> PlaygroundError:
    return BadInputError("This answer can no longer be rated.", "Ask again, or wait until it is complete and named.")
