"""What is said beside the Traffic page's fields where a value cannot be used."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr
import pytest

from pages._traffic_assumed import assumptions_said
from pages.traffic import add_traffic_page
from router_models import RouterPanel
from settings import Settings

GOOD = (1_000_000, "nano / 4.1 / o4-mini", "gpt-4.1", 300, 1_000)


def test_fields_that_can_be_used_are_passed_over_in_silence() -> None:
    assert assumptions_said(*GOOD) == ""
    assert assumptions_said(1, *GOOD[1:3], 0, 0) == ""


@pytest.mark.parametrize("wrong", [-5, 0, 0.5, 1e99, float("inf"), float("nan")])
def test_a_number_of_prompts_out_of_range_is_said_with_the_range(wrong: float) -> None:
    said = assumptions_said(wrong, *GOOD[1:])
    assert "is-error" in said
    assert "The number of prompts a month is out of range." in said
    assert "from 1 to 10,000,000,000. Until then the figures stay as they were." in said


@pytest.mark.parametrize(
    ("place", "value", "said"),
    [
        (0, None, "The number of prompts a month is empty."),
        (3, None, "The length of an answer is empty."),
        (3, -1, "The length of an answer is out of range."),
        (4, 1e99, "The number of hidden tokens is out of range."),
    ],
)
def test_the_field_is_named(place: int, value: Any, said: str) -> None:
    assert said in assumptions_said(*(value if number == place else good for number, good in enumerate(GOOD)))


def test_every_field_says_it_below_the_fields_when_it_is_left_or_entered(panel: RouterPanel, tmp_path: Path) -> None:
    with gr.Blocks() as demo:
        add_traffic_page(demo, panel, Settings(_env_file=None, data_dir=tmp_path, database_url=None))
    fields = {block._id for block in demo.blocks.values() if isinstance(block, gr.Number)}
    wired = [one for one in demo.fns.values() if one.fn is assumptions_said]
    assert {target for one in wired for target, _ in one.targets} == fields
    assert len(fields) == 3
    assert {event for one in wired for _, event in one.targets} == {"submit", "blur"}
    assert {output.elem_id for one in wired for output in one.outputs} == {"rp-tr-wrong"}
