"""What the network reads: ids as the panel makes them, padded, and embeddings from the encoder's table."""

from __future__ import annotations

import numpy as np
import pytest
from tokenizers import Tokenizer

from router_models.training.keras_data import (
    ENCODER_WEIGHTS,
    MAX_TOKENS,
    UNKNOWN_WORD,
    WholeWords,
    encoder_folder,
    pad,
    tokenize,
    word_table,
)

ODD_PROMPTS = [
    "plain",
    "naïve café ﬁ",
    "עברית مرحبا",
    "👩‍👩‍👧 🚀",
    "日本語テスト",
    "<b>&amp;</b>\x07\u200b",
    "ray " * 900,
]


def test_odd_unicode_makes_ids_of_the_vocabulary() -> None:
    n_words = Tokenizer.from_file(str(ENCODER_WEIGHTS / "tokenizer.json")).get_vocab_size()
    for prompt, ids in zip(ODD_PROMPTS, tokenize(ODD_PROMPTS), strict=True):
        assert 3 <= len(ids) <= MAX_TOKENS, prompt
        assert ids.min() >= 0
        assert ids.max() < n_words


def test_a_long_prompt_keeps_its_first_tokens_and_the_closing_one() -> None:
    long, short = tokenize([ODD_PROMPTS[-1], "ray"])
    assert len(long) == MAX_TOKENS
    assert (long[0], long[-1]) == (short[0], short[-1])


def test_padding() -> None:
    inputs = pad([np.array([5, 6, 7]), np.array([8])], length=4)
    assert inputs["input_ids"].tolist() == [[5, 6, 7, 0], [8, 0, 0, 0]]
    assert inputs["attention_mask"].tolist() == [[1, 1, 1, 0], [1, 0, 0, 0]]
    assert pad([np.array([5, 6])])["input_ids"].shape == (1, 2)


def test_principal_components_keep_the_likeness_of_words() -> None:
    tokenizer = Tokenizer.from_file(str(ENCODER_WEIGHTS / "tokenizer.json"))
    table = word_table(encoder_folder(), 64)
    assert table.shape == (tokenizer.get_vocab_size(), 64)
    assert np.linalg.norm(table, axis=1).mean() == pytest.approx(1, abs=1e-3)

    def likeness(one: str, other: str) -> float:
        a, b = (table[tokenizer.token_to_id(word)] for word in (one, other))
        return float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))

    assert likeness("cluster", "clusters") > likeness("cluster", "banana") + 0.2


def test_word_embeddings_fit_into_8_bits() -> None:
    table = word_table(encoder_folder(), 16)
    steps = np.abs(table).max(axis=1, keepdims=True) / 127
    np.testing.assert_allclose(table / steps, np.rint(table / steps), atol=1e-3)


def test_whole_words_come_from_the_train_rows_only() -> None:
    words = WholeWords(["How many actors?", "Actors, tasks and ACTORS."])
    actors, unseen, nothing, long = words(["actors", "actors placement", "?!", "actors " * 900])
    assert actors.tolist() == unseen[:1].tolist()
    assert unseen[1] == UNKNOWN_WORD
    assert nothing.tolist() == [UNKNOWN_WORD]
    assert len(long) == MAX_TOKENS
    assert max(map(int, [actors[0], unseen[1]])) < words.size
