"""A prompt in a request: the document states its limits, `clean_prompt` holds them and says what is wrong."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from router_models.prompts import MAX_CHARACTERS

PromptText = Annotated[
    str,
    Field(
        description="text with something to read in it",
        json_schema_extra={"minLength": 1, "maxLength": MAX_CHARACTERS, "pattern": r"\S"},
    ),
]
