"""Who serves LLMs: addresses, keys and quirks from `assets/providers.yaml`, and the connection to one LLM."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, SecretStr, TypeAdapter, ValidationError

from errors import DataError, UnavailableError
from llms.llm import LLM, Text
from llms.local import LocalLLM, local_llm
from settings import Settings, get_settings

if TYPE_CHECKING:
    from openai import OpenAI

    from llms.keys import Keys

PROVIDERS = Path(__file__).resolve().parent.parent / "assets" / "providers.yaml"
"""The providers that ship with the project."""


class Provider(BaseModel):
    """One provider; the fields are explained at the top of `assets/providers.yaml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Text
    source: Text
    base_url: Text | None = None
    key: Text | None = None
    key_page: Text | None = None
    probabilities: int = Field(default=0, ge=0)
    schema_: bool = Field(default=False, alias="schema")
    prefill: bool = False
    stream_usage: bool = True
    answer_limit: Literal["max_tokens", "max_completion_tokens"] = "max_tokens"
    reasoning_temperature: bool = True
    temperature: float | None = Field(default=None, ge=0, le=2)


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
        guarded: Whether a user named the address, so that it must not lead into this app's own network.
    """

    model: str
    title: str
    provider: Provider
    key: SecretStr | None = None
    base_url: str = ""
    timeout_s: float = 15.0
    local: LocalLLM | None = field(default=None, repr=False)
    guarded: bool = False

    @property
    def who(self) -> str:
        """Who answers, for messages."""
        return self.title if self.local is not None else self.provider.title

    @property
    def address(self) -> str:
        """What tells its provider from others: the address, or the name of what runs here."""
        return self.base_url or self.model

    @property
    def circuit(self) -> str:
        """What its breaker goes by; users' own endpoints are apart, so that none of them can trip a provider's."""
        return f"own {self.base_url} {self.model}" if self.guarded else self.address

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


def connect(llm: LLM, settings: Settings | None = None, keys: Keys | None = None) -> Connection:
    """The connection to an LLM of the catalogue; nothing is sent and nothing started.

    Args:
        llm: The LLM.
        settings: Where the environment's keys are.
        keys: A session's own keys and endpoints, which go first; None where nobody can type any.

    Raises:
        UnavailableError: Its provider is unknown, or there is no key for it.
    """
    settings = settings or get_settings()
    endpoint = keys.endpoints.get(llm.id) if keys is not None else None
    if endpoint is not None:
        return Connection(llm.model, llm.title, endpoint.provider, endpoint.key, endpoint.base_url, guarded=True)
    provider = providers().get(llm.provider)
    if provider is None:
        raise UnavailableError(
            f"Nothing is known of the provider '{llm.provider}' of {llm.title}.", "Add it to assets/providers.yaml."
        )
    if llm.local:
        return Connection(llm.model, llm.title, provider, timeout_s=settings.llm_timeout_s, local=local_llm())
    key = keys.key(llm.provider) if keys is not None else None
    key = key or environment_key(provider, settings)
    if provider.key is not None and key is None:
        what = f"There is no key for {provider.title}, which serves {llm.title}."
        raise UnavailableError(what, _where_to_put_it(provider, typed=keys is not None))
    base_url = settings.provider_urls.get(llm.provider) or provider.base_url or ""
    return Connection(llm.model, llm.title, provider, key, base_url, settings.llm_timeout_s)


def environment_key(provider: Provider, settings: Settings) -> SecretStr | None:
    """The environment's key of a provider; None where there is none."""
    key: SecretStr | None = getattr(settings, provider.key, None) if provider.key else None
    return key if key is not None and key.get_secret_value() else None


def _where_to_put_it(provider: Provider, *, typed: bool) -> str:
    name = (provider.key or "").upper()
    if not typed:
        return f"Set {name} and start the app again, or unset ROUTER_LLM to use the local LLM."
    source = f"; {provider.key_page} has keys" if provider.key_page else ""
    return f"Type one under “Keys”, or start the app with {name}{source}."


@lru_cache
def providers() -> dict[str, Provider]:
    """The providers that ship with the project, by id, in the order of the file."""
    return read_providers()
