"""Thumbs on the Usage page: which count, how they are told, and what they leave out."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from feedback.label_records import Rating
from feedback.ratings import save_rating
from feedback.records import now
from feedback.rows import sha256
from feedback.usage_sums import Thumbs
from pages._usage_thumbs import MOST_ROWS, thumbs_html, thumbs_tile
from tests.feedback.usage_samples import event
from tests.pages.usage_desk import CHOSEN, Desk, opened_desk

WILD = "<script>alert(1)</script>"

desk = opened_desk


def rate(desk: Desk, subject: str, thumb: str | None, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "kind": "decision",
        "subject": subject,
        "author": "browser:ann",
        "thumb": thumb,
        "prompt_sha256": sha256("one"),
        "llm": "dear",
        "router": "knn",
    }
    save_rating(desk.store.access, Rating(**(fields | changes)))


def rows(html: str) -> list[list[str]]:
    """The cells of the table of thumbs, without its marks."""
    body = html.split("What people thought")[1].split("<tbody>")[1].split("</tbody>")[0]
    return [
        [cell.split(">", 1)[1].split("<")[0].strip() for cell in row.split("<td")[1:]] for row in body.split("<tr>")[1:]
    ]


def test_thumbs_that_stand_are_counted_by_what_they_are_about(desk: Desk) -> None:
    desk.events.add([event(at=now())])
    for subject, thumb in (("a", "up"), ("b", "up"), ("c", "down")):
        rate(desk, subject, thumb)
    rate(desk, "a", "down")  # changed
    rate(desk, "b", None)  # taken back
    rate(desk, "b", "up", author="browser:bob")
    rate(desk, "d", "up", kind="completion", router="", llm="cheap")
    rate(desk, "e", None, kind="completion", router="", llm="cheap", stars=5)
    rate(desk, "f", "up", created_at=now() - timedelta(days=40))
    shown = desk.shows()
    assert "decisions 1 up, 2 down; answers 1 up, 0 down" in shown["tiles"]
    assert ">50.0 %<" in shown["tiles"]
    assert [row[:5] for row in rows(shown["table"])] == [
        ["Decisions", "knn", "dear", "1", "2"],
        ["Answers", "no router", "cheap", "1", "0"],
    ]
    desk.events.add([event(at=now() - timedelta(days=50))])
    assert "decisions 2 up, 2 down" in desk.shows("all", *CHOSEN[1:])["tiles"]


def test_the_filters_by_router_and_llm_reach_thumbs_and_the_one_by_page_does_not(desk: Desk) -> None:
    desk.events.add([event(at=now())])
    rate(desk, "a", "up")
    rate(desk, "a", "down", router="semantic")
    assert rows(desk.shows("30", "semantic", "", "", "paid")["table"])[0][:5] == [
        "Decisions",
        "semantic",
        "dear",
        "0",
        "1",
    ]
    assert "No thumbs yet" in desk.shows("30", "", "cheap", "", "paid")["table"]
    assert len(rows(desk.shows("30", "", "", "/elsewhere", "paid")["table"])) == 2


def test_without_thumbs_the_page_says_where_they_are_given(desk: Desk) -> None:
    desk.events.add([event(at=now())])
    shown = desk.shows()
    assert "nobody has rated anything" in shown["tiles"]
    assert "No thumbs yet" in shown["table"]
    assert "/api/feedback" in shown["table"]


def test_names_are_text_and_many_lines_are_cut() -> None:
    many = [Thumbs("completion", "", f"{WILD}{number}", 1, 0) for number in range(MOST_ROWS + 2)]
    html = thumbs_html(many)
    assert "<script" not in html
    assert html.count("<tr>") == 1 + MOST_ROWS
    assert "2 more are not shown" in html
    assert thumbs_tile(many).small == f"answers {len(many)} up, 0 down"


def test_a_share_has_its_interval() -> None:
    html = thumbs_html([Thumbs("decision", "knn", "dear", 8, 2)])
    assert "49 % to 94 %" in html
