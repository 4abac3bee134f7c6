"""How many tokens a text has: exact with OpenAI's tokenizers, which run here offline, otherwise an estimate.

Only the text is counted. The chat format around it adds a few tokens, and pictures are not counted at all.

Source: bpe-openai, which wraps the crate of github.com/github/rust-gems and carries the vocabularies of tiktoken.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from threading import Lock
from typing import Protocol

from errors import UnavailableError
from llms.llm import Encoding

ESTIMATE_ENCODING: Encoding = "o200k_base"
"""Stands in for tokenizers that cannot be run here."""

_loading = Lock()


@dataclass(frozen=True, slots=True)
class TokenCount:
    """Tokens of one text.

    Attributes:
        tokens: How many.
        exact: Whether the LLM's own tokenizer counted them.
        tokenizer: Name of the tokenizer that counted.
    """

    tokens: int
    exact: bool
    tokenizer: str

    def __str__(self) -> str:
        """Such as `41 tokens`, or `~41 tokens` for an estimate."""
        mark = "" if self.exact else "~"
        return f"{mark}{self.tokens:,} token{'' if self.tokens == 1 else 's'}"


def count_tokens(text: str, encoding: Encoding | None = None) -> TokenCount:
    """Counts the tokens of a text.

    Names of special tokens in the text count as the plain text they are, as they do for a provider. Lone
    surrogates count as the replacement character, which is what is sent in their place.

    Args:
        text: Any text, of any length.
        encoding: The LLM's tokenizer (`LLM.encoding`); None gives an estimate with `ESTIMATE_ENCODING`.

    Raises:
        UnavailableError: The tokenizer's package is not installed.
    """
    used = encoding or ESTIMATE_ENCODING
    return TokenCount(_tokenizer(used).count(sendable(text)), exact=encoding is not None, tokenizer=used)


class _Tokenizer(Protocol):
    def count(self, text: str, /) -> int: ...


def sendable(text: str) -> str:
    """The text as UTF-8 can carry it: surrogate pairs joined, lone surrogates replaced."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def _tokenizer(encoding: Encoding) -> _Tokenizer:
    # The lock keeps threads that count for the first time together from loading a vocabulary of 65 MB each.
    with _loading:
        return _load_tokenizer(encoding)


@cache
def _load_tokenizer(encoding: Encoding) -> _Tokenizer:
    """Loads the package's compiled part alone.

    `import bpe_openai` would also unpack five vocabularies into Python dictionaries, which no count needs: 1.3 s and
    134 MB instead of 0.1 s and 66 MB, and a limit of 200,000 tokens.
    """
    package = find_spec("bpe_openai")
    spec = PathFinder.find_spec("_bindings", package.submodule_search_locations) if package else None
    if spec is None or spec.loader is None:
        raise UnavailableError(
            "The tokenizer that counts tokens is not installed.", "Run pip install bpe-openai==0.1.4."
        )
    bindings = module_from_spec(spec)
    spec.loader.exec_module(bindings)
    tokenizer: _Tokenizer = bindings.tokenizer_for_encoding(encoding)
    return tokenizer
