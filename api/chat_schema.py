"""Requests to `POST /v1/chat/completions`, as OpenAI's clients send them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from llms.refusals import HIGHEST_TEMPERATURE, LONGEST_ANSWER_TOKENS

MAX_MESSAGES = 2_000

Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")]
Penalty = Annotated[float, Field(ge=-2, le=2, allow_inf_nan=False)]
AnswerTokens = Annotated[int, Field(ge=1, le=LONGEST_ANSWER_TOKENS)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class TextPart(_Strict):
    """A text in a message."""

    type: Literal["text"]
    text: str


class ImageUrl(_Strict):
    """Where an image is."""

    url: str = Field(description="a data URI, or an https address that the provider itself fetches")
    detail: Literal["auto", "low", "high"] | None = None


class ImagePart(_Strict):
    """An image in a message."""

    type: Literal["image_url"]
    image_url: ImageUrl


Part = Annotated[TextPart | ImagePart, Field(discriminator="type")]


class CalledFunction(_Strict):
    """The function that an LLM called."""

    name: Name
    arguments: str = Field(description="JSON, as the LLM wrote it")


class CalledTool(_Strict):
    """A call of a tool in an assistant's message."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class Message(BaseModel):
    """One turn. Members that OpenAI's answers have and requests need not are taken and not sent on."""

    model_config = ConfigDict(extra="ignore", strict=True)

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[Part] | None = None
    name: Name | None = None
    tool_calls: list[CalledTool] | None = Field(default=None, min_length=1, max_length=128)
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """What is said in it, without images."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(part.text for part in self.content or [] if isinstance(part, TextPart))


class Function(_Strict):
    """A function that the LLM may call."""

    name: Name
    description: str | None = None
    parameters: dict[str, Any] | None = Field(default=None, description="JSON schema of its arguments")
    strict: bool | None = None


class Tool(_Strict):
    """A tool that the LLM may call."""

    type: Literal["function"]
    function: Function


class ChosenFunction(_Strict):
    """A function by its name."""

    name: Name


class ChosenTool(_Strict):
    """The one tool that the LLM must call."""

    type: Literal["function"]
    function: ChosenFunction


class AnswerSchema(_Strict):
    """What a JSON answer must look like."""

    name: Name
    description: str | None = None
    schema_: dict[str, Any] | None = Field(default=None, alias="schema")
    strict: bool | None = None


class AnswerFormat(_Strict):
    """Whether the answer is text or JSON."""

    type: Literal["text", "json_object", "json_schema"]
    json_schema: AnswerSchema | None = None


class StreamOptions(BaseModel):
    """What a stream brings beside the text."""

    model_config = ConfigDict(extra="ignore", strict=True)

    include_usage: bool | None = None


class ChatBody(_Strict):
    """A chat to continue. What is not named here is refused rather than dropped."""

    model: str = Field(
        description="router-ID, router-ID-THRESHOLD, router-ID@cost=0.3,pool=NAME, or the id of an LLM",
        examples=["router-encoder-3way@pool=local"],
    )
    messages: list[Message] = Field(
        min_length=1,
        max_length=MAX_MESSAGES,
        examples=[[{"role": "user", "content": "What is the capital of Finland?"}]],
    )
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    temperature: float | None = Field(default=None, ge=0, le=HIGHEST_TEMPERATURE, allow_inf_nan=False)
    max_tokens: AnswerTokens | None = Field(default=None, description="longest answer in tokens")
    max_completion_tokens: AnswerTokens | None = Field(default=None, description="the same; goes before max_tokens")
    top_p: float | None = Field(default=None, gt=0, le=1, allow_inf_nan=False)
    stop: str | Annotated[list[str], Field(min_length=1, max_length=4)] | None = None
    seed: Annotated[int, Field(ge=-(2**31), lt=2**31)] | None = None
    frequency_penalty: Penalty | None = None
    presence_penalty: Penalty | None = None
    logit_bias: dict[str, float] | None = None
    tools: Annotated[list[Tool], Field(min_length=1, max_length=128)] | None = None
    tool_choice: Literal["none", "auto", "required"] | ChosenTool | None = None
    parallel_tool_calls: bool | None = None
    response_format: AnswerFormat | None = None
    reasoning_effort: Literal["none", "minimal", "low", "medium", "high", "xhigh"] | None = None
    verbosity: Literal["low", "medium", "high"] | None = None
    n: Literal[1] | None = Field(default=None, description="one answer at a time")
    logprobs: Literal[False] | None = None
    user: str | None = Field(default=None, description="taken, not sent on")
    safety_identifier: str | None = Field(default=None, description="taken, not sent on")
    prompt_cache_key: str | None = Field(default=None, description="taken, not sent on")
    metadata: dict[str, Any] | None = Field(default=None, description="taken, not sent on")
    store: bool | None = Field(default=None, description="taken; nothing is stored")
    service_tier: str | None = Field(default=None, description="taken, not sent on")


SENT_ON = (
    "top_p",
    "stop",
    "seed",
    "frequency_penalty",
    "presence_penalty",
    "logit_bias",
    "tools",
    "tool_choice",
    "parallel_tool_calls",
    "response_format",
    "reasoning_effort",
    "verbosity",
)
"""Fields that go to the provider as they came."""
