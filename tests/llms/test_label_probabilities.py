"""Labels and their probabilities from a provider over real HTTP, whatever it answers."""

import dataclasses
import json
import math
import traceback
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from errors import UnavailableError
from llms.chat import Message
from llms.label_probabilities import Question, ask, begins, label_shares, tidy
from tests.llms.stand_in import KEY, StandIn, stand_in

QUESTION = Question((Message("user", "Request: Hello"),), "route", ("simple", "general", "reasoning"))
ANSWER = '{"route": "general", "reason": "It asks for code."}'
LABEL = {"general": math.log(0.5), "simple": math.log(0.3), "reason": math.log(0.1), "banana": math.log(0.1)}
TOKENS = [('{"', {'{"': 0.0}), ("route", {"route": 0.0}), ('":', {'":': 0.0}), (' "', {' "': 0.0}), ("general", LABEL)]


@pytest.fixture
def provider() -> Iterator[StandIn]:
    with stand_in() as said:
        yield said


def test_label_probabilities_are_renormalised_over_the_allowed_labels(provider: StandIn) -> None:
    provider.say(ANSWER, TOKENS)
    answer = ask(provider.connection(), QUESTION)
    assert answer.label == "general"
    assert answer.reason == "It asks for code"
    assert answer.probabilities == pytest.approx({"simple": 0.3 / 0.9, "general": 0.5 / 0.9, "reasoning": 0.1 / 0.9})


def test_the_request_constrains_the_answer_and_asks_for_probabilities(provider: StandIn) -> None:
    provider.say(ANSWER, TOKENS)
    ask(provider.connection(), QUESTION)
    request = provider.requests[0]
    schema = request["response_format"]["json_schema"]["schema"]
    assert schema["properties"]["route"]["enum"] == list(QUESTION.labels)
    assert schema["additionalProperties"] is False
    assert request["logprobs"] is True
    assert request["top_logprobs"] == 20
    assert request["temperature"] == 0
    assert request["key"] == f"Bearer {KEY}"


def test_a_quotation_mark_glued_to_the_label_does_not_hide_it(provider: StandIn) -> None:
    glued = {f'"{token}': value for token, value in LABEL.items()}
    provider.say(ANSWER, [('{"route', {'{"route': 0.0}), ('":', {'":': 0.0}), ('"general', glued)])
    assert ask(provider.connection(), QUESTION).probabilities["general"] == pytest.approx(0.5 / 0.9)


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ('{"route": "banana", "reason": "why not"}', "outside the allowed labels: “banana”"),
        ('{"route": ["simple"]}', "outside the allowed labels"),
        ("I would rather write a poem.", "not answer in the form"),
        ("", "not answer in the form"),
        ('{"reason": "no route"}', "not answer in the form"),
        ("[1, 2]", "not answer in the form"),
    ],
)
def test_an_answer_outside_the_labels_is_never_turned_into_one(provider: StandIn, content: str, what: str) -> None:
    provider.say(content, TOKENS)
    with pytest.raises(UnavailableError, match=what):
        ask(provider.connection(), QUESTION)


@pytest.mark.parametrize(
    ("status", "what"), [(401, "refused the key"), (429, "too many requests"), (500, "status 500"), (404, "not serve")]
)
def test_refusals_are_put_into_words_without_the_key(provider: StandIn, status: int, what: str) -> None:
    provider.status, provider.body = status, json.dumps({"error": {"message": f"bad key {KEY}"}}).encode()
    with pytest.raises(UnavailableError, match=what) as caught:
        ask(provider.connection(), QUESTION)
    assert KEY not in repr(caught.value)
    assert caught.value.__cause__ is None
    assert KEY not in repr(provider.connection())
    assert len(provider.requests) == 1, "a router does not wait for retries"


@pytest.mark.parametrize("key", ["sk-alpha\nbeta", "sk-alpha\r\nbeta", "sk-alpha\x00beta", "sk-alpha’beta"])
def test_a_key_that_no_header_can_carry_is_in_no_traceback(provider: StandIn, key: str) -> None:
    connection = dataclasses.replace(provider.connection(), key=SecretStr(key))
    with pytest.raises(UnavailableError) as caught:
        ask(connection, QUESTION)
    written = "".join(traceback.format_exception(caught.value))
    assert "sk-" not in written
    assert "alpha" not in written
    assert "beta" not in written


@pytest.mark.parametrize("body", [b"", b"<html>oops</html>", b"{}", b'{"choices": []}', b"[]", b'"text"', b"null"])
def test_garbage_is_said_to_be_unreadable(provider: StandIn, body: bytes) -> None:
    provider.body = body
    with pytest.raises(UnavailableError, match="answered nothing that can be read"):
        ask(provider.connection(), QUESTION)


def test_a_slow_provider_runs_out_of_time(provider: StandIn) -> None:
    provider.delay_s = 2.0
    with pytest.raises(UnavailableError, match=r"did not answer within 0\.3 s"):
        ask(provider.connection(timeout_s=0.3), QUESTION)


def test_a_provider_that_hangs_up_cannot_be_reached(provider: StandIn) -> None:
    provider.hang_up = True
    with pytest.raises(UnavailableError, match="cannot be reached"):
        ask(provider.connection(), QUESTION)


def test_without_log_probabilities_there_is_no_distribution(provider: StandIn) -> None:
    provider.say(ANSWER)
    with pytest.raises(UnavailableError, match="stated no token log-probabilities"):
        ask(provider.connection(), QUESTION)
    with pytest.raises(UnavailableError, match="states no token log-probabilities"):
        ask(provider.connection(probabilities=0), QUESTION)
    assert len(provider.requests) == 1, "a provider known to state none is not even asked"


def test_tokens_that_begin_no_label_or_several_do_not_count() -> None:
    shares = label_shares({"ex": -0.1, "expl": -1.0, "expe": -2.0, "c": -0.5}, ("explanation", "expertise"))
    assert shares["explanation"] / shares["expertise"] == pytest.approx(math.e)
    with pytest.raises(UnavailableError, match="outside the allowed labels: “banana”"):
        label_shares({"banana": -0.1, "c": -3.0}, ("coding", "factual"))


def test_a_single_letter_counts_only_as_a_whole_label() -> None:
    assert begins("A", "A")
    assert begins("co", "coding")
    assert not begins("c", "coding")
    assert not begins("codings", "coding")
    assert not begins("", "coding")


def test_a_reason_becomes_one_short_clause() -> None:
    assert tidy(' It asks\nfor "code". ') == 'It asks for "code'
    assert len(tidy("word " * 100)) <= 142
