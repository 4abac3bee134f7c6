"""Token counts are OpenAI's own where they claim to be exact, and survive any text."""

from __future__ import annotations

import base64
import gzip
import hashlib
import inspect
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from errors import UnavailableError
from llms import tokens
from llms.catalogue import Catalogue
from llms.llm import Encoding
from llms.tokens import TokenCount, count_tokens

tiktoken = pytest.importorskip("tiktoken", reason="the reference: pip install -r requirements-dev.txt")
openai_public = pytest.importorskip("tiktoken_ext.openai_public")

ENCODINGS: tuple[Encoding, ...] = ("o200k_base", "cl100k_base")


def vocabulary(encoding: str) -> bytes:
    """The vocabulary file that bpe-openai carries, in tiktoken's format."""
    package = find_spec("bpe_openai")
    assert package
    assert package.origin
    return gzip.decompress(Path(package.origin).with_name("data").joinpath(f"{encoding}.tiktoken.gz").read_bytes())


@cache
def reference(encoding: str) -> Any:
    """OpenAI's tiktoken on the vocabulary that bpe-openai carries, as its own would have to be downloaded."""
    rows = (line.split() for line in vocabulary(encoding).splitlines())
    ranks = {base64.b64decode(token): int(rank) for token, rank in rows}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(openai_public, "load_tiktoken_bpe", lambda *_, **__: ranks)
        return tiktoken.Encoding(**openai_public.ENCODING_CONSTRUCTORS[encoding]())


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_the_vocabulary_is_openai_s(encoding: Encoding) -> None:
    stated = inspect.getsource(openai_public.ENCODING_CONSTRUCTORS[encoding])
    assert hashlib.sha256(vocabulary(encoding)).hexdigest() in stated


@pytest.mark.parametrize("encoding", ENCODINGS)
@settings(deadline=None)  # the first count loads the vocabulary
@given(text=st.text(max_size=300) | st.text("aA1 \n\t'!é漢🙂/", max_size=300))
@example(text="<|endoftext|> they've   no  meaning\r\n\r\n here 1234567")
@example(text="word " * 20_000)
@example(text=" " * 100_000)
@example(text="漢字🙂" * 33_333)
def test_counts_are_tiktoken_s(encoding: Encoding, text: str) -> None:
    expected = len(reference(encoding).encode_ordinary(text))
    assert count_tokens(text, encoding) == TokenCount(expected, exact=True, tokenizer=encoding)


def test_llms_are_counted_by_their_own_tokenizer(catalogue: Catalogue) -> None:
    for llm in catalogue.llms:
        model = llm.model.rpartition("/")[2]
        try:
            expected = tiktoken.model.encoding_name_for_model(model)
        except KeyError:
            expected = None
        # GPT-OSS's harmony encoding splits plain text as o200k_base does: only its special tokens differ.
        assert llm.encoding == ("o200k_base" if expected == "o200k_harmony" else expected), llm.id


@settings(deadline=None)  # as above
@given(st.text(st.characters(codec=None, exclude_categories=()), max_size=200))
@example("\ud800")
@example("half \udc00 a \ud83d\ude00 pair")
@example("\x00\x07\x1b[31m\u202e")
@example("👨‍👩‍👧‍👦" * 50)
@example("x" * 1_500_000)
def test_any_text_can_be_counted(text: str) -> None:
    count = count_tokens(text, "cl100k_base")
    assert (count.tokens == 0) == (text == "")
    assert count.tokens <= len(text.encode("utf-8", "surrogatepass"))


def test_lone_surrogates_count_as_what_is_sent() -> None:
    assert count_tokens("a\ud800b") == count_tokens("a\ufffdb")
    assert count_tokens("\ud83d\ude00") == count_tokens("😀")


def test_without_an_encoding_it_is_an_estimate() -> None:
    count = count_tokens("Which way is north?")
    assert count == TokenCount(5, exact=False, tokenizer="o200k_base")
    assert str(count) == "~5 tokens"
    assert str(count_tokens("Which way is north?", "o200k_base")) == "5 tokens"
    assert str(count_tokens("north", "o200k_base")) == "1 token"
    assert str(count_tokens("hello " * 3000, "o200k_base")) == "3,001 tokens"


def test_threads_that_count_first_together_agree() -> None:
    program = (
        "from concurrent.futures import ThreadPoolExecutor\n"
        "from llms.tokens import count_tokens\n"
        "with ThreadPoolExecutor(2) as pool:\n"
        "    print(*pool.map(lambda _: count_tokens('one two three', 'o200k_base').tokens, range(2)))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == ["3", "3"]


def test_threads_do_not_mix_their_texts() -> None:
    texts = [f"{'word ' * n}end" for n in range(100)]
    with ThreadPoolExecutor(2) as pool:
        together = list(pool.map(count_tokens, texts))
    assert together == [count_tokens(text) for text in texts]


def test_missing_package_is_said_with_its_mend(monkeypatch: pytest.MonkeyPatch) -> None:
    def find_nothing(_: str) -> None:
        return None

    tokens._load_tokenizer.cache_clear()
    monkeypatch.setattr(tokens, "find_spec", find_nothing)
    with pytest.raises(UnavailableError, match=r"pip install bpe-openai==0\.1\.4"):
        count_tokens("text")
