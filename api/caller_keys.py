"""Whose keys pay for an answer: the body's, then the headers', then the environment's."""

from __future__ import annotations

from starlette.requests import Request

from api.statuses import MissingKeyError
from errors import PlaygroundError
from llms.catalogue import Catalogue
from llms.keys import Keys
from llms.providers import environment_key, providers
from settings import Settings

OPENAI = "openai"


def key_header(provider: str) -> str:
    """The header that carries a caller's key of a provider, such as `x-openai-api-key`."""
    return f"x-{provider}-api-key"


def caller_keys(request: Request, settings: Settings, *, body_key: str | None = None, bearer: bool = False) -> Keys:
    """The keys that a request brings along.

    Args:
        request: The request.
        settings: Whether tokens are wanted, as `Authorization` carries those then.
        body_key: The key of OpenAI in its body.
        bearer: Whether a key of OpenAI may come as `Authorization: Bearer sk-…`, as OpenAI's own clients send it.

    Raises:
        BadInputError: A key is not one line of printable ASCII; the message does not quote it.
    """
    keys = Keys(session=str(request.scope.get("state", {}).get("caller") or _address_of(request)))
    sent = {name: request.headers.get(key_header(name), "") for name in providers()}
    authorization = request.headers.get("authorization", "")
    if bearer and not settings.api_tokens and authorization.lower().startswith("bearer sk-"):
        sent[OPENAI] = sent.get(OPENAI) or authorization.partition(" ")[2]
    if body_key:
        sent[OPENAI] = body_key
    for provider, key in sent.items():
        if key:
            keys = keys.with_key(provider, key)
    return keys


def missing_key(catalogue: Catalogue, settings: Settings, llm_id: str, keys: Keys) -> PlaygroundError | None:
    """What to say where an LLM's provider wants a key and none is there; None otherwise.

    Raises:
        UnknownNameError: There is no such LLM.
    """
    llm = catalogue[llm_id]
    provider = providers().get(llm.provider)
    if provider is None or provider.key is None or keys.key(llm.provider) or environment_key(provider, settings):
        return None
    body = " as openai_api_key in the body, or" if llm.provider == OPENAI else ""
    return MissingKeyError(
        f"There is no key for {provider.title}, which serves {llm.title}.",
        f"Send it{body} in the header {key_header(llm.provider)}, start the app with {provider.key.upper()}, "
        "or choose the pool `local`.",
    )


def _address_of(request: Request) -> str:
    return f"address:{request.client.host}" if request.client else ""
