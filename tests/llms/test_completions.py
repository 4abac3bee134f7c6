"""Answers stream from a real server, with the provider's own figures; what is sent is what was asked, and no more."""

import json
import logging
from decimal import Decimal
from typing import Any

import genai_prices
import pytest
from pydantic import SecretStr

from errors import BadInputError, UnavailableError
from llms.attachment import ImageAttachment, PdfAttachment
from llms.catalogue import Catalogue
from llms.chat_body import THINKING_TOKENS
from llms.chat_request import Turn
from llms.completion import Usage
from llms.completions import Completions
from llms.keys import Keys
from llms.stop_signal import StopSignal
from llms.tokens import count_tokens
from settings import Settings
from tests.llms.asking import QUESTION, ask, completions_for, own_keys, settings_for
from tests.llms.misbehaving import KEY, Misbehaving, text_of

IMAGE = ImageAttachment("cat.png", "image/png", b"\x89PNG", 2, 2)
PDF = PdfAttachment("a.pdf", "page one", 3, 2, 8)


def list_usd(llm: str, provider: str, **usage: int) -> Decimal:
    return genai_prices.calc_price(genai_prices.Usage(**usage), llm, provider_id=provider).total_price


def test_an_answer_grows_and_ends_with_its_bill(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(words=5, cached=600, answered_by="gpt-4.1-2025-04-14")
    got = ask(completions_for(server, catalogue))
    assert [one.text for one in got] == [*(text_of(count) for count in range(1, 6)), text_of(5)]
    assert [one.stop for one in got] == [None] * 5 + ["stop"]
    assert all(one.usage is None and one.cost is None for one in got[:-1])
    last = got[-1]
    assert last.answered_by == "gpt-4.1-2025-04-14"
    assert last.usage == Usage(1000, 5, cached_tokens=600)
    assert last.cost is not None
    assert last.cost.usd == list_usd("gpt-4.1", "openai", input_tokens=1000, cache_read_tokens=600, output_tokens=5)
    assert last.cost.price is not None
    assert last.cost.price.as_of == catalogue.price_snapshot.released
    assert last.first_token_ms is not None
    assert 0 < last.first_token_ms <= last.total_ms
    assert (last.attempts, last.failure, last.from_cache, last.whole) == (1, None, False, True)


def test_tokens_that_nobody_reported_are_counted_and_marked(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(words=7, usage=False)
    last = ask(completions_for(server, catalogue))[-1]
    prompt, answer = (count_tokens(text, "o200k_base").tokens for text in (QUESTION[0].text, text_of(7)))
    assert last.usage == Usage(prompt, answer, counted=True)
    assert last.cost is not None
    assert "counted here" in last.cost.note
    assert last.cost.usd == list_usd("gpt-4.1", "openai", input_tokens=prompt, output_tokens=answer)


def test_hidden_reasoning_is_billed_as_output(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(words=4, hidden=300)
    last = ask(completions_for(server, catalogue), "o4-mini")[-1]
    assert last.usage == Usage(1000, 304, 300)
    assert last.cost is not None
    assert last.cost.usd == list_usd("o4-mini", "openai", input_tokens=1000, output_tokens=304)


def test_visible_thinking_is_kept_apart_from_the_answer(server: Misbehaving, catalogue: Catalogue) -> None:
    server.behave(words=5, thinks=3)
    got = ask(completions_for(server, catalogue), "deepseek-flash")
    assert got[0].text == ""
    assert got[0].reasoning == text_of(1)
    assert got[0].first_token_ms is not None, "thinking that can be seen is a sign of life"
    assert got[-1].reasoning + got[-1].text == text_of(5)
    assert got[-1].reasoning == text_of(3)


@pytest.mark.parametrize(("finish", "stop"), [("length", "length"), ("content_filter", "filter"), ("eos", "stop")])
def test_why_it_ended(server: Misbehaving, catalogue: Catalogue, finish: str, stop: str) -> None:
    server.behave(finish=finish)
    assert ask(completions_for(server, catalogue))[-1].stop == stop


def sent(server: Misbehaving, catalogue: Catalogue, llm: str, **options: Any) -> dict[str, Any]:
    ask(completions_for(server, catalogue), llm, **options)
    return server.requests[-1].body


def test_quirks_of_providers_are_heeded(server: Misbehaving, catalogue: Catalogue) -> None:
    plain = sent(server, catalogue, "gpt-4.1", temperature=0.5, max_tokens=64)
    assert (plain["max_completion_tokens"], plain["temperature"]) == (64, 0.5)
    assert plain["stream_options"] == {"include_usage": True}
    assert "max_tokens" not in plain
    thinking = sent(server, catalogue, "o4-mini", temperature=0.5)
    assert "temperature" not in thinking
    assert thinking["max_completion_tokens"] == 1024 + THINKING_TOKENS
    elsewhere = sent(server, catalogue, "gpt-oss-20b", temperature=0.5)
    assert elsewhere["temperature"] == 0.5, "Groq's reasoning LLMs take one"
    strict = sent(server, catalogue, "mistral-small-4", max_tokens=64)
    assert strict["max_tokens"] == 64
    assert "stream_options" not in strict, "Mistral refuses what it does not know"
    assert "temperature" not in strict


def test_images_and_pdfs_are_sent(server: Misbehaving, catalogue: Catalogue) -> None:
    turns = (Turn("user", "And this?", PDF), Turn("assistant", "A page."), Turn("user", "What is it?", IMAGE))
    first, _, last = sent(server, catalogue, "gpt-4.1", turns=turns)["messages"]
    assert first["content"].index("page one") < first["content"].index("And this?")
    assert "the first 2 of 3 pages" in first["content"]
    image, text = last["content"]
    assert image["image_url"]["url"] == "data:image/png;base64,iVBORw=="
    assert text == {"type": "text", "text": "What is it?"}


def test_broken_unicode_is_sent_as_what_can_be(server: Misbehaving, catalogue: Catalogue) -> None:
    body = sent(server, catalogue, "gpt-4.1", turns=(Turn("user", "half \ud800 pair"),))
    assert body["messages"][0]["content"] == "half \ufffd pair"


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"turns": ()}, "no question"),
        ({"turns": (*QUESTION, Turn("assistant", "Because."))}, "no question"),
        ({"turns": (Turn("user", "  \n"),)}, "empty"),
        ({"turns": (Turn("user", "word " * 1_100_000),)}, "GPT-4.1 reads 1,000,000"),
        ({"max_tokens": 0}, "longest answer"),
        ({"temperature": 3.0}, "temperature is 3"),
        ({"temperature": float("nan")}, "temperature is nan"),
    ],
)
def test_what_cannot_be_asked_is_not_sent(
    server: Misbehaving, catalogue: Catalogue, options: dict[str, Any], what: str
) -> None:
    (only,) = ask(completions_for(server, catalogue), **options)
    assert only.stop == "failed"
    assert isinstance(only.failure, BadInputError)
    assert what in only.failure.what
    assert server.requests == []


def test_why_an_llm_cannot_be_asked(server: Misbehaving, catalogue: Catalogue) -> None:
    completions = Completions(catalogue, Settings(_env_file=None))
    without = completions.why_not("gpt-4.1", Keys())
    assert isinstance(without, UnavailableError)
    assert "no key for OpenAI" in without.what
    assert "OPENAI_API_KEY" in without.mend
    assert "https://platform.openai.com/api-keys" in without.mend
    keys = Keys().with_key("openai", "sk-mine")
    assert completions.why_not("gpt-4.1", keys) is None
    assert completions.why_not("gpt-4.1", keys, IMAGE) is None
    blind = completions.why_not("o1-mini", keys, IMAGE)
    assert blind is not None
    assert "does not take images" in blind.what
    assert completions.why_not("o1-mini", keys, PDF) is None
    unknown = completions.why_not("gpt-4.11", keys)
    assert unknown is not None
    assert "no LLM called" in unknown.what


def test_a_session_s_key_goes_before_the_environment_s(server: Misbehaving, catalogue: Catalogue) -> None:
    completions = completions_for(server, catalogue)
    ask(completions)
    ask(completions, keys=Keys().with_key("openai", " sk-mine\n"))
    assert [one.headers["authorization"] for one in server.requests] == [f"Bearer {KEY}", "Bearer sk-mine"]


def test_an_own_endpoint_needs_no_key_and_has_the_price_that_was_entered(
    server: Misbehaving, catalogue: Catalogue
) -> None:
    keys, llm = own_keys(server, input_usd_per_mtok=Decimal(1), output_usd_per_mtok=Decimal(2))
    last = ask(completions_for(server, catalogue), llm, keys)[-1]
    assert last.stop == "stop"
    assert last.cost is not None
    assert last.cost.usd == Decimal("0.00101")
    keys, llm = own_keys(server, key=SecretStr("sk-own"))
    last = ask(completions_for(server, catalogue), llm, keys)[-1]
    assert last.cost is not None
    assert last.cost.usd is None, "no price is not free"
    assert server.requests[-1].headers["authorization"] == "Bearer sk-own"


def test_a_private_address_is_refused_to_users(server: Misbehaving, catalogue: Catalogue) -> None:
    keys, llm = own_keys(server)
    (only,) = ask(completions_for(server, catalogue, allowed_addresses=()), llm, keys)
    assert isinstance(only.failure, BadInputError)
    assert "inside the network" in only.failure.what
    assert server.requests == []


def test_nothing_of_the_environment_leaves_the_machine(
    server: Misbehaving, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "authorization: Bearer sk-operator\nx-team: secret-team")
    monkeypatch.setenv("OPENAI_ORG_ID", "secret-org")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-operator")
    keys, llm = own_keys(server)
    ask(completions_for(server, catalogue), llm, keys)
    headers = json.dumps(server.requests[-1].headers)
    assert "sk-operator" not in headers
    assert "secret" not in headers
    assert "x-stainless" not in headers.lower()


@pytest.mark.parametrize(
    "options", [{"words": 3}, {"status": 401}, {"status": 422}, {"error_after": 1}, {"reset_after": 1}, {"junk": "{"}]
)
def test_keys_are_in_no_log_and_no_answer(
    server: Misbehaving, catalogue: Catalogue, caplog: pytest.LogCaptureFixture, options: dict[str, Any]
) -> None:
    server.behave(message=f"your key {KEY} is bad", **options)
    keys, llm = own_keys(server, key=SecretStr(KEY))
    with caplog.at_level(logging.DEBUG):
        got = ask(completions_for(server, catalogue), llm, keys)
    assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in caplog.text
    assert KEY not in repr((got, keys, completions_for(server, catalogue)))
    failure = got[-1].failure
    assert failure is None or (failure.__cause__ is None and failure.__context__ is None)


def test_what_is_stopped_before_it_begins_is_not_sent(server: Misbehaving, catalogue: Catalogue) -> None:
    stop = StopSignal()
    stop.stop()
    (only,) = ask(completions_for(server, catalogue), stop=stop)
    assert (only.stop, only.attempts, only.usage, only.cost) == ("stopped", 0, None, None)
    assert server.requests == []


def test_settings_are_the_process_s_unless_given(catalogue: Catalogue) -> None:
    assert Completions(catalogue).keeps_answers is False
    assert settings_for(Misbehaving()).provider_urls
