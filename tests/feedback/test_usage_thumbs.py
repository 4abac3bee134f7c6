"""Thumbs by router and LLM, counted by either database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from feedback.label_records import Rating
from feedback.ratings import save_rating
from feedback.rows import sha256
from feedback.store import FeedbackStore
from feedback.usage_report import UsageReport
from feedback.usage_store import UsageStore
from feedback.usage_sums import Thumbs
from tests.feedback.usage_samples import DAY, EVER, cheap, event


def rate(store: FeedbackStore, subject: str, thumb: str | None, **changes: Any) -> None:
    fields: dict[str, Any] = {
        "kind": "decision",
        "subject": subject,
        "author": "browser:ann",
        "thumb": thumb,
        "prompt_sha256": sha256("one"),
        "llm": "dear",
        "router": "knn",
        "created_at": DAY,
    }
    save_rating(store.access, Rating(**(fields | changes)))


def test_only_thumbs_that_stand_count_most_first(store: FeedbackStore) -> None:
    report = UsageReport(store.access)
    assert report.thumbs(EVER) == []
    rate(store, "a", "up", kind="completion", router="", llm="cheap")
    for subject, thumb in (("b", "up"), ("c", "up"), ("d", "down"), ("b", "down"), ("c", None)):
        rate(store, subject, thumb)
    rate(store, "e", None, stars=3)
    assert report.thumbs(EVER) == [Thumbs("decision", "knn", "dear", 0, 2), Thumbs("completion", "", "cheap", 1, 0)]
    assert report.thumbs(EVER)[0].count == 2


def test_days_routers_and_llms_are_chosen_in_utc(store: FeedbackStore) -> None:
    report, day = UsageReport(store.access), DAY.date()
    midnight = DAY.replace(hour=0, minute=0)
    for subject, at in (("a", midnight), ("b", midnight + timedelta(days=1)), ("c", midnight - timedelta(seconds=1))):
        rate(store, subject, "up", created_at=at)
    rate(store, "d", "up", router="semantic", llm="cheap")
    today = replace(EVER, first=day, last=day)
    assert {(one.router, one.up) for one in report.thumbs(today)} == {("knn", 1), ("semantic", 1)}
    assert [one.router for one in report.thumbs(replace(today, router="semantic"))] == ["semantic"]
    assert [one.router for one in report.thumbs(replace(today, llm="dear"))] == ["knn"]
    assert len(report.thumbs(replace(today, place="/nowhere"))) == 2


def test_routers_can_be_left_out_of_sums(store: FeedbackStore) -> None:
    UsageStore(store.access).add([event(), cheap(), event(router="always-strong"), event(router="")])
    report, left = UsageReport(store.access), ("always-strong", "random")
    assert report.total(EVER).decisions == 3
    total = report.total(EVER, without=left)
    assert (total.decisions, total.events) == (2, 3)
    assert {key[1] for key in report.by_day_and_router(EVER, without=left)} == {"knn", ""}
