"""What a tokenizer's failure means to whoever asked: a panic of its Rust code is no Exception and would pass all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from errors import UnavailableError


@contextmanager
def failing_as(what: str, mend: str) -> Iterator[None]:
    """Says whatever goes wrong in a block that calls `tokenizers` in words.

    Args:
        what: What happened, one sentence.
        mend: What the reader can do about it, one sentence.

    Raises:
        UnavailableError: Something went wrong.
    """
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:  # a regular expression that backtracks too far panics, which is no Exception
        raise UnavailableError(what, mend) from error
