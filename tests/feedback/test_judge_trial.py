"""The trial of judges against ratings by hand: what it measures and where it writes it."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from errors import DataError
from feedback.judge_results import SUFFICES
from feedback.judge_trial import BEGIN, END, REPORT, TRIAL, main, read_trial, report_lines, trial_of, write_report
from settings import get_settings
from tests.feedback.judging import JUDGE, judging, rated
from tests.feedback.test_judge_agreement import judged
from tests.llms.misbehaving import KEY


def test_the_trial_that_ships_is_balanced_and_length_tells_nothing() -> None:
    prompts, by_hand = read_trial(TRIAL)
    assert len(prompts) == len({one.prompt for one in prompts}) == 40
    assert set(Counter(by_hand.tolist())) == {1.0, 2.0, 3.0, 4.0, 5.0}
    assert int((by_hand >= SUFFICES).sum()) == 20
    lengths = [len(one.weak_answer or "") for one in prompts]
    assert abs(np.corrcoef(lengths, by_hand)[0, 1]) < 0.5


def test_a_judge_that_says_what_people_say_is_perfect_and_one_that_never_varies_is_not() -> None:
    hands = np.array([1.0, 2, 3, 4, 5] * 4)
    perfect = trial_of("a", [judged((int(hand), int(hand))) for hand in hands], hands)
    assert perfect.found is not None
    assert perfect.does is not None
    assert (perfect.rated, perfect.found.kappa.value, perfect.does.value) == (20, 1, 1)
    stubborn = trial_of("b", [judged((5, 5))] * 20, hands)
    assert stubborn.does is not None
    assert stubborn.does.value == pytest.approx(0.4)
    silent = trial_of("c", [judged(expected=1)] * 20, hands)
    assert (silent.rated, silent.found, silent.does) == (0, None, None)


def test_the_report_has_the_table_of_the_last_trial() -> None:
    text = REPORT.read_text(encoding="utf-8")
    table = text.partition(BEGIN)[2].partition(END)[0]
    assert "| `smollm2-135m` |" in table
    prompts, by_hand = read_trial(TRIAL)
    for line in report_lines([], prompts, by_hand):
        assert line in table, "the baselines are of the trial that ships"


def test_the_table_goes_into_its_place(tmp_path: Path) -> None:
    path = tmp_path / "judge.md"
    path.write_text(f"Before.\n{BEGIN}\nold\n{END}\nAfter.\n", encoding="utf-8")
    write_report(path, ["new"])
    assert path.read_text(encoding="utf-8") == f"Before.\n{BEGIN}\n\nnew\n\n{END}\nAfter.\n"
    path.write_text("no place", encoding="utf-8")
    with pytest.raises(DataError, match="no place"):
        write_report(path, ["new"])


def test_the_command_asks_a_judge_and_writes_how_it_did(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "judge.md"
    report.write_text(f"{BEGIN}\n{END}\n", encoding="utf-8")
    with judging() as provider:
        provider.says = lambda model, told: rated(3 if len(told) % 2 else 5)
        monkeypatch.setenv("DATA_DIR", str(tmp_path))
        monkeypatch.setenv("DATABASE_URL", "")
        monkeypatch.setenv("OPENAI_API_KEY", KEY)
        monkeypatch.setenv("PROVIDER_URLS", json.dumps({"openai": provider.base_url}))
        get_settings.cache_clear()
        try:
            assert main(["--judge", JUDGE, "--report", str(report)]) == 0
        finally:
            get_settings.cache_clear()
        assert len(provider.requests) == 80
    assert f"| `{JUDGE}` | 40 of 40 |" in report.read_text(encoding="utf-8")
    assert "always the same rating" in capsys.readouterr().out
