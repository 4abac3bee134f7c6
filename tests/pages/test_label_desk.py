"""The desk of an annotator on a real store: what is handed out, kept, taken back, refused."""

import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from errors import BadInputError, PlaygroundError
from feedback.annotator_names import shown_name
from feedback.records import new_id
from feedback.visitor import NotAllowedError, Visitor, pseudonym
from pages._examples import load_examples
from pages._label_people import people_choices
from router_models import RouterPanel
from tests.pages.labelling import ANNA, BASHIR, Office, office_with

PROMPTS = [f"Prompt number {number}." for number in range(5)]
EVIL = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"


@pytest.fixture
def office(panel: RouterPanel, tmp_path: Path) -> Iterator[Office]:
    yield from office_with(panel, tmp_path, PROMPTS)


def test_the_first_visit_brings_two_prompts_and_no_opinion(office: Office) -> None:
    first = office.open()
    assert {first["item"]["prompt"], first["next"]["prompt"]} < set(PROMPTS)
    assert first["item"]["id"] != first["next"]["id"]
    assert set(first["item"]) == {"id", "prompt", "facts"}, "nothing that tells what routers think"
    assert first["progress"] == {"done": 0, "total": 5, "mine": 0, "seconds": None, "open": True}
    assert "empty" not in first


def test_every_prompt_comes_once_and_then_the_page_says_done(office: Office) -> None:
    seen = []
    for choice in ("1", "2", "3", "unsure", "discard"):
        seen.append(office.open()["item"]["prompt"])
        answer = office.give(choice)
    assert sorted(seen) == PROMPTS
    assert answer["next"] is None
    assert "you have labelled 5 prompts" in answer["empty"]
    assert "See the agreement" in answer["empty"]
    assert {kept.label.verdict for kept in office.labels.labels()} == {"route", "unsure", "discard"}


def test_what_goes_with_a_label_is_kept(office: Office) -> None:
    office.give("2", comment="needs code", rating=4, seen=True, seconds=7.5)
    (kept,) = office.labels.labels()
    label = kept.label
    assert (label.tier, label.comment, label.rating, label.panel_shown, label.seconds) == (
        2,
        "needs code",
        4,
        True,
        7.5,
    )
    assert label.annotator == ANNA.author


@pytest.mark.parametrize(
    ("fields", "kept"),
    [
        ({"rating": 9}, (None, 2.5, False)),
        ({"rating": True}, (None, 2.5, False)),
        ({"rating": "3"}, (None, 2.5, False)),
        ({"seconds": -1}, (None, None, False)),
        ({"seconds": "x"}, (None, None, False)),
        ({"seconds": 1e12}, (None, 3600.0, False)),
        ({"seen": "yes"}, (None, 2.5, False)),
    ],
)
def test_extras_that_make_no_sense_are_left_out(office: Office, fields: dict[str, object], kept: object) -> None:
    office.give("1", **fields)
    (stored,) = office.labels.labels()
    assert (stored.label.rating, stored.label.seconds, stored.label.panel_shown) == kept


def test_the_same_label_sent_twice_is_one(office: Office) -> None:
    item = office.open()["item"]
    sent = {"id": new_id(), "item": item["id"], "choice": "3", "hold": [item["id"]], "start": item["prompt"]}
    first, second = office.desk.given(ANNA, sent), office.desk.given(ANNA, sent)
    assert first["progress"]["mine"] == second["progress"]["mine"] == 1
    assert len(list(office.labels.labels())) == 1


@pytest.mark.parametrize(
    "fields",
    [{"id": ""}, {"id": "x" * 65}, {"id": 7}, {"item": ""}, {"item": None}, {"choice": "4"}, {"comment": ["x"]}],
)
def test_what_cannot_be_a_label_is_refused_and_nothing_is_kept(office: Office, fields: dict[str, object]) -> None:
    with pytest.raises(BadInputError):
        office.give(**{"choice": "1", **fields})  # type: ignore[arg-type]
    assert list(office.labels.labels()) == []


def test_a_comment_that_is_too_long_is_refused_in_words(office: Office) -> None:
    with pytest.raises(PlaygroundError, match="comment"):
        office.give("1", comment="x" * 2_001)


def test_undo_brings_the_prompt_back_with_what_was_said(office: Office) -> None:
    item = office.open()["item"]
    office.give("2", rating=3)
    undone = office.desk.undone(ANNA, {"id": new_id()})
    assert undone["item"]["id"] == item["id"]
    assert (undone["choice"], undone["rating"]) == ("2", 3)
    assert undone["progress"]["mine"] == 0
    assert len(list(office.labels.labels())) == 2, "what was said stays, and that it was taken back"


def test_with_nothing_to_undo_the_page_is_told(office: Office) -> None:
    with pytest.raises(BadInputError, match="no label of yours"):
        office.desk.undone(ANNA, {"id": new_id()})


def test_a_person_has_one_name_and_an_account_is_said_beside_it(office: Office) -> None:
    account = Visitor(pseudonym("user", "ann"), "ann", may_label=True)
    hub = Visitor("hub:ada", "ada", may_label=True)
    opened = office.open(account)
    assert (opened["name"], opened["signed_in"]) == (shown_name(account.author), "ann")
    assert people_choices(office.labels, account)[0][0] == f"{opened['name']} (you)"
    assert (office.open(hub)["name"], office.open(hub)["signed_in"]) == ("ada", "")


def test_two_people_get_different_prompts(office: Office) -> None:
    anna, bashir = office.open(ANNA), office.open(BASHIR)
    held = [answer[place]["id"] for answer in (anna, bashir) for place in ("item", "next")]
    assert len(set(held)) == 4
    assert anna["name"] != bashir["name"]


def test_the_examples_come_with_one_click_and_only_once(panel: RouterPanel, tmp_path: Path) -> None:
    office = Office(panel, tmp_path)
    first = office.open()
    assert first["item"] is None
    assert "data-examples" in first["empty"]
    count = len(load_examples())
    assert office.desk.examples(ANNA, {}) == {"added": count}
    assert office.desk.examples(ANNA, {}) == {"added": 0}
    assert office.open()["progress"]["total"] == count
    assert {item.wanted for item in office.labels.items()} == {2}, "agreement takes two"
    office.close()


def test_who_comes_second_may_label_the_same_too(office: Office) -> None:
    for _ in PROMPTS:
        assert "data-too" not in office.give("1").get("empty", "")
    empty = office.open(BASHIR)["empty"]
    assert "Others have labelled 5 prompts" in empty
    assert "data-too" in empty
    assert office.desk.too(BASHIR, {}) == {"opened": 5}
    for _ in PROMPTS:
        office.give("2", BASHIR)
    assert office.labels.disputed() == 5
    assert office.desk.too(BASHIR, {}) == {"opened": 0}


def test_what_people_wrote_is_escaped_where_it_becomes_html(panel: RouterPanel, tmp_path: Path) -> None:
    for office in office_with(panel, tmp_path, [EVIL]):
        assert office.open()["item"]["prompt"] == EVIL, "the page puts it in as text"
        said = office.give("1")["said"]
        assert "<script" not in said
        assert "<img" not in said
        assert "&lt;script&gt;" in said


def test_answers_are_json(office: Office) -> None:
    for answer in (office.open(), office.give("1"), office.desk.panel(ANNA, {"prompt": "Hello", "choice": "1"})):
        assert json.loads(json.dumps(answer)) == answer


def test_the_panel_speaks_before_and_after_the_label(office: Office) -> None:
    assert "with your label" not in office.desk.panel(ANNA, {"prompt": PROMPTS[0]})["panel"]
    assert "with your label" in office.desk.panel(ANNA, {"prompt": PROMPTS[0], "choice": "2"})["panel"]
    assert "with your label" not in office.desk.panel(ANNA, {"prompt": PROMPTS[0], "choice": "unsure"})["panel"]


def test_without_the_role_nothing_is_handed_out_or_kept(office: Office) -> None:
    stranger = Visitor("browser:stranger")
    item = office.open()["item"]
    sent = {"id": new_id(), "item": item["id"], "choice": "1"}
    for handle in (
        office.desk.opened,
        office.desk.given,
        office.desk.undone,
        office.desk.panel,
        office.desk.examples,
        office.desk.too,
    ):
        with pytest.raises(NotAllowedError):
            handle(stranger, sent)
    assert list(office.labels.labels()) == []


def test_a_database_that_is_gone_is_said_and_the_label_can_be_sent_again(office: Office) -> None:
    item = office.open()["item"]
    sent = {"id": new_id(), "item": item["id"], "choice": "1", "hold": [item["id"]], "start": ""}
    with sqlite3.connect(office.folder / "feedback.sqlite3") as other:
        other.execute("ALTER TABLE labels RENAME TO elsewhere")
    with pytest.raises(PlaygroundError):
        office.desk.given(ANNA, sent)
    with sqlite3.connect(office.folder / "feedback.sqlite3") as other:
        other.execute("ALTER TABLE elsewhere RENAME TO labels")
    assert office.desk.given(ANNA, sent)["progress"]["mine"] == 1
