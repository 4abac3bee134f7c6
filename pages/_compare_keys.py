"""The panel of keys and own endpoints: what was typed goes into the session's keys, and only its presence is shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from urllib.parse import urlsplit

from pydantic import SecretStr

from errors import BadInputError
from llms.addresses import check_literal
from llms.endpoint import Endpoint
from llms.keys import Keys, read_key
from llms.providers import Provider, providers
from pages._compare_session import CompareSession, Notice
from settings import Network, Settings


@dataclass(frozen=True, slots=True)
class KeyRow:
    """One provider: whether there is a key and from where, never the key itself."""

    provider: str
    title: str
    placeholder: str
    typed: bool
    page: str


@dataclass(frozen=True, slots=True)
class EndpointRow:
    """One endpoint of the user's own."""

    id: str
    title: str
    address: str


@dataclass(frozen=True, slots=True)
class KeyPanel:
    """What the panel shows."""

    rows: tuple[KeyRow, ...]
    endpoints: tuple[EndpointRow, ...]
    notice: Notice | None

    @property
    def count(self) -> int:
        """How many keys and endpoints the user has typed."""
        return sum(row.typed for row in self.rows) + len(self.endpoints)


def key_panel(session: CompareSession, settings: Settings) -> KeyPanel:
    """The panel as it stands.

    Args:
        session: The tab, with its keys.
        settings: Says which keys the operator has set.
    """
    rows = [
        _row(name, provider, session.keys, settings)
        for name, provider in providers().items()
        if provider.key is not None
    ]
    own = [EndpointRow(name, each.title, each.base_url) for name, each in session.keys.endpoints.items()]
    return KeyPanel(tuple(rows), tuple(own), session.key_notice)


def change_keys(session: CompareSession, fields: Mapping[str, object], allowed: Sequence[Network] = ()) -> str:
    """Takes over what was typed into the panel; says so in the panel, without quoting it.

    Args:
        session: The tab.
        fields: `provider` and `key`, or `endpoint` with its fields, or `drop` with the id of an endpoint.
        allowed: Private networks that endpoints may lie in.

    Returns:
        Id of an LLM that the user has just added; '' if none.

    Raises:
        BadInputError: It cannot be used; the session keeps what it had.
    """
    endpoint = fields.get("endpoint")
    if isinstance(endpoint, Mapping):
        added = _endpoint({str(name): value for name, value in endpoint.items()})
        check_literal(urlsplit(added.base_url).hostname or "", allowed)
        session.keys = session.keys.with_endpoint(added)
        session.key_notice = _done(f"{added.title} can be chosen in every column, for this tab.")
        return added.llm_id
    if isinstance(fields.get("drop"), str):
        session.keys = session.keys.without_endpoint(str(fields["drop"]))
        session.key_notice = _done("The endpoint is removed.")
        return ""
    name, key = str(fields.get("provider", "")), fields.get("key")
    known = providers()
    if name not in known or not isinstance(key, str):
        raise BadInputError("The page sent no key of a provider that is known.", "Reload the page and try again.")
    had = session.keys.key(name) is not None
    session.keys = session.keys.with_key(name, key)
    title = known[name].title
    if session.keys.key(name) is not None:
        session.key_notice = _done(f"The key of {title} is used in this tab.")
    elif had:
        session.key_notice = _done(f"The key of {title} is forgotten.")
    else:
        session.key_notice = Notice(f"No key of {title} was typed.")
    return ""


def _done(text: str) -> Notice:
    return Notice(text, tone="done")


def _row(name: str, provider: Provider, keys: Keys, settings: Settings) -> KeyRow:
    typed = keys.key(name) is not None
    own: SecretStr | None = getattr(settings, provider.key or "", None)
    from_environment = own is not None and bool(own.get_secret_value())
    said = "in use for this tab" if typed else "set by the operator" if from_environment else "paste a key"
    return KeyRow(name, provider.title, said, typed, provider.key_page or "")


def _endpoint(fields: Mapping[str, object]) -> Endpoint:
    return Endpoint(
        base_url=_text(fields, "base_url"),
        model=_text(fields, "model"),
        key=read_key(_text(fields, "key")),
        input_usd_per_mtok=_price(_text(fields, "input")),
        output_usd_per_mtok=_price(_text(fields, "output")),
        vision=fields.get("vision") is True,
    )


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name, "")
    return value if isinstance(value, str) else ""


def _price(text: str) -> Decimal | None:
    if not text.strip():
        return None
    try:
        return Decimal(text.strip().lstrip("$").replace(",", "."))
    except InvalidOperation:
        raise BadInputError("A price is not a number.", "Write USD per million tokens, such as 0.15.") from None
