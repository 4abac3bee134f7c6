"""What providers say in their many ways is understood, and quoted only where no part of a key is in it."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from llms.failures import FailureKind, ProviderError, in_the_middle, refusal, retry_after_s, too_slow, unreachable

DAY_S = 86_400.0
SECRET = "sk-proj-0123456789abcdef"  # noqa: S105  it opens nothing


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (429, {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota"}}, "credit"),
        (429, {"error": {"code": "rate_limit_exceeded", "message": "Limit 3, Requested 4."}}, "rate limit"),
        (429, [{"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}}], "rate limit"),  # Google
        (402, {"error": {"message": "Insufficient Balance"}}, "credit"),  # DeepSeek
        (400, {"error": {"message": "Your credit balance is too low to access the API."}}, "credit"),  # Anthropic
        (400, {"error": {"message": "This model's maximum context length is 8192 tokens."}}, "too long"),  # vLLM
        (400, {"error": {"type": "exceed_context_size_error"}}, "too long"),  # llama.cpp
        (400, {"error": {"message": "prompt is too long: 200001 tokens > 200000 maximum"}}, "too long"),
        (400, {"message": "Prompt contains 300 tokens, too large for model with 200 maximum"}, "too long"),  # Mistral
        (422, {"error": {"message": "`inputs` tokens + `max_new_tokens` must be <= 8193"}}, "too long"),  # Together
        (400, [{"error": {"message": "The input token count (9) exceeds the maximum"}}], "too long"),
        (400, [{"error": {"message": "API key not valid. Please pass a valid API key."}}], "key"),  # Google
        (403, {"error": {"message": "Your input was flagged"}}, "filter"),  # OpenRouter
        (400, {"error": {"code": "content_policy_violation"}}, "filter"),
        (403, {}, "key"),
        (404, {"error": "model not found"}, "no such LLM"),  # Ollama
        (400, {"error": {"message": "Unsupported parameter"}}, "request"),
        (529, {"error": {"type": "overloaded_error"}}, "provider"),  # Anthropic
        (503, "<html>context length</html>", "provider"),
        (301, None, "nonsense"),
        (418, None, "request"),
    ],
)
def test_what_providers_say(status: int, body: object, kind: FailureKind) -> None:
    failure = refusal("Somebody", status, body)
    assert failure.kind == kind
    assert failure.what.startswith(("Somebody", "The "))
    assert failure.mend


def test_what_may_be_asked_again() -> None:
    again = [status for status in range(300, 600) if refusal("Somebody", status).retryable]
    assert again == [408, 409, 429, 500, 502, 503, 504, 529]
    assert not refusal("Somebody", 429, {"error": {"code": "insufficient_quota"}}).retryable
    assert unreachable("Somebody").retryable
    assert not too_slow("Somebody", 3).retryable


def test_who_is_to_blame() -> None:
    faults = {status: refusal("Somebody", status).provider_fault for status in (400, 401, 402, 404, 429, 500)}
    assert faults == {400: False, 401: False, 402: False, 404: False, 429: False, 500: True}
    assert unreachable("Somebody").provider_fault


@given(st.integers(0, len(SECRET) - 6), st.integers(6, len(SECRET)), st.text(max_size=20))
def test_no_part_of_a_key_is_quoted(start: int, length: int, around: str) -> None:
    part = SECRET[start : start + length]
    failure = refusal("Somebody", 400, {"error": {"message": f"{around} {part} {around}"}}, secret=SECRET)
    assert part not in str(failure)


def test_the_provider_s_own_words_are_short_and_harmless() -> None:
    failure = refusal("Somebody", 400, {"error": {"message": "a\n\x1b[31m\u202eb" + "c" * 500}}, secret=SECRET)
    assert "a [31mbccc" in failure.what
    assert len(failure.what) < 300


def test_bodies_of_any_shape_are_survived(caplog: pytest.LogCaptureFixture) -> None:
    bodies: list[Any] = [
        None,
        "",
        "text",
        7,
        [],
        [7],
        [[]],
        {},
        {"error": None},
        {"error": 7},
        {"error": {"message": 7}},
    ]
    with caplog.at_level(logging.WARNING):
        assert all(refusal("Somebody", 400, body).kind == "request" for body in bodies)
    assert "status 400" in caplog.text


@pytest.mark.parametrize(
    ("said", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        ("", None),
        ("-1", None),
        ("inf", None),
        ("1e9", None),
        ("9" * 9, DAY_S),  # too long to wait, which is no reason to come back at once
        ("9" * 9000, DAY_S),
        ("Wed, 21", None),
        ("Wed, 21 Oct 2026 07:28:05 GMT", 5.0),
        ("Wed, 21 Oct 2026 09:28:05 +0200", 5.0),
        ("Wed, 21 Oct 2026 07:28:05 -0000", 5.0),
        ("Wed, 21 Oct 2026 07:27:55 GMT", 0.0),
        ("Thu, 21 Oct 2027 07:28:05 GMT", DAY_S),
        ("Wed, 99 Oct 2026 07:28:05 GMT", None),
    ],
)
def test_retry_after(said: str, seconds: float | None) -> None:
    assert retry_after_s({"retry-after": said}, datetime(2026, 10, 21, 7, 28, tzinfo=UTC)) == seconds
    assert retry_after_s({}) is None


def test_a_day_is_not_counted_in_seconds() -> None:
    assert refusal("Somebody", 429, wait_s=DAY_S).mend == "Try again tomorrow, or choose another LLM."


def test_in_the_middle_of_an_answer() -> None:
    broke = in_the_middle(unreachable("Somebody"), "Somebody")
    assert broke.what == "The connection to Somebody broke in the middle of the answer."
    assert in_the_middle(broke, "Somebody") is broke
    failed = in_the_middle(ProviderError("provider", "Somebody failed."), "Somebody")
    assert failed.what == "Somebody failed in the middle of the answer."
