"""A user's own endpoint: any OpenAI-compatible server, such as vLLM, Ollama or LM Studio, for one session."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Final, Literal
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr, StringConstraints

from errors import BadInputError
from llms.llm import LLM, ListedPrice
from llms.providers import Provider

OWN: Final = "own"
"""Provider of all LLMs that users add themselves, and what their ids begin with."""

UNKNOWN_CONTEXT_TOKENS = 1_000_000_000
"""Stands for a context that only the server knows: nothing is refused beforehand."""

_MAX_CHARACTERS = 200
_MAX_USD_PER_MTOK = 1_000_000
_CHAT = "/chat/completions"


class OwnLLM(LLM):
    """The LLM behind a user's own endpoint, as an entry of the session's catalogue."""

    id: Annotated[str, StringConstraints(pattern=r"^own:[a-z0-9][a-z0-9.\-]*$")]
    provider: Literal["own"] = OWN


@dataclass(frozen=True)
class Endpoint:
    """Where a user's own LLM is reached.

    Args:
        base_url: Address up to /v1, by http or https. Where it leads is checked when a connection is made.
        model: The server's name for the LLM.
        title: What people read; '' takes `model`.
        key: Its key, if it wants one.
        input_usd_per_mtok: Price as the user states it; None is unknown, and so is the cost then.
        output_usd_per_mtok: Likewise.
        context_tokens: Longest input in tokens; None leaves that to the server.
        vision: Whether it takes images.

    Raises:
        BadInputError: The address, the name or a price cannot be used.
    """

    base_url: str
    model: str
    title: str = ""
    key: SecretStr | None = field(default=None, repr=False)
    input_usd_per_mtok: Decimal | None = None
    output_usd_per_mtok: Decimal | None = None
    context_tokens: int | None = None
    vision: bool = False

    def __post_init__(self) -> None:
        """Tidies and checks what was typed."""
        object.__setattr__(self, "base_url", _address(self.base_url))
        object.__setattr__(self, "model", _line(self.model, "LLM name"))
        object.__setattr__(self, "title", _line(self.title or self.model, "title"))
        prices = (self.input_usd_per_mtok, self.output_usd_per_mtok)
        if (prices[0] is None) != (prices[1] is None):
            raise BadInputError("Only one of the two prices is filled in.", "Fill in both, or neither.")
        if any(price is not None and not (price.is_finite() and 0 <= price <= _MAX_USD_PER_MTOK) for price in prices):
            raise BadInputError(
                "A price is not an amount of money.",
                f"Write USD per million tokens, such as 0.15, and at most {_MAX_USD_PER_MTOK:,}.",
            )
        if self.context_tokens is not None and self.context_tokens < 1:
            raise BadInputError("The context length is not positive.", "Write a number of tokens, such as 8192.")

    @property
    def llm_id(self) -> str:
        """Its id, such as `own:qwen3-4b`."""
        slug = re.sub(r"[^a-z0-9.]+", "-", self.title.lower()).strip("-.")
        return f"{OWN}:{slug or 'llm'}"

    @property
    def llm(self) -> OwnLLM:
        """The entry for the session's catalogue."""
        said = "entered by the user"
        price = None
        if self.input_usd_per_mtok is not None and self.output_usd_per_mtok is not None:
            price = ListedPrice(
                input_usd_per_mtok=self.input_usd_per_mtok,
                output_usd_per_mtok=self.output_usd_per_mtok,
                as_of=datetime.now(UTC).date(),
                source=said,
                note="price as you entered it",
            )
        return OwnLLM(
            id=self.llm_id,
            title=self.title,
            model=self.model,
            context_tokens=self.context_tokens or UNKNOWN_CONTEXT_TOKENS,
            context_source=said,
            modalities=("text", "image") if self.vision else ("text",),
            modalities_source=said,
            price=price,
        )

    @property
    def provider(self) -> Provider:
        """Who serves it, for messages: the host of its address."""
        return Provider(title=urlsplit(self.base_url).netloc, source="entered by the user", base_url=self.base_url)


def _address(typed: str) -> str:
    address = typed.strip()
    try:
        parts = urlsplit(address)
        _ = parts.port  # raises where it is no number
    except ValueError:
        parts = SplitResult("", "", "", "", "")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not address.isprintable() or " " in address:
        raise BadInputError(
            "The base URL is not an http or https address.", "Write it up to /v1, such as https://llm.example.org/v1."
        )
    if parts.username is not None or parts.password is not None:
        raise BadInputError("The base URL holds a user name or password.", "Put the key into its own field.")
    if parts.query or parts.fragment:
        raise BadInputError("The base URL holds ? or #.", "Write it up to /v1; a key belongs into its own field.")
    if len(address) > _MAX_CHARACTERS:
        raise BadInputError("The base URL is too long.", f"Write at most {_MAX_CHARACTERS} characters.")
    return address.rstrip("/").removesuffix(_CHAT).rstrip("/")


def _line(typed: str, what: str) -> str:
    text = typed.strip()
    if not text or not text.isprintable() or len(text) > _MAX_CHARACTERS:
        raise BadInputError(
            f"The {what} is empty, too long or has characters that cannot be shown.",
            f"Write one line of at most {_MAX_CHARACTERS} characters.",
        )
    return text
