"""The only place that reads the environment."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from errors import PlaygroundError

ON_SPACE = "SPACE_ID"
"""Hugging Face sets this variable inside a Space, where the app must listen on every address."""


def _key(value: SecretStr) -> SecretStr:
    """A key without the blanks and line breaks around it that come with copying."""
    key = value.get_secret_value().strip()
    if not (key.isascii() and key.isprintable()):  # no header can carry it, and what fails then may quote it
        raise ValueError("a key is one line of ASCII characters")
    return SecretStr(key)


Key = Annotated[SecretStr, AfterValidator(_key)]


class Settings(BaseSettings):
    """Settings of the app, each from the environment variable of its name in capitals, or from `.env`.

    Attributes:
        host: Address to listen on; on a Space 0.0.0.0 unless set.
        port: Port to listen on.
        log_level: Least severe level that is logged.
        encoder_threads: Threads for one encoder run; 0 means one per core.
        router_timeout_s: How long the panel waits for routers that wait for a network or an LLM.
        queue_size: Requests that may wait in the page's queue before newcomers are told to try again.
        concurrency: Panel runs at the same time, all users together.
        local_llm: The local LLM: path of a GGUF file, or owner/name/file.gguf on the Hub; '' is the packaged
            SmolLM2-135M-Instruct.
        local_llm_revision: Commit on the Hub from which `local_llm` is got.
        local_llm_threads: Threads of the local LLM; 0 means half of the cores.
        router_llm: Id in the catalogue of the LLM that the LLM-based routers ask; '' is the local LLM.
        llm_timeout_s: How long one request to an LLM may take.
        openai_api_key, groq_api_key, openrouter_api_key, deepseek_api_key, mistral_api_key, anthropic_api_key,
            gemini_api_key: Keys for `router_llm`; never shown, logged or stored.
    """

    model_config = SettingsConfigDict(
        env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True, hide_input_in_errors=True
    )

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    encoder_threads: int = Field(default=0, ge=0)
    router_timeout_s: float = Field(default=60.0, gt=0)
    queue_size: int = Field(default=64, ge=1)
    concurrency: int = Field(default=2, ge=1)
    local_llm: str = ""
    local_llm_revision: str = ""
    local_llm_threads: int = Field(default=0, ge=0)
    router_llm: str = ""
    llm_timeout_s: float = Field(default=15.0, gt=0)
    openai_api_key: Key | None = None
    groq_api_key: Key | None = None
    openrouter_api_key: Key | None = None
    deepseek_api_key: Key | None = None
    mistral_api_key: Key | None = None
    anthropic_api_key: Key | None = None
    gemini_api_key: Key | None = None


@lru_cache
def get_settings() -> Settings:
    """The settings of this process, read once.

    Raises:
        PlaygroundError: A variable has a value that does not fit; the message names it.
    """
    try:
        if ON_SPACE in os.environ and "HOST" not in os.environ:
            return Settings(host="0.0.0.0")  # noqa: S104  a Space's container is reached from outside only so
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = "_".join(str(part) for part in first["loc"]).upper()
        raise PlaygroundError(
            f"The environment variable {name} is not valid: {first['msg']}.", "Correct it or unset it."
        ) from None  # the cause holds the value, which may be a key
