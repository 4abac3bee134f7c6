"""Chunks of many providers become pieces of one kind; what is no chunk is an error."""

from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from llms.completion import Usage
from llms.stream import Piece, _piece


def chunk(delta: Any = None, **fields: Any) -> ChatCompletionChunk:
    """As the client builds it: unchecked."""
    whole = {"id": "1", "model": "m-1", "choices": [{"index": 0, "delta": delta, "finish_reason": None}], **fields}
    from openai._models import construct_type

    built = construct_type(type_=ChatCompletionChunk, value=whole)
    assert isinstance(built, ChatCompletionChunk)
    return built


@pytest.mark.parametrize(
    ("delta", "text", "reasoning"),
    [
        ({"content": "sky"}, "sky", ""),
        ({"refusal": "no"}, "no", ""),
        ({"reasoning_content": "hm"}, "", "hm"),
        ({"reasoning": "hm"}, "", "hm"),
        ({"content": None}, "", ""),
        (None, "", ""),
        ({"content": [{"type": "text", "text": "sky"}]}, "sky", ""),
        ({"content": [{"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}]}, "", "hm"),
        ({"content": [{"type": "thinking", "thinking": ["hm", None]}, 7, {"text": 8}]}, "", ""),
    ],
)
def test_text_and_thinking(delta: Any, text: str, reasoning: str) -> None:
    assert _piece(chunk(delta)) == Piece(text, reasoning, "m-1")


@pytest.mark.parametrize("broken", [chunk({"content": 7}), chunk(choices="many"), chunk(choices=None), "text", None])
def test_what_is_no_chunk(broken: object) -> None:
    with pytest.raises(ValueError, match=r"chunk|content"):
        _piece(broken)


PLAIN = {"prompt_tokens": 10, "completion_tokens": 4, "total_tokens": 14}


@pytest.mark.parametrize(
    ("stated", "usage"),
    [
        (PLAIN, Usage(10, 4)),
        (PLAIN | {"total_tokens": 44}, Usage(10, 34, 30)),  # Google and xAI leave hidden reasoning out of the answer
        (PLAIN | {"completion_tokens_details": {"reasoning_tokens": 3}}, Usage(10, 4, 3)),
        (PLAIN | {"prompt_tokens_details": {"cached_tokens": 8}}, Usage(10, 4, cached_tokens=8)),
        (PLAIN | {"prompt_cache_hit_tokens": 8}, Usage(10, 4, cached_tokens=8)),
        (PLAIN | {"prompt_tokens_details": {"cached_tokens": 80}}, Usage(10, 4, cached_tokens=10)),
        (PLAIN | {"completion_tokens_details": {"reasoning_tokens": 90}}, Usage(10, 4, 4)),
        ({"prompt_tokens": -1, "completion_tokens": 4}, None),
        ({"prompt_tokens": "10", "completion_tokens": 4}, None),
        ({}, None),
        (None, None),
    ],
)
def test_usage(stated: Any, usage: Usage | None) -> None:
    closing, running = _piece(chunk(choices=[], usage=stated)), _piece(chunk({"content": "sky"}, usage=stated))
    assert closing.usage == running.usage == usage
    assert (closing.closes, running.closes) == (usage is not None, False), "a running count does not end an answer"
    if stated is not None:
        assert _piece(chunk(choices=[], x_groq={"usage": stated})).usage == usage
