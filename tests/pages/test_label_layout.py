"""How the Label page is wired: its tabs, who may call what, and what its scripts rely on."""

import re
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest

from llms.completions import Completions
from pages import build_pages
from pages._label_words import OTHER_CHOICES, TIER_CHOICES
from pages._visitor import needed_for
from pages.look import ASSETS
from router_models import RouterPanel
from tests.pages.labelling import Office

SCRIPT = (ASSETS / "js" / "label.js").read_text(encoding="utf-8")


@pytest.fixture
def demo(panel: RouterPanel, tmp_path: Path) -> Iterator[gr.Blocks]:
    office = Office(panel, tmp_path)
    yield build_pages(panel, office.settings, Completions(panel.catalogue, office.settings), office.open_store)
    office.close()


def test_the_tabs_stand_in_order(demo: gr.Blocks) -> None:
    tabs = [block.label for block in demo.blocks.values() if isinstance(block, gr.Tab)]
    wanted = ["Label", "Import & export", "Agreement", "Learn", "Judge"]
    assert [tab for tab in tabs if tab in wanted] == wanted


def test_every_event_of_the_page_needs_the_role(demo: gr.Blocks) -> None:
    events = [function for function in demo.fns.values() if str(function.api_name).startswith("label_")]
    assert len(events) >= 12
    for event in events:
        assert event.page == "label"
        assert "label" in needed_for(event.page, str(event.api_name))
        assert event.api_visibility == "private"


def test_the_script_and_the_buttons_speak_of_the_same_things(demo: gr.Blocks) -> None:
    (field,) = [block for block in demo.blocks.values() if block.elem_id == "rp-label"]
    html = str(field.value)
    wanted = {str(choice.tier) for choice in TIER_CHOICES} | {other.choice for other in OTHER_CHOICES}
    assert set(re.findall(r'data-choice="(\w+)"', html)) == wanted
    keys = dict(re.findall(r"(\w): \"(\w+)\"", re.search(r"const KEYS = \{(.*?)\}", SCRIPT)[1]))  # type: ignore[index]
    assert keys == {str(c.tier): str(c.tier) for c in TIER_CHOICES} | {o.key: o.choice for o in OTHER_CHOICES}
    for name in set(re.findall(r"\bat\(\"([\w-]+)\"\)", SCRIPT)):
        assert f"data-{name}" in html, f"the script looks for data-{name}"
    asked = set(re.findall(r"(?:ask|act)\(\"(\w+)\"", SCRIPT))
    assert asked == {function.__name__ for function in field.server_fns}


def test_prompts_reach_the_page_as_text_only() -> None:
    assert "box.textContent = item.prompt" in SCRIPT
    rendered = set(re.findall(r"(?:innerHTML = |insertAdjacentHTML\(\"beforeend\", )(\w+\.\w+)", SCRIPT))
    assert rendered == {"answer.panel", "answer.empty", "answer.said"}, "what the server has rendered and escaped"
