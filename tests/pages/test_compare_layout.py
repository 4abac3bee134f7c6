"""How the Compare page is wired: what is queued, how long a tab is remembered, when uploads are deleted."""

import datetime
from pathlib import Path

import gradio as gr
import pytest
from gradio.blocks import BlockFunction
from gradio.state_holder import SessionState

from pages import UPLOADS_SECONDS, build_pages
from pages.compare import FILES, RUNS, add_compare_page
from router_models import RouterPanel
from tests.llms.misbehaving import Misbehaving
from tests.pages.comparing import Desk


@pytest.fixture
def demo(desk: Desk, panel: RouterPanel) -> gr.Blocks:
    with gr.Blocks() as blocks:
        add_compare_page(blocks, panel, desk.settings, desk.completions, desk.open_store)
    return blocks


def named(demo: gr.Blocks, name: str) -> BlockFunction:
    return next(function for function in demo.fns.values() if function.api_name == name)


def test_files_are_read_a_few_at_a_time_and_hold_up_no_answers(demo: gr.Blocks) -> None:
    files, runs = named(demo, "compare_attached"), named(demo, "compare_submitted")
    assert (files.queue, files.concurrency_limit, runs.concurrency_limit) == (True, FILES, RUNS)
    assert files.concurrency_id != runs.concurrency_id


def test_a_tab_is_remembered_while_it_is_open_and_its_keys_go_after_it(demo: gr.Blocks, desk: Desk) -> None:
    (state,) = [block for block in demo.blocks.values() if isinstance(block, gr.State)]
    tab, session = SessionState(demo), desk.session
    session.keys = session.keys.with_key("together", "sk-0815")
    tab[state._id] = session
    lifetime_s, _ = tab._state_ttl[state._id]
    tab._state_ttl[state._id] = (lifetime_s, datetime.datetime.now() - datetime.timedelta(days=2))
    assert [expired for _, _, expired in tab.state_components] == [False]
    tab.is_closed = True
    ((held, value, expired),) = tab.state_components
    assert expired
    held.delete_callback(value)
    assert session.keys.providers == ()


def test_uploads_are_deleted_after_a_while(panel: RouterPanel, server: Misbehaving, tmp_path: Path, desk: Desk) -> None:
    app = build_pages(panel, desk.settings, desk.completions, desk.open_store)
    assert app.delete_cache == UPLOADS_SECONDS == (600, 3600)
