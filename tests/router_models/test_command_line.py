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


def test_the_verdict_counts_learnt_routers_as_the_page_does(capsys: pytest.CaptureFixture[str]) -> None:
    only = [f"--router={name}" for name in ("always-strong", "random", "keras-cnn", "encoder-3way")]
    assert main(["What is 2 + 2?", "--json", *only]) == 0
    by_id = {decision["router"]: decision for decision in json.loads(capsys.readouterr().out)}
    escalating = {name for name, d in by_id.items() if d["route"] != next(iter(d["distribution"]))}
    assert main(["What is 2 + 2?", *only]) == 0
    learnt = len(escalating & {"keras-cnn", "encoder-3way"})
    said = f"{learnt} of 2 learnt routers would escalate ({len(escalating)} of 4 with baselines)"
    assert capsys.readouterr().out.splitlines()[0] == said
    assert main(["What is 2 + 2?", "--router", "always-strong"]) == 0
    assert capsys.readouterr().out.splitlines()[0] == "1 of 1 router would escalate"


def test_a_cards_caution_is_printed_and_in_the_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["What is 2 + 2?", "--router", "keras-cnn"]) == 0
    assert "Caution: Learnt from questions about the Ray library" in capsys.readouterr().out
    assert main(["What is 2 + 2?", "--router", "keras-cnn", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["caution"].startswith("Learnt from questions about the Ray library")


def test_every_reason_is_a_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["Write a haiku about rivers.", "--json"]) == 0
    for decision in json.loads(capsys.readouterr().out):
        assert decision["reason"][0].isupper(), decision["reason"]
        assert decision["reason"].endswith(".")
