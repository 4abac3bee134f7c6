"""Answers are kept for those who ask for it, found only for the very same question, and never unpickled."""

import pickle
import sqlite3
import stat
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from llms.catalogue import Catalogue
from llms.chat_request import Turn
from llms.completion import Usage
from llms.completion_cache import MIB, CompletionCache, KeptAnswer, question_hash
from llms.completions import Completions
from tests.llms.asking import QUESTION, ask, own_keys, settings_for
from tests.llms.misbehaving import KEY, Misbehaving, text_of

ANSWER = KeptAnswer("It scatters. \ud83d \x00 🌤", "", "gpt-4.1-x", "stop", Usage(3, 4, 1, cached_tokens=2))


@pytest.fixture
def cache(tmp_path: Path) -> CompletionCache:
    return CompletionCache(tmp_path / "cache", 8)


def test_what_is_kept_comes_back(cache: CompletionCache, tmp_path: Path) -> None:
    assert cache.get("a") is None
    cache.put("a", ANSWER)
    assert cache.get("a") == ANSWER
    cache.close()
    assert CompletionCache(tmp_path / "cache", 8).get("a") == ANSWER, "it outlives the process"
    assert stat.S_IMODE((tmp_path / "cache" / "answers").stat().st_mode) == 0o700


def test_an_answer_from_the_cache_costs_nothing(
    server: Misbehaving, catalogue: Catalogue, cache: CompletionCache
) -> None:
    server.behave(answered_by="gpt-4.1-2025-04-14")
    completions = Completions(catalogue, settings_for(server), cache)
    assert completions.keeps_answers
    first = ask(completions, use_cache=True)[-1]
    (again,) = ask(completions, use_cache=True)
    assert (first.from_cache, again.from_cache) == (False, True)
    assert (again.text, again.answered_by, again.usage, again.stop) == (
        first.text,
        "gpt-4.1-2025-04-14",
        first.usage,
        "stop",
    )
    assert again.cost is not None
    assert again.cost.usd == 0
    assert "cache" in again.cost.note
    assert again.attempts == 0
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    "other",
    [
        {"llm": "gpt-4.1-mini"},
        {"temperature": 0.1},
        {"max_tokens": 7},
        {"turns": (Turn("user", "Why is the sky blue? "),)},
        {"turns": (Turn("system", "Be brief."), *QUESTION)},
    ],
)
def test_another_question_is_asked(
    server: Misbehaving, catalogue: Catalogue, cache: CompletionCache, other: dict[str, Any]
) -> None:
    completions = Completions(catalogue, settings_for(server), cache)
    ask(completions, use_cache=True)
    assert not ask(completions, use_cache=True, **other)[-1].from_cache
    assert len(server.requests) == 2


def test_only_those_who_ask_for_it_get_and_keep(
    server: Misbehaving, catalogue: Catalogue, cache: CompletionCache
) -> None:
    completions = Completions(catalogue, settings_for(server), cache)
    ask(completions)
    ask(completions, use_cache=True)
    assert not ask(completions)[-1].from_cache
    assert len(server.requests) == 3


@pytest.mark.parametrize("options", [{"end_after": 2}, {"finish": "content_filter"}, {"status": 401}])
def test_what_is_no_whole_answer_is_not_kept(
    server: Misbehaving, catalogue: Catalogue, cache: CompletionCache, options: dict[str, Any]
) -> None:
    completions = Completions(catalogue, settings_for(server), cache)
    server.behave(**options)
    ask(completions, use_cache=True)
    server.behave()
    assert ask(completions, use_cache=True)[-1].text == text_of(5)


def test_neither_keys_nor_questions_are_on_disk(
    server: Misbehaving, catalogue: Catalogue, cache: CompletionCache, tmp_path: Path
) -> None:
    ask(Completions(catalogue, settings_for(server), cache), use_cache=True)
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert text_of(5).encode() in stored
    assert KEY.encode() not in stored
    assert QUESTION[0].text.encode() not in stored


def test_it_is_bounded(tmp_path: Path) -> None:
    cache = CompletionCache(tmp_path, 1)
    big = KeptAnswer("x" * (MIB // 8), "", "", "stop", Usage(1, 1))
    for number in range(40):
        cache.put(f"question {number}", big)
    assert cache.get("question 39") == big
    assert cache.get("question 0") is None
    cache.close()
    assert sum(file.stat().st_size for file in tmp_path.rglob("*") if file.is_file()) < 3 * MIB


class Boom:
    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (Path("/tmp/unpickled"),)  # noqa: S108


def test_a_tampered_cache_is_not_unpickled(cache: CompletionCache, tmp_path: Path) -> None:
    """CVE-2025-69872: who can write the files must not get to run code."""
    cache.put("a", ANSWER)
    cache.close()
    marker = tmp_path / "unpickled"
    payload = pickle.dumps(Boom()).replace(b"/tmp/unpickled", str(marker).encode())
    with sqlite3.connect(tmp_path / "cache" / "answers" / "cache.db") as database:
        database.execute("UPDATE Cache SET mode = 4, value = ?, filename = NULL", (payload,))
    assert cache.get("a") is None
    assert not marker.exists()
    cache.put("a", ANSWER)
    assert cache.get("a") == ANSWER


@pytest.mark.parametrize("text", ["{", "[]", "7", '{"text": "x"}', '{"usage": {"odd": 1}}'])
def test_an_answer_that_cannot_be_read_is_dropped(cache: CompletionCache, tmp_path: Path, text: str) -> None:
    cache.put("a", ANSWER)
    cache.close()
    with sqlite3.connect(tmp_path / "cache" / "answers" / "cache.db") as database:
        database.execute("UPDATE Cache SET value = ?, mode = 1, filename = NULL", (text,))
    assert cache.get("a") is None


def test_a_folder_that_cannot_be_written_is_a_cache_without_answers(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = CompletionCache(tmp_path / "file" / "cache", 8)
    cache.put("a", ANSWER)
    assert cache.get("a") is None


def test_answers_of_a_user_s_own_endpoint_are_for_that_user(
    server: Misbehaving, catalogue: Catalogue, cache: CompletionCache
) -> None:
    completions = Completions(catalogue, settings_for(server), cache)
    (mine, llm), (yours, _) = own_keys(server, key=SecretStr("mine")), own_keys(server)
    ends = [ask(completions, llm, keys, use_cache=True)[-1].from_cache for keys in (mine, yours, mine)]
    assert ends == [False, False, True]
    assert len(server.requests) == 2


def test_equal_questions_have_equal_hashes_and_others_do_not() -> None:
    body = {"model": "m", "messages": [{"role": "user", "content": "\ud800"}]}
    assert question_hash("https://a.example/v1", body) == question_hash(
        "https://a.example/v1", dict(reversed(body.items()))
    )
    assert question_hash("https://a.example/v1", body) != question_hash("https://b.example/v1", body)
