"""What a judge wrote is a rating or nothing."""

from __future__ import annotations

import json

import pytest

from feedback.judge_messages import REPAIR, Pair, judge_turns, question, repair_turns
from feedback.judge_reading import RATIONALE_CHARACTERS, Reading, read_rating

GOOD = '{"rationale": "Right,  and\\nshort.", "rating": 4}'


@pytest.mark.parametrize(
    "text",
    [GOOD, f"```json\n{GOOD}\n```", f"Here it is: {GOOD} I hope it helps.", GOOD.replace("4}", "4.0}")],
)
def test_a_rating_is_read(text: str) -> None:
    assert read_rating(text) == Reading(4, "Right, and short.")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4",
        "I give it a 4.",
        "Rating: 4/5",
        '{"rating": "4"}',
        '{"rating": 4.5}',
        '{"rating": 0}',
        '{"rating": 6}',
        '{"rating": true}',
        '{"rating": null}',
        '{"rationale": "Right."}',
        '{"rating": [4]}',
        '{"rating": 4',
        "[4]",
        "}{",
        '{"rating": 4} and {"rating": 5}',
        "{" * 100_000,
        '{"a":' * 50_000 + "1" + "}" * 50_000,
        '{"rating": NaN}',
    ],
)
def test_nothing_is_made_up(text: str) -> None:
    assert read_rating(text) is None


def test_what_an_llm_thinks_aloud_first_is_no_rating() -> None:
    assert read_rating('<think>{"rating": 1} maybe? No.</think>' + GOOD) == Reading(4, "Right, and short.")
    assert read_rating('<think>{"rating": 1}</think> I cannot say.') is None


def test_a_rating_without_a_reason_is_one() -> None:
    assert read_rating('{"rating": 2}') == Reading(2, "")
    assert read_rating('{"rating": 2, "rationale": 7}') == Reading(2, "")


def test_a_long_reason_is_cut() -> None:
    found = read_rating(json.dumps({"rationale": "x" * 10_000, "rating": 1}))
    assert found is not None
    assert len(found.rationale) == RATIONALE_CHARACTERS


def test_the_orders_differ_in_nothing_but_the_order() -> None:
    pair = Pair("Why?", "Because.", "Since it is so.")
    (told, first), (told_again, second) = (judge_turns(pair, "Rubric.", order) for order in ("weak", "reference"))
    assert told == told_again
    assert told.role == "system"
    assert told.text.startswith("Rubric.\n\n")
    assert first.text.index("[ANSWER TO RATE") < first.text.index("[REFERENCE ANSWER")
    assert second.text.index("[ANSWER TO RATE") > second.text.index("[REFERENCE ANSWER")
    for turn in (first, second):
        mark = turn.text.partition("[QUESTION ")[2][:8]
        assert f"[ANSWER TO RATE {mark}]\nBecause.\n[END {mark}]" in turn.text
        assert f"[REFERENCE ANSWER {mark}]\nSince it is so.\n[END {mark}]" in turn.text


def test_weak_and_reference_get_the_prompt_alone() -> None:
    (turn,) = question("Why?\n")
    assert (turn.role, turn.text) == ("user", "Why?\n")


def test_a_repair_quotes_what_was_said() -> None:
    asked = judge_turns(Pair("a", "b", "c"), "Rubric.", "weak")
    repaired = repair_turns(asked, "Four.")
    assert repaired[:2] == asked
    assert [(turn.role, turn.text) for turn in repaired[2:]] == [("assistant", "Four."), ("user", REPAIR)]
    assert repair_turns(asked, "")[2].text, "an empty turn is refused by providers"
