import json

import pytest

from router_models.__main__ import main
from router_models.registry import ROUTERS


def test_json_prints_a_list_of_decisions(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["What is 2 + 2?", "--json"]) == 0
    decisions = json.loads(capsys.readouterr().out)
    assert [decision["router"] for decision in decisions] == [name for name, kind in ROUTERS.items() if not kind.waits]
    for decision in decisions:
        assert sum(decision["distribution"].values()) == pytest.approx(1, abs=1e-5)
        assert decision["route"] in decision["distribution"]


def test_one_router_as_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["What is 2 + 2?", "--router", "prompt-length"]) == 0
    printed = capsys.readouterr().out
    assert "prompt-length" in printed
    assert "14 characters" in printed
    assert "keras-cnn" not in printed


def test_mistakes_are_told_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["   "]) == 1
    assert "The prompt is empty." in capsys.readouterr().err
    assert main(["Hi", "--router", "nobody"]) == 1
    assert "Choose one of" in capsys.readouterr().err
