"""What readers say of decisions and answers, without a browser: what is kept, what is refused, what they are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from errors import BadInputError
from feedback.label_records import Rating
from feedback.label_store import LabelStore
from feedback.records import weights_version
from feedback.rows import sha256
from feedback.store import FeedbackStore
from pages._feedback_answers import AnswerFeedback
from pages._feedback_decisions import DecisionFeedback
from pages._feedback_said import Said, Told, read_said, row_id
from pages._session import Session
from pages._templates import render
from router_models import RouterPanel
from settings import Settings
from tests.llms.misbehaving import Misbehaving
from tests.pages.comparing import PAIR, Desk
from tests.pages.conftest import MakeRun

PROMPT = "Draw me a map of the old harbour."
AUTHOR = "browser:one"


class Cards:
    """The Route page after a prompt: says things, and knows what is kept."""

    def __init__(self, panel: RouterPanel, make_run: MakeRun, folder: Path) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder, database_url=None)
        self.store = FeedbackStore(self.settings)
        self.feedback = DecisionFeedback(panel, self.settings, self.open_store)
        self.session = Session().with_run(make_run(PROMPT, knn=0.9))
        self.labels = LabelStore(self.store.access)
        self._said = 0

    def open_store(self) -> FeedbackStore:
        return self.store

    def says(self, **fields: Any) -> Told:
        self._said += 1
        sent = {"id": f"said-{self._said}", "router": "knn", "run": self.session.run_id, "query": ""} | fields
        return self.feedback.keep(self.session, sent, AUTHOR)

    def ratings(self) -> list[Rating]:
        return [stored.rating for stored in self.labels.ratings()]


@pytest.fixture
def cards(panel: RouterPanel, make_run: MakeRun, tmp_path: Path) -> Iterator[Cards]:
    made = Cards(panel, make_run, tmp_path)
    yield made
    made.store.close()


def test_a_thumb_is_kept_with_the_router_its_weights_and_its_pick(cards: Cards, panel: RouterPanel) -> None:
    assert cards.says(thumb="up") == Told("said-1", "Saved.", kept=True)
    (rating,) = cards.ratings()
    assert (rating.kind, rating.thumb, rating.router, rating.author) == ("decision", "up", "knn", AUTHOR)
    assert rating.version == weights_version(panel["knn"].card)
    assert rating.prompt_sha256 == sha256(PROMPT)
    cards.says(thumb="up", query="t.knn=0.95")
    picks = {stored.rating.llm for stored in cards.labels.ratings(leading_only=False)}
    assert len(picks) == 2, "the pick is the one that the card shows, under its controls"


def test_the_same_thing_sent_twice_is_kept_once(cards: Cards) -> None:
    cards.says(id="one", thumb="down")
    cards.says(id="one", thumb="down")
    assert len(list(cards.labels.ratings(leading_only=False))) == 1


def test_of_several_thumbs_the_last_one_counts_and_none_takes_back(cards: Cards) -> None:
    cards.says(thumb="up")
    cards.says(thumb="down")
    assert [rating.thumb for rating in cards.ratings()] == ["down"]
    assert cards.says().text == "Taken back."
    assert cards.ratings() == []


def test_a_correction_keeps_hash_and_tier_without_consent(cards: Cards) -> None:
    told = cards.says(tier=3)
    assert told.text == "Saved as reasoning, without the prompt’s text."
    (stored,) = cards.labels.labels(sources=["correction"])
    assert (stored.label.tier, stored.label.router, stored.label.panel_shown) == (3, "knn", True)
    assert stored.prompt is None
    assert cards.labels.resolved() == []


def test_a_correction_with_consent_is_there_to_learn_from(cards: Cards) -> None:
    assert cards.says(tier=2, consent=True).text == "Saved as general, with the prompt’s text."
    assert [(label.prompt, label.tier, label.source) for label in cards.labels.resolved()] == [
        (PROMPT, 2, "correction")
    ]


def test_another_tier_takes_the_place_of_the_first(cards: Cards) -> None:
    cards.says(tier=2, consent=True)
    cards.says(tier=1, consent=True)
    assert [label.tier for label in cards.labels.resolved()] == [1]


def test_undo_takes_back_the_label_and_the_text(cards: Cards) -> None:
    cards.says(tier=2, consent=True)
    assert cards.says(undo=True, withdraw=True).text == "Taken back."
    assert cards.labels.resolved() == []
    assert [item.prompt for item in cards.labels.items()] == [None]


def test_consent_that_is_withdrawn_takes_the_text_and_leaves_the_label(cards: Cards) -> None:
    cards.says(tier=2, consent=True)
    cards.says(tier=2, consent=False, withdraw=True)
    assert [item.prompt for item in cards.labels.items()] == [None]
    leading = list(cards.labels.labels(leading_only=True))
    assert [stored.label.tier for stored in leading] == [2]


@pytest.mark.parametrize(
    "fields",
    [
        {"id": ""},
        {"id": "x" * 65},
        {"id": 7},
        {"thumb": "sideways"},
        {"stars": 0},
        {"stars": True},
        {"tier": 4},
        {"tier": "2"},
        {"comment": 5},
        {"comment": "x" * 2_001},
        {"router": "nobody"},
        {"router": None},
        {"run": "another"},
    ],
)
def test_what_no_card_sends_is_refused_and_nothing_is_kept(cards: Cards, fields: dict[str, Any]) -> None:
    with pytest.raises(BadInputError):
        cards.says(**fields)
    assert cards.ratings() == []


def test_without_a_run_there_is_nothing_to_rate(cards: Cards) -> None:
    cards.session = Session()
    with pytest.raises(BadInputError, match="no longer on the page"):
        cards.says(thumb="up", run="")


def test_a_store_that_is_down_is_told_and_the_same_thing_may_be_sent_again(
    panel: RouterPanel, make_run: MakeRun, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.write_text("a file where the folder should be")
    cards = Cards(panel, make_run, folder)
    sent = {"id": "again", "router": "knn", "run": cards.session.run_id, "query": "", "thumb": "up"}
    told = cards.feedback.said(cards.session, gr.EventData(None, sent), gr.Request(session_hash="tab"))
    assert not told.kept
    assert told.id == "again"
    assert told.text.startswith("Not saved:")
    folder.unlink()
    cards.store.access._retry_at = 0.0  # as if the seconds had passed after which it is tried again
    assert cards.feedback.said(cards.session, gr.EventData(None, sent), gr.Request(session_hash="tab")).kept
    assert len(cards.ratings()) == 1


def test_a_defect_is_told_like_an_error(cards: Cards) -> None:
    assert not cards.feedback.said(cards.session, gr.EventData(None, None), gr.Request(session_hash="tab")).kept


def test_what_the_page_is_told_is_escaped() -> None:
    html = render("told.html", told=Told('"><script>', "<b>bold</b>", kept=False))
    assert "<script>" not in html
    assert "<b>" not in html


def test_ids_of_different_people_never_meet() -> None:
    assert row_id("a", "b") != row_id("b", "a")
    assert row_id("a\nb", "c") != row_id("a", "b") == row_id("a", "b")
    assert read_said({"id": "x", "undo": "yes", "consent": 1}) == Said("x"), "only true is true"


@pytest.fixture
def answered(desk: Desk) -> Iterator[tuple[Desk, AnswerFeedback]]:
    desk.does("adjusted", values=PAIR)
    desk.asks(PROMPT, values=PAIR)
    yield desk, AnswerFeedback(desk.settings, desk.open_store)
    desk.store.close()


def rating_of(desk: Desk, **fields: Any) -> dict[str, Any]:
    about = {"conversation": desk.session.comparison_id, "turn": desk.session.turn, "place": 1}
    return {"id": "one"} | about | fields


def test_an_answer_is_rated_by_thumb_stars_and_comment(answered: tuple[Desk, AnswerFeedback]) -> None:
    desk, feedback = answered
    told = feedback.keep(desk.session, rating_of(desk, thumb="up", stars=4, comment="<b>=1+1</b>"), AUTHOR)
    assert told.kept
    (stored,) = LabelStore(desk.store.access).ratings()
    rating = stored.rating
    assert (rating.thumb, rating.stars, rating.comment, rating.llm) == ("up", 4, "<b>=1+1</b>", "gpt-4.1")
    assert rating.subject == f"{desk.session.comparison_id}-0-1", "the id under which a vote keeps that answer"
    assert rating.prompt_sha256 == sha256(PROMPT)


@pytest.mark.parametrize(
    "change",
    [{"place": 3}, {"place": 9}, {"place": "1"}, {"turn": 1}, {"conversation": "x"}, {"tier": 2}, {"place": True}],
)
def test_an_answer_that_is_not_there_cannot_be_rated(
    answered: tuple[Desk, AnswerFeedback], change: dict[str, Any]
) -> None:
    desk, feedback = answered
    with pytest.raises(BadInputError, match="no longer be rated"):
        feedback.keep(desk.session, rating_of(desk, thumb="up") | change, AUTHOR)


def test_before_a_blind_vote_nothing_can_be_rated(panel: RouterPanel, server: Misbehaving, tmp_path: Path) -> None:
    desk = Desk(panel, server, tmp_path)
    blind = {**PAIR, "blind": "1"}
    desk.does("adjusted", values=blind)
    page = desk.asks(PROMPT, values=blind)[-1]
    feedback = AnswerFeedback(desk.settings, desk.open_store)
    assert "data-say=" not in str(page)
    with pytest.raises(BadInputError):
        feedback.keep(desk.session, rating_of(desk, thumb="up"), AUTHOR)
    page = desk.does("voted", vote="left", values=blind)
    assert 'data-say="completion"' in page["foot0"]
    assert feedback.keep(desk.session, rating_of(desk, thumb="up"), AUTHOR).kept
    desk.store.close()
