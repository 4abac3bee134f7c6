"""How errors are documented: a problem document everywhere, OpenAI's shape under /v1."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, Field


class Problem(BaseModel):
    """An error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str = Field(description="what happened")
    mend: str = Field(description="what the caller can do about it")


class OpenAIErrorBody(BaseModel):
    """What happened, and how to mend it."""

    message: str
    type: str
    param: str | None
    code: str | None


class OpenAIError(BaseModel):
    """An error as OpenAI's clients read it."""

    error: OpenAIErrorBody


_SAID = {
    "4XX": "The request cannot be answered as it is: the document says why, and how to mend it.",
    "5XX": "A router, a provider or the app failed: the document says which, and what helps.",
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "content": {"application/problem+json": {"schema": Problem.model_json_schema()}}}
    for status, said in _SAID.items()
}
OPENAI_ERRORS: dict[int | str, dict[str, Any]] = {
    status: {"description": said, "model": OpenAIError} for status, said in _SAID.items()
}
