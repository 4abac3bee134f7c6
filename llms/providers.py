"""Who serves LLMs: addresses, keys and quirks from `assets/providers.yaml`, and the connection to one LLM."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from errors import DataError, UnavailableError
from llms.llm import LLM, Text
from llms.local import LocalLLM, local_llm
from settings import Settings, get_settings

if TYPE_CHECKING:
    from openai import OpenAI

PROVIDERS = Path(__file__).resolve().parent.parent / "assets" / "providers.yaml"
"""The providers that ship with the project."""


class Provider(BaseModel):
    """One provider; the fields are explained at the top of `assets/providers.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    source: Text
    base_url: Text | None = None
    key: Text | None = None
    probabilities: int = Field(default=0, ge=0)
    schema_: bool = Field(default=False, alias="schema")
    prefill: bool = False


def read_providers(path: Path = PROVIDERS) -> dict[str, Provider]:
    """Providers by id.

    Raises:
        DataError: The file is missing or breaks a rule.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        return TypeAdapter(dict[str, Provider]).validate_python(content)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise DataError(f"The providers {path} cannot be read: {error}.", "Restore the file.") from error


@dataclass(frozen=True)
class Connection:
    """A way to one LLM.

    Attributes:
        model: The provider's name for it.
        title: What people read.
        provider: Who serves it.
        key: The key; its text is never shown.
        base_url: Address up to /v1; '' for the local LLM, which is started when `client` is first asked for.
        timeout_s: How long one request may take.
        local: The local LLM, if it is that one.
    """

    model: str
    title: str
    provider: Provider
    key: SecretStr | None = None
    base_url: str = ""
    timeout_s: float = 15.0
    local: LocalLLM | None = field(default=None, repr=False)

    def client(self) -> OpenAI:
        """A client for it; the caller closes it.

        Raises:
            UnavailableError: The local LLM cannot start, or the package openai is missing.
        """
        try:
            from openai import OpenAI
        except ImportError as error:
            raise UnavailableError("The package openai is not installed.", "Run `pip install openai`.") from error
        address, key = self.base_url, self.key.get_secret_value() if self.key else ""
        if self.local is not None:
            address, key = f"{self.local.start()}/v1", self.local.api_key
        return OpenAI(base_url=address, api_key=key, timeout=self.timeout_s, max_retries=0)


def connect(llm: LLM, settings: Settings | None = None) -> Connection:
    """The connection to an LLM of the catalogue; nothing is sent and nothing started.

    Raises:
        UnavailableError: Its provider is unknown, or there is no key for it.
    """
    settings = settings or get_settings()
    provider = _providers().get(llm.provider)
    if provider is None:
        raise UnavailableError(
            f"Nothing is known of the provider '{llm.provider}' of {llm.title}.", "Add it to assets/providers.yaml."
        )
    if llm.local:
        return Connection(llm.model, llm.title, provider, timeout_s=settings.llm_timeout_s, local=local_llm())
    key: SecretStr | None = getattr(settings, provider.key, None) if provider.key else None
    if key is None or not key.get_secret_value():
        name = (provider.key or "").upper()
        raise UnavailableError(
            f"There is no key for {provider.title}, which serves {llm.title}.",
            f"Set {name} and start the app again, or unset ROUTER_LLM to use the local LLM.",
        )
    return Connection(llm.model, llm.title, provider, key, provider.base_url or "", settings.llm_timeout_s)


@lru_cache
def _providers() -> dict[str, Provider]:
    return read_providers()
