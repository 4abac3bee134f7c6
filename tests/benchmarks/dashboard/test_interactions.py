"""The made-up numbers of the timing script are what it says."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from benchmarks.dashboard import interactions


def test_routers_rise_in_skill() -> None:
    numbers = interactions.made_up(2000, 4)
    gain = numbers.outcomes.quality["large"] - numbers.outcomes.quality["small"]
    correlations = [np.corrcoef(router.p_strong, gain)[0, 1] for router in numbers.routers.values()]
    assert correlations == sorted(correlations)
    assert len(set(numbers.outcomes.questions)) < 2000


def test_every_interaction_is_timed(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "argv", ["x", "--rows", "200", "--routers", "2", "--repeat", "1"])
    interactions.main()
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 + 7
    assert all(line.count("|") == 6 for line in lines)
