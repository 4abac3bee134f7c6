"""Whatever a provider does, one sentence says what happened and another how to mend it; what has come is kept."""

import asyncio
from typing import Any

import pytest

from llms.catalogue import Catalogue
from llms.circuit import FAILURES_TO_OPEN
from llms.completion import Completion
from llms.failures import ProviderError
from llms.keys import Keys
from llms.retry import LONGEST_WAIT_S, MAX_ATTEMPTS
from tests.llms.asking import ask, collect, completions_for, own_keys
from tests.llms.misbehaving import KEY, Misbehaving, text_of


def failure_of(completion: Completion) -> ProviderError:
    assert isinstance(completion.failure, ProviderError)
    return completion.failure


@pytest.mark.parametrize(
    ("options", "kind", "what"),
    [
        ({"status": 401, "message": f"Incorrect API key provided: {KEY}"}, "key", "OpenAI refused the key."),
        ({"status": 403}, "key", "refused the key"),
        ({"status": 402}, "credit", "no credit left"),
        ({"status": 429, "code": "insufficient_quota"}, "credit", "no credit left"),
        ({"status": 400, "message": "Your credit balance is too low"}, "credit", "no credit left"),
        ({"status": 400, "code": "context_length_exceeded"}, "too long", "too long for this LLM"),
        ({"status": 400, "message": "prompt is too long: 210000 tokens > 200000 maximum"}, "too long", "too long"),
        ({"status": 413}, "too long", "too long"),
        ({"status": 400, "code": "content_filter"}, "filter", "content filter of OpenAI"),
        ({"status": 404}, "no such LLM", "does not serve this LLM"),
        ({"status": 422, "message": "bad field"}, "request", "status 422, saying: “bad field”"),
        ({"status": 302, "location": "http://127.0.0.1:1/v1"}, "nonsense", "redirected"),
        ({"kind": "text/html"}, "nonsense", "a web page"),
        ({"kind": "application/json"}, "nonsense", "one JSON object"),
        ({"junk": "{oops"}, "nonsense", "nothing that can be read"),
        ({"junk": "[1]"}, "nonsense", "nothing that can be read"),
        ({"junk": '{"choices": "many"}'}, "nonsense", "nothing that can be read"),
        ({"junk": '{"choices": [{"delta": {"content": 7}}]}'}, "nonsense", "nothing that can be read"),
        ({"junk": "[" * 100_000}, "nonsense", "nothing that can be read"),
        ({"status": 400, "bomb_mib": 100}, "nonsense", "compressed form that was not asked for"),
        ({"bomb_mib": 100}, "nonsense", "compressed form that was not asked for"),
        ({"flood_mib": 18}, "nonsense", "with more than 16 MB"),
        ({"words": 0, "end_after": 0, "usage": False, "finish": ""}, "nonsense", "answered nothing"),
        ({"error_after": 0, "code": "402"}, "credit", "no credit left"),
    ],
)
def test_what_cannot_be_mended_by_asking_again_is_said_at_once(
    server: Misbehaving, catalogue: Catalogue, options: dict[str, Any], kind: str, what: str
) -> None:
    server.behave(**options)
    (only,) = ask(completions_for(server, catalogue))
    assert only.stop == "failed"
    assert failure_of(only).kind == kind
    assert what in failure_of(only).what
    assert failure_of(only).mend
    assert KEY not in repr(only)
    assert (only.usage, only.cost, only.text) == (None, None, "")
    assert len(server.requests) == 1


@pytest.mark.parametrize("options", [{"status": 500}, {"status": 503}, {"status": 429}, {"reset_after": 0}])
def test_what_passes_is_asked_again(server: Misbehaving, catalogue: Catalogue, options: dict[str, Any]) -> None:
    server.behave(fail_times=1, **options)
    got = ask(completions_for(server, catalogue))
    assert "next try in 1 s (attempt 2 of 3)" in got[0].waiting
    assert got[0].attempts == 1
    assert (got[-1].stop, got[-1].text, got[-1].attempts, got[-1].waiting) == ("stop", text_of(5), 2, "")
    assert len(server.requests) == 2


def test_after_three_attempts_it_gives_up(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(status=500)
    last = ask(completions_for(server, catalogue))[-1]
    assert "failed with status 500" in failure_of(last).what
    assert last.attempts == len(server.requests) == MAX_ATTEMPTS


def test_a_provider_that_asks_for_time_gets_it(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(status=429, retry_after="1.2", fail_times=1)
    got = ask(completions_for(server, catalogue))
    waits = [one.waiting for one in got if one.waiting]
    assert waits[:2] == ["OpenAI asks to wait 2 s (attempt 2 of 3)", "OpenAI asks to wait 1 s (attempt 2 of 3)"]
    assert got[-1].stop == "stop"
    assert server.requests[1].at - server.requests[0].at >= 1.2


def test_a_provider_that_asks_for_too_much_time_is_left_alone(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(status=429, retry_after=str(LONGEST_WAIT_S + 40))
    (only,) = ask(completions_for(server, catalogue))
    assert failure_of(only).kind == "rate limit"
    assert failure_of(only).mend == "Try again in 60 s."
    assert len(server.requests) == 1


def test_nothing_listens(server: Misbehaving, catalogue: Catalogue) -> None:
    completions = completions_for(server, catalogue, provider_urls={"openai": "http://127.0.0.1:9/v1"})
    last = ask(completions)[-1]
    assert failure_of(last).what == "OpenAI cannot be reached."
    assert failure_of(last).mend == "Check the network."
    assert last.attempts == MAX_ATTEMPTS


def test_a_host_without_an_address(server: Misbehaving, catalogue: Catalogue) -> None:
    server.base_url = "http://no-such-host.invalid/v1"
    keys, llm = own_keys(server)
    failure = failure_of(ask(completions_for(server, catalogue), llm, keys)[-1])
    assert "no-such-host.invalid cannot be reached" in failure.what
    assert "its address" in failure.mend, "the user has typed it"


def test_a_slow_first_token_runs_out_of_time(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(first_ms=60_000)
    (only,) = ask(completions_for(server, catalogue, first_token_timeout_s=0.3))
    assert failure_of(only).what == "OpenAI did not answer within 0.3 s."
    assert len(server.requests) == 1, "what is slow is not asked twice: both would be billed"
    assert server.requests[0].gone.wait(5), "the request is closed"


@pytest.mark.parametrize(
    ("behaviour", "timeouts", "what"),
    [
        ({"stall_after": 3}, {"stall_timeout_s": 0.3}, "OpenAI fell silent for 0.3 s in the middle of the answer."),
        ({"words": 10_000, "every_ms": 20}, {"answer_timeout_s": 0.5}, "The answer took longer than 0.5 s."),
        ({"reset_after": 3}, {}, "The connection to OpenAI broke in the middle of the answer."),
        ({"end_after": 3}, {}, "The connection to OpenAI ended in the middle of the answer."),
        ({"end_after": 3, "running_usage": True}, {}, "The connection to OpenAI ended in the middle of the answer."),
        ({"error_after": 3, "code": "502"}, {}, "OpenAI failed with status 502 in the middle of the answer."),
    ],
)
def test_what_has_come_before_the_stream_broke_is_kept(
    server: Misbehaving, catalogue: Catalogue, behaviour: dict[str, Any], timeouts: dict[str, Any], what: str
) -> None:
    server.behave(**behaviour)
    last = ask(completions_for(server, catalogue, **timeouts))[-1]
    assert last.stop == "cut off"
    assert failure_of(last).kind == "cut off"
    assert failure_of(last).what == what
    assert last.text.startswith(text_of(3))
    assert last.usage is not None
    assert last.usage.counted != behaviour.get("running_usage", False), "the provider's figures mostly come last"
    assert last.cost is not None
    assert last.cost.usd is not None
    assert len(server.requests) == 1, "an answer that has begun is not asked for again"


def test_a_provider_that_keeps_failing_is_left_alone(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(junk="{oops")
    completions = completions_for(server, catalogue)

    async def ask_often() -> list[Completion]:
        return [(await collect(completions))[-1] for _ in range(FAILURES_TO_OPEN + 2)]

    got = asyncio.run(ask_often())
    assert len(server.requests) == FAILURES_TO_OPEN
    assert failure_of(got[-1]).kind == "paused"
    assert got[-1].attempts == 0
    assert "has failed 5 times in a row" in failure_of(got[-1]).what
    refused = completions.why_not("gpt-4.1", own_keys(server)[0])
    assert refused is not None
    assert "Try again in" in refused.mend
    assert completions.why_not("gpt-4.1-mini", Keys()) is None, "another LLM at the same address may be well"


@pytest.mark.parametrize("options", [{"status": 503}, {"reset_after": 0}])
def test_an_errand_counts_once_however_often_it_was_tried(
    server: Misbehaving, catalogue: Catalogue, options: dict[str, Any]
) -> None:
    server.behave(retry_after="0", **options)
    completions = completions_for(server, catalogue)
    for _ in range(2):
        assert ask(completions)[-1].attempts == MAX_ATTEMPTS
    assert 2 * MAX_ATTEMPTS > FAILURES_TO_OPEN
    assert completions.why_not("gpt-4.1", Keys()) is None


def test_a_user_s_own_endpoint_does_not_pause_a_provider(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(junk="{oops")
    completions = completions_for(server, catalogue)
    keys, llm = own_keys(server)
    for _ in range(FAILURES_TO_OPEN):
        ask(completions, llm, keys)
    assert completions.why_not(llm, keys) is not None
    assert completions.why_not("gpt-4.1", keys) is None


def test_an_answer_without_end_is_ended(server: Misbehaving, catalogue: Catalogue) -> None:
    content = "x" * 1024**2
    server.behave(words=20, junk=f'{{"choices": [{{"delta": {{"content": "{content}"}}}}]}}')
    last = ask(completions_for(server, catalogue))[-1]
    assert failure_of(last).what == "OpenAI answered with more than 16 MB in the middle of the answer."
    assert last.text == "x" * 15 * 1024**2


def test_providers_are_asked_not_to_compress(server: Misbehaving, catalogue: Catalogue) -> None:
    keys, llm = own_keys(server)
    for name in ("gpt-4.1", llm):
        ask(completions_for(server, catalogue), name, keys)
    assert [one.headers["accept-encoding"] for one in server.requests] == ["identity", "identity"]


def test_a_wrong_key_says_nothing_about_the_provider(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(status=401)
    completions = completions_for(server, catalogue)
    for _ in range(FAILURES_TO_OPEN + 2):
        ask(completions)
    server.behave()
    assert ask(completions)[-1].stop == "stop"
