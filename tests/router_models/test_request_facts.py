import time

import pytest

from router_models.request_facts import read_facts


def test_plain_text_has_no_structure() -> None:
    facts = read_facts("What is the capital of Peru?")
    assert (facts.code, facts.items, facts.questions) == (False, 0, 1)
    assert 5 <= facts.tokens <= 9
    assert str(facts) == f"({facts.tokens} tokens, no code, 0 list items, 1 questions)"


def test_code_lists_and_questions_are_counted() -> None:
    assert read_facts("Mend this:\ndef f(x):\n    return x").code
    assert read_facts("```\nx\n```").code
    assert read_facts("<b>bold</b>").code
    assert read_facts("Buy\n- milk\n- bread\n3. eggs").items == 3
    assert read_facts("Pourquoi? なぜ？").questions == 2


def test_indented_code_and_items_count_after_empty_lines() -> None:
    assert read_facts("Mend this:\n\n \t def f(x): pass").code
    assert read_facts("Buy\n\n\n  - milk\n \n\t- bread\n\u3000• eggs").items == 3


@pytest.mark.parametrize("filler", ["\n", " \n", " ", "\t", "-\n", "; ", "</"])
def test_a_long_prompt_of_blanks_takes_no_longer_per_character(filler: str) -> None:
    start = time.perf_counter()
    read_facts("Hello" + filler * 20_000 + "Hello")
    assert time.perf_counter() - start < 1.0  # 20,000 line breaks took 9 s when each was read to the end of all


def test_what_the_request_says_beside_the_prompt_is_worded() -> None:
    said = str(read_facts("Describe it", temperature=0.7, attachment="image"))
    assert "temperature 0.7" in said
    assert "image attached" in said
