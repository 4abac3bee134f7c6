"""What a user types of an endpoint is tidied, or refused with a reason."""

from decimal import Decimal
from typing import Any

import pytest

from errors import BadInputError
from llms.endpoint import Endpoint


@pytest.mark.parametrize(
    "typed",
    [
        "http://localhost:11434/v1",
        " http://localhost:11434/v1/ ",
        "http://localhost:11434/v1/chat/completions",
        "http://localhost:11434/v1/chat/completions/",
    ],
)
def test_an_address_is_tidied(typed: str) -> None:
    assert Endpoint(typed, "llama3").base_url == "http://localhost:11434/v1"


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "localhost:11434",
        "ftp://a.example/v1",
        "file:///etc/passwd",
        "https://",
        "https://a.example:port/v1",
        "https://a b.example/v1",
        "https://a.example/v1\nHost: b",
        "https://user:pass@a.example/v1",
        "https://a.example/v1?key=sk",
        "https://a.example/v1#x",
        "https://a.example/" + "v" * 200,
        "http://[::1/v1",
    ],
)
def test_what_is_no_address(typed: str) -> None:
    with pytest.raises(BadInputError, match="base URL"):
        Endpoint(typed, "llama3")


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"model": " "}, "LLM name"),
        ({"model": "a\nb"}, "LLM name"),
        ({"title": "x" * 201}, "title"),
        ({"input_usd_per_mtok": Decimal(1)}, "one of the two prices"),
        ({"input_usd_per_mtok": Decimal(-1), "output_usd_per_mtok": Decimal(1)}, "amount of money"),
        ({"input_usd_per_mtok": Decimal("NaN"), "output_usd_per_mtok": Decimal(1)}, "amount of money"),
        ({"input_usd_per_mtok": Decimal("9e999999"), "output_usd_per_mtok": Decimal(1)}, "amount of money"),
        ({"input_usd_per_mtok": Decimal(0), "output_usd_per_mtok": Decimal(1_000_001)}, "at most 1,000,000"),
        ({"context_tokens": 0}, "context length"),
    ],
)
def test_other_fields_that_cannot_be_used(options: dict[str, Any], what: str) -> None:
    with pytest.raises(BadInputError, match=what):
        Endpoint(**({"base_url": "https://a.example/v1", "model": "m"} | options))


@pytest.mark.parametrize(
    ("title", "llm_id"),
    [("Qwen3 4B", "own:qwen3-4b"), ("", "own:org-model.1"), ("模型", "own:llm"), ("--a--", "own:a"), ("<b>", "own:b")],
)
def test_ids(title: str, llm_id: str) -> None:
    endpoint = Endpoint("https://a.example/v1", "org/model.1", title)
    assert endpoint.llm_id == endpoint.llm.id == llm_id


def test_the_entry_says_what_is_known() -> None:
    plain = Endpoint("https://a.example/v1", "m").llm
    assert (plain.modalities, plain.price, plain.provider) == (("text",), None, "own")
    full = Endpoint("https://a.example/v1", "m", "M", None, Decimal(0), Decimal(2), 8192, vision=True).llm
    assert full.modalities == ("text", "image")
    assert full.context_tokens == 8192
    assert full.price is not None
    assert full.price.output_usd_per_mtok == 2
    assert Endpoint("https://a.example:8443/v1", "m").provider.title == "a.example:8443"
