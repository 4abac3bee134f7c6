import pytest
from hypothesis import given
from hypothesis import strategies as st

from router_models import RouterPanel
from router_models.explain import (
    MAX_CHARACTERS,
    MAX_PIECES,
    MAX_PROMPT_CHARACTERS,
    NO_EVIDENCE,
    TOO_LONG,
    explain,
    split_pieces,
)

PROMPT = "Write a short poem about rain, then prove that the square root of 2 is irrational."


@given(st.text(max_size=4_000))
def test_pieces_and_rest_give_the_prompt_again(text: str) -> None:
    pieces, rest = split_pieces(text)
    assert "".join(pieces) + rest == text
    assert len(pieces) <= MAX_PIECES


def test_every_available_router_is_explained(panel: RouterPanel) -> None:
    run = panel.run(PROMPT)
    explanations = explain(panel, run)
    assert list(explanations) == list(panel.immediate_ids)
    for name in ("random", "always-weak", "always-strong"):
        assert explanations[name].kind == NO_EVIDENCE
        assert explanations[name].pieces == ()
    for name in ("keras-cnn", "encoder-3way", "encoder-quality", "semantic", "prompt-length"):
        explained = explanations[name]
        assert "".join(piece.text for piece in explained.pieces) == PROMPT
        assert any(abs(piece.weight) > 1e-6 for piece in explained.pieces)
        assert not explained.cut


def test_a_weight_is_what_leaving_the_word_out_changes(panel: RouterPanel) -> None:
    run = panel.run(PROMPT)
    explained = explain(panel, run)["prompt-length"]
    router = panel["prompt-length"]
    first = explained.pieces[0]
    without = router.predict_proba([PROMPT[len(first.text) :]])[0, 1]
    assert first.weight == pytest.approx(router.predict_proba([PROMPT])[0, 1] - without)


def test_semantic_names_the_nearest_descriptions(panel: RouterPanel) -> None:
    nearest = explain(panel, panel.run("Please prove the following theorem."))["semantic"].nearest
    assert len(nearest) == 5
    assert [similar.cosine for similar in nearest] == sorted((s.cosine for s in nearest), reverse=True)
    assert nearest[0].text == "prove this theorem"
    assert nearest[0].category == "Mathematics and logic"


@pytest.mark.parametrize("prompt", ["Hi", "   Hi   ", "😀", "x" * 5_000, "word " * 5_000, "a \u200f b"])
def test_short_long_and_odd_prompts_are_explained_too(panel: RouterPanel, prompt: str) -> None:
    explanations = explain(panel, panel.run(prompt))
    assert len(explanations) == len(panel.immediate_ids)
    explained = explanations["keras-cnn"]
    assert explained.cut == (len(prompt) > MAX_CHARACTERS)
    assert (TOO_LONG in explained.kind) == (len(prompt) > MAX_PROMPT_CHARACTERS)


def test_scripts_without_spaces_are_examined_by_characters(panel: RouterPanel) -> None:
    prompt = "请证明根号二是无理数，并用一句话解释为什么这个证明是正确的。请再举一个例子说明。"
    explained = explain(panel, panel.run(prompt))["encoder-3way"]
    assert len(explained.pieces) > 10
    assert "".join(piece.text for piece in explained.pieces) == prompt
