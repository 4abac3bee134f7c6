"""Who a browser belongs to: somebody who has signed in, or a pseudonym that the browser keeps."""

from __future__ import annotations

import hashlib
import re
import secrets
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from errors import PlaygroundError
from feedback.accounts import ROLES, AccountFileError, Accounts, Role
from feedback.signed_cookie import CookieSigner, session_secret
from feedback.visitor import Visitor, pseudonym
from settings import Settings

SESSION_COOKIE, BROWSER_COOKIE = "rp_session", "rp_visitor"
SESSION_S = 7 * 24 * 3600
"""How long somebody stays signed in."""

Way = Literal["password", "hub"]
"""How somebody signs in."""

NOBODY = pseudonym("tab", "nobody")
"""Author of all who bring neither a cookie nor a tab's id."""

_BROWSER = re.compile(r"[0-9a-f]{32}")
_DEFAULT_ROLE: Role = "labeller"
_FINGERPRINT = 16


class NoWayInError(PlaygroundError):
    """The settings let in some people only, and nobody could sign in."""


@dataclass(frozen=True, slots=True)
class HubUser:
    """Somebody as the Hub knows them.

    Attributes:
        name: User name.
        organisations: Names of their organisations, as in addresses of the Hub.
    """

    name: str
    organisations: Sequence[str] = ()


class Identity:
    """Tells visitors apart, by cookies. One per process.

    Args:
        settings: Who may do what.

    Raises:
        NoWayInError: The settings let in some users only, but none can sign in.
    """

    def __init__(self, settings: Settings) -> None:
        self.accounts = Accounts(settings.auth_file) if settings.auth_file else None
        self.hub = bool(settings.space_id and settings.oauth_client_id)
        """Whether the Hub signs in."""
        self._users = _roles(settings.allowed_users, "ALLOWED_USERS")
        self._organisations = _roles(settings.allowed_organisations, "ALLOWED_ORGANISATIONS")
        if (self._users or self._organisations) and not self.hub:
            raise NoWayInError(
                "ALLOWED_USERS and ALLOWED_ORGANISATIONS are for the Hub's sign-in, which is off.",
                "On a Space set `hf_oauth: true` in its README; elsewhere unset them and set AUTH_FILE.",
            )
        if self.hub and settings.space_author_name:
            owner = settings.space_author_name.lower()
            self._users[owner] = self._organisations[owner] = "admin"
        self._signer = CookieSigner(session_secret(settings), "session") if self.needed else None

    @property
    def needed(self) -> bool:
        """Whether anybody has to sign in: if not, everybody may do everything."""
        return self.accounts is not None or self.hub

    def visitor(self, cookies: Mapping[str, str], fallback: str = "") -> Visitor:
        """The visitor with those cookies.

        Args:
            cookies: What the browser sent.
            fallback: What tells this visitor from others where the browser keeps no cookie, such as the tab's id.
        """
        if self._signer is None:
            return Visitor(_browser(cookies, fallback), may_label=True, may_learn=True, may_see_usage=True)
        session = self._signer.read(cookies.get(SESSION_COOKIE, ""), SESSION_S)
        found = self._signed_in(session) if session else None
        if found is None:
            return Visitor(_browser(cookies, fallback))
        author, name, role = found
        return _with_role(author, name, role)

    def password_session(self, name: str, password: str) -> str | None:
        """The cookie of who knows the password; None for a wrong one. Takes a third of a second on purpose.

        Raises:
            AccountFileError: The file of users cannot be read.
        """
        if self.accounts is None or self._signer is None:
            return None
        account = self.accounts.check(name, password)
        if account is None:
            return None
        return self._signer.sign({"way": "password", "name": account.name, "of": _fingerprint(account.password)})

    def hub_session(self, user: HubUser) -> str | None:
        """The cookie of a user of the Hub whom the settings let in; None for all others."""
        organisation = next((name for name in map(str.lower, user.organisations) if name in self._organisations), "")
        if self._signer is None or self._hub_role(user.name, organisation) is None:
            return None
        return self._signer.sign({"way": "hub", "name": user.name, "of": organisation})

    def _signed_in(self, session: Mapping[str, str]) -> tuple[str, str, Role] | None:
        """Author, name and present role of a session; None if it holds no more."""
        name, of = session.get("name", ""), session.get("of", "")
        if session.get("way") == "hub" and self.hub:
            role = self._hub_role(name, of)
            return (f"hub:{name}", name, role) if role else None
        if session.get("way") != "password" or self.accounts is None:
            return None
        try:
            account = self.accounts.get(name)
        except AccountFileError:  # whoever signs in is told; here it only means that nobody is known
            return None
        if account is None or _fingerprint(account.password) != of:
            return None
        return pseudonym("user", account.name), account.name, account.role

    def _hub_role(self, name: str, organisation: str) -> Role | None:
        found = {self._users.get(name.lower()), self._organisations.get(organisation)}
        return next((role for role in reversed(ROLES) if role in found), None)


_known: dict[int, tuple[Settings, Identity]] = {}
_knowing = threading.Lock()


def identity_of(settings: Settings) -> Identity:
    """The one `Identity` of these settings.

    Raises:
        NoWayInError: The settings let in some users only, but none can sign in.
    """
    with _knowing:
        found = _known.get(id(settings))
        if found is None:  # the settings are kept too, so that no others get their id
            found = _known[id(settings)] = (settings, Identity(settings))
        return found[1]


def new_browser() -> str:
    """A value for the cookie by which a browser is known again."""
    return secrets.token_hex(16)


def is_browser(value: str) -> bool:
    """Whether a cookie's value is one that `new_browser` could have given."""
    return _BROWSER.fullmatch(value) is not None


def _browser(cookies: Mapping[str, str], fallback: str) -> str:
    kept = cookies.get(BROWSER_COOKIE, "")
    return pseudonym("browser", kept) if is_browser(kept) else pseudonym("tab", fallback) if fallback else NOBODY


def _with_role(author: str, name: str, role: Role) -> Visitor:
    admin = role == "admin"
    return Visitor(author, name, may_label=True, may_learn=admin, may_see_usage=admin)


def _fingerprint(password_hash: str) -> str:
    """Tells a session from one before the password was changed."""
    return hashlib.sha256(password_hash.encode()).hexdigest()[:_FINGERPRINT]


def _roles(names: Sequence[str], setting: str) -> dict[str, Role]:
    """Role by name in lower case, as the Hub takes names."""
    roles: dict[str, Role] = {}
    for entry in names:
        name, _, said = entry.partition(":")
        role = next((role for role in ROLES if role == (said.strip() or _DEFAULT_ROLE)), None)
        if role is None or not name.strip():
            raise PlaygroundError(
                f"{setting} has the entry '{entry}'.", f"Write name or name:role; roles are {', '.join(ROLES)}."
            )
        roles[name.strip().lower()] = role
    return roles
