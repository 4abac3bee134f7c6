"""The Traffic page's speed, as it is measured: every choice of routers over all prompts."""

from __future__ import annotations

import pytest

from router_models import RouterPanel
from traffic.speed import LENGTHS, made_up_prompts, main, speeds


def test_every_choice_routes_all_prompts_with_all_its_routers(panel: RouterPanel) -> None:
    found = list(speeds(panel, made_up_prompts(70)))
    keras = [name for name in panel.immediate_ids if name.startswith("keras-")]
    assert [one.routers for one in found] == [1, len(keras), len(panel.immediate_ids)]
    assert [one.rows for one in found] == [70] * 3
    assert all(one.rows_per_s == one.rows / one.seconds > 0 for one in found)


def test_its_prompts_are_the_same_every_time_and_of_different_lengths() -> None:
    prompts = made_up_prompts(200)
    assert prompts == made_up_prompts(200)
    lengths = {len(prompt.split()) for prompt in prompts}
    assert (min(lengths), max(lengths)) == LENGTHS


def test_it_prints_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--rows", "3"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("| routers |")
    assert len(lines) == 5
    assert all(int(line.split("|")[-2].replace(",", "")) > 0 for line in lines[2:])
