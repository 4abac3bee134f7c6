"""Answers kept on disk, so that the very same question costs nothing the second time. Only for those who ask for it.

The text of a question is not kept, only its hash; keys are no part of it. Of the package's three ways to write values
only text is used: a cache that can be written by others must not be unpickled (CVE-2025-69872).
"""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from llms.completion import StopReason, Usage

MIB = 1024 * 1024
_FOLDER = "answers"
_VERSION = 2
_DROPPED_AT_A_TIME = 2
"""The package's 10 would empty a small cache of long answers, the newest among them."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What is kept of an answer that ended by itself.

    Attributes:
        text: The answer.
        reasoning: The visible thinking.
        answered_by: The provider's own name of the LLM.
        stop: How it ended.
        usage: Its tokens.
    """

    text: str
    reasoning: str
    answered_by: str
    stop: StopReason
    usage: Usage


class CompletionCache:
    """The cache; safe to use from many threads. A cache that cannot be read or written is a cache without answers.

    Args:
        data_dir: Its parent; it is made when it is first used, for the owner's eyes only.
        size_mib: Its size, beyond which the answers that were not asked for longest are dropped.
    """

    def __init__(self, data_dir: Path, size_mib: int) -> None:
        self._folder = data_dir / _FOLDER
        self._size_mib = size_mib
        self._opened: Any = None

    def get(self, question: str) -> KeptAnswer | None:
        """The answer to a question of `question_hash`; None if there is none."""
        text = self._do("read", "get", question)
        if not isinstance(text, str):
            return None
        try:
            stored = json.loads(text)
            return KeptAnswer(**{**stored, "usage": Usage(**stored["usage"])})
        except (ValueError, TypeError, KeyError):
            logger.warning("an answer in the cache cannot be read and is dropped")
            self._do("written", "delete", question)
            return None

    def put(self, question: str, answer: KeptAnswer) -> None:
        """Keeps an answer."""
        self._do("written", "set", question, json.dumps(asdict(answer)))

    def close(self) -> None:
        """Closes its files; it opens again when it is used again."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    def _do(self, done: str, action: str, *arguments: str) -> object:
        import diskcache

        try:
            if self._opened is None:
                self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                self._opened = diskcache.Cache(
                    str(self._folder),
                    disk=_text_disk(),
                    size_limit=self._size_mib * MIB,
                    eviction_policy="least-recently-used",
                    cull_limit=_DROPPED_AT_A_TIME,
                )
            result: object = getattr(self._opened, action)(*arguments)
        except (OSError, sqlite3.Error, diskcache.Timeout, UnicodeError) as error:
            logger.warning("the cache of answers cannot be %s: %s", done, type(error).__name__)
            return None
        return result


def question_hash(address: str, body: Mapping[str, Any], whose: str = "") -> str:
    """A hash that is the same only for the same LLM, messages and parameters.

    Args:
        address: The provider's address.
        body: The request as it would be sent; it holds no key.
        whose: The session that alone may have the answer again; '' where everybody may.
    """
    asked = json.dumps([_VERSION, whose, address, body], sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(asked.encode()).hexdigest()


def _text_disk() -> type:
    from diskcache import Disk
    from diskcache.core import MODE_PICKLE

    class TextDisk(Disk):  # type: ignore[misc]  # the package has no types
        """Reads and writes text and nothing else."""

        def put(self, key: object) -> tuple[object, bool]:
            return (str(key), True)

        def get(self, key: object, raw: bool) -> object:
            if not raw:
                raise ValueError("a pickled key")
            return key

        def store(self, value: object, read: object, key: object = None) -> object:
            return super().store(str(value), False, key=key)

        def fetch(self, mode: int, filename: str, value: object, read: object) -> object:
            if mode == MODE_PICKLE:
                raise OSError("a pickled value")
            return super().fetch(mode, filename, value, read)

    return TextDisk
