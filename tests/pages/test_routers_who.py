"""Who may load, unload and compare routers: with accounts, on an open app, and on this machine alone."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest

from feedback.store import FeedbackStore
from feedback.visitor import NotAllowedError, Visitor
from pages._routers_desk import RoutersDesk
from router_models import RouterPanel
from settings import Settings
from tests.pages.guarded_app import settings_with_users
from tests.pages.test_routers_page import call, own_panel, settings, states

__all__ = ["own_panel", "settings"]  # fixtures of the page's tests

ANYBODY = Visitor("browser:abc", may_label=True)
ADA = Visitor("user:ada", name="Ada", may_label=True)
BOB = Visitor("user:bob", name="Bob", may_label=True, may_learn=True)


def test_on_an_app_with_accounts_admins_load_and_unload_and_who_has_signed_in_compares(
    own_panel: RouterPanel, tmp_path: Path
) -> None:
    settings = settings_with_users(tmp_path, database_url=None)
    desk = RoutersDesk(own_panel, settings, lambda: FeedbackStore.open(settings))
    stranger = replace(ANYBODY, may_label=False)
    own_panel["keras-dnn"].load()
    for act in (desk.load, desk.unload):
        with pytest.raises(NotAllowedError, match="Only who has signed in may load and unload routers"):
            act(stranger, {"router": "keras-dnn"})
        with pytest.raises(NotAllowedError, match="Ada may not load and unload routers"):
            act(ADA, {"router": "keras-dnn"})
    assert own_panel["keras-dnn"].loaded
    for compare in (desk.versions, desk.compared):
        with pytest.raises(NotAllowedError, match="compare versions"):
            compare(stranger, {})
    assert "No router has learnt anything here yet" in str(desk.versions(ADA, {})["html"])
    assert "is unloaded" in str(desk.unload(BOB, {"router": "keras-dnn"})["said"])
    answer = call(desk, settings, "routers_unload", {"router": "keras-dnn"})
    assert answer["error"]["mend"] == "Sign in and come back."
    assert desk.states(stranger, {})["states"], "everybody may look"
    for visitor, may in ((stranger, False), (ADA, False), (BOB, True)):
        answer = desk.states(visitor, {})
        offered = any(state["loads"] or state["unloads"] for state in states(answer).values())
        assert (offered, answer["stays"] == "") == (may, may)
    assert desk.states(ADA, {})["stays"] == (
        "Ada may not add and remove routers from the Hub. Ask whoever runs this app for that role."
    )


def test_nothing_that_a_visitor_may_not_do_stands_on_the_cards_before_the_page_knows_them(
    own_panel: RouterPanel, settings: Settings
) -> None:
    html = RoutersDesk(own_panel, settings, lambda: FeedbackStore.open(settings)).cards_html()
    buttons = re.findall(r"<button [^>]*data-(?:load|unload|remove)=[^>]*>", html)
    assert len(buttons) >= 2 * len(own_panel.ids)
    assert all(button.endswith(" hidden>") for button in buttons)


def test_strangers_on_an_open_app_neither_load_nor_unload_unless_they_may_change_routers(
    own_panel: RouterPanel, settings: Settings
) -> None:
    reached = settings.model_copy(update={"host": "0.0.0.0"})  # noqa: S104  nothing listens
    desk = RoutersDesk(own_panel, reached, lambda: FeedbackStore.open(reached))
    own_panel["keras-dnn"].load()
    own_panel["keras-dnn"].predict_proba(["Hello"])
    for act in (desk.load, desk.unload):
        with pytest.raises(NotAllowedError, match="Strangers can reach this app"):
            act(ANYBODY, {"router": "keras-dnn"})
    assert own_panel["keras-dnn"].loaded
    offered = states(desk.states(ANYBODY, {})).values()
    assert not any(state["loads"] or state["unloads"] for state in offered), "the page offers neither"
    allowed = reached.model_copy(update={"hub_routers": "on"})
    desk = RoutersDesk(own_panel, allowed, lambda: FeedbackStore.open(allowed))
    assert "is unloaded" in str(desk.unload(ANYBODY, {"router": "keras-dnn"})["said"])
