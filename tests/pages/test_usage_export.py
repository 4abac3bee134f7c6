"""The export of the Usage page: the chosen events, for those who may see them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from feedback.records import now
from feedback.usage_event import UsageEvent
from pages.usage_export import install_usage_export
from tests.pages.usage_desk import Desk, last_days, opened_desk, read

desk, month = opened_desk, last_days


def test_the_export_streams_the_chosen_events(desk: Desk, month: list[UsageEvent]) -> None:
    app = Starlette()
    install_usage_export(app, desk.usage, desk.settings)
    client = TestClient(app)
    today = now().date()
    query = f"first={today - timedelta(days=29)}&last={today}"
    answer = client.get(f"/usage/export.csv?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
    assert f"usage-{today - timedelta(days=29)}-{today}.csv" in answer.headers["content-disposition"]
    rows = read(answer.text)
    assert {row["id"] for row in rows} == {one.id for one in month}
    only = read(client.get(f"/usage/export.csv?{query}&llm=cheap").text)
    assert len(only) == sum(one.llm == "cheap" for one in month)
    assert client.get(f"/usage/export.parquet?{query}").content[:4] == b"PAR1"
    for wrong in (f"/usage/export.xlsx?{query}", "/usage/export.csv", "/usage/export.csv?first=now&last=then"):
        assert client.get(wrong).status_code == 422


def test_who_may_not_see_usage_gets_no_export(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from feedback.visitor import Visitor

    class Guest:
        def visitor(self, cookies: object) -> Visitor:
            return Visitor("guest")

    monkeypatch.setattr("pages.usage_export.identity_of", lambda _settings: Guest())
    app = Starlette()
    install_usage_export(app, desk.usage, desk.settings)
    assert TestClient(app).get("/usage/export.csv?first=2025-01-01&last=2025-01-02").status_code == 403
