"""The only place that reads the environment."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from errors import PlaygroundError

ON_SPACE = "SPACE_ID"
"""Hugging Face sets this variable inside a Space, where the app must listen on every address."""


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
    """

    model_config = SettingsConfigDict(env_file=".env", env_file_encoding="utf-8", extra="ignore", frozen=True)

    host: str = "127.0.0.1"
    port: int = Field(default=7860, ge=0, le=65535)
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    encoder_threads: int = Field(default=0, ge=0)
    router_timeout_s: float = Field(default=20.0, gt=0)
    queue_size: int = Field(default=64, ge=1)
    concurrency: int = Field(default=2, ge=1)


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
        ) from error
