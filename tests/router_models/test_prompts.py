import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import BadInputError
from router_models.prompts import MAX_CHARACTERS, clean_prompt


@pytest.mark.parametrize("nothing", ["", "   ", "\n\t ", "\x00\x01\x1b", "\u200b\u200f\ufeff", "\u2003"])
def test_a_prompt_with_nothing_readable_is_refused_with_a_mend(nothing: str) -> None:
    with pytest.raises(BadInputError) as caught:
        clean_prompt(nothing)
    assert "empty" in caught.value.what
    assert caught.value.mend


@pytest.mark.parametrize("wrong", [None, 7, b"bytes", ["list"]])
def test_what_is_not_text_is_refused(wrong: object) -> None:
    with pytest.raises(BadInputError, match="must be text"):
        clean_prompt(wrong)


@pytest.mark.parametrize("text", ["😀", "مرحبا", "<script>alert(1)</script>", "a\x00b", "x" * 100_000])
def test_odd_but_readable_prompts_are_kept_as_they_are(text: str) -> None:
    assert clean_prompt(text) == text


def test_a_prompt_over_the_limit_says_its_length() -> None:
    with pytest.raises(BadInputError, match="200,001 characters"):
        clean_prompt("x" * (MAX_CHARACTERS + 1))


@pytest.mark.parametrize(
    ("text", "cleaned"), [("a\ud800b", "a\ufffdb"), ("a\ud83d\ude00", "a😀"), ("\ud800", "\ufffd"), ("ok", "ok")]
)
def test_lone_surrogates_are_replaced_and_pairs_joined(text: str, cleaned: str) -> None:
    assert clean_prompt(text) == cleaned


@given(st.text(alphabet=st.characters(), max_size=50))
def test_what_comes_out_can_be_encoded(text: str) -> None:
    try:
        cleaned = clean_prompt("x" + text + "\ud800")
    except BadInputError:
        pytest.fail("readable prompts are never refused")
    assert cleaned.encode("utf-8").decode("utf-8") == cleaned
