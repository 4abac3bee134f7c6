"""What one session brings along: its keys, which go before the environment's, and its own endpoints."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from types import MappingProxyType

from pydantic import SecretStr

from errors import BadInputError
from llms.catalogue import Catalogue
from llms.endpoint import Endpoint
from settings import bare_key

_MAX_KEY_CHARACTERS = 1000
_MAX_ENDPOINTS = 8


class Keys:
    """The keys and endpoints of one session; immutable, and never shown, copied to disk or sent elsewhere.

    `with_…` returns changed ones, so a request that runs keeps those with which it began. A pickle holds nothing.

    Args:
        by_provider: Key by provider id.
        endpoints: The user's own endpoints.
        session: Whose they are; users of the local LLM take turns by it.
    """

    __slots__ = ("_by_provider", "_endpoints", "session")

    def __init__(
        self,
        by_provider: Mapping[str, SecretStr] | None = None,
        endpoints: Mapping[str, Endpoint] | None = None,
        session: str = "",
    ) -> None:
        self._by_provider = MappingProxyType(dict(by_provider or {}))
        self._endpoints = MappingProxyType(dict(endpoints or {}))
        self.session = session or secrets.token_hex(8)

    def with_key(self, provider: str, text: str) -> Keys:
        """The same with a provider's key as it was typed; an empty text takes the key away.

        Raises:
            BadInputError: It is not one line of printable ASCII.
        """
        key = read_key(text)
        kept = {name: value for name, value in self._by_provider.items() if name != provider}
        return Keys(kept | ({provider: key} if key else {}), self._endpoints, self.session)

    def with_endpoint(self, endpoint: Endpoint) -> Keys:
        """The same with an endpoint; one of the same id is replaced.

        Raises:
            BadInputError: There are too many.
        """
        endpoints = {**self._endpoints, endpoint.llm_id: endpoint}
        if len(endpoints) > _MAX_ENDPOINTS:
            raise BadInputError(f"There are already {_MAX_ENDPOINTS} endpoints of your own.", "Take one away first.")
        return Keys(self._by_provider, endpoints, self.session)

    def without_endpoint(self, llm_id: str) -> Keys:
        """The same without an endpoint; nothing happens if it is not there."""
        kept = {name: endpoint for name, endpoint in self._endpoints.items() if name != llm_id}
        return Keys(self._by_provider, kept, self.session)

    def key(self, provider: str) -> SecretStr | None:
        """The session's own key of a provider."""
        return self._by_provider.get(provider)

    @property
    def providers(self) -> tuple[str, ...]:
        """Providers of which the session has a key."""
        return tuple(self._by_provider)

    @property
    def endpoints(self) -> Mapping[str, Endpoint]:
        """The user's own endpoints by LLM id."""
        return self._endpoints

    def catalogue(self, shared: Catalogue) -> Catalogue:
        """The shared catalogue, and the user's own LLMs behind it."""
        if not self._endpoints:
            return shared
        own = tuple(endpoint.llm for endpoint in self._endpoints.values())
        return Catalogue((*shared.llms, *own), shared.pools, shared.price_snapshot)

    def __repr__(self) -> str:
        return f"Keys(of {len(self._by_provider)} providers, {len(self._endpoints)} endpoints)"

    def __copy__(self) -> Keys:
        return self

    def __deepcopy__(self, _: object) -> Keys:
        return self

    def __reduce__(self) -> tuple[type[Keys], tuple[()]]:
        """A pickle holds no key: it comes back as the keys of a new session."""
        return Keys, ()


def read_key(text: str) -> SecretStr | None:
    """A key as it was typed or pasted; None where nothing was.

    Raises:
        BadInputError: It is not one line of printable ASCII, or far too long; the message does not quote it.
    """
    try:
        key = bare_key(SecretStr(text))
    except ValueError:
        raise BadInputError(
            "The key is not one line of plain characters.", "Copy it again, without a line break."
        ) from None  # the cause may quote it
    if len(key) > _MAX_KEY_CHARACTERS:
        raise BadInputError("The key is too long to be one.", "Copy only the key.")
    return key if len(key) else None
