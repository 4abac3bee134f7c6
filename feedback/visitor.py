"""Who somebody is to the store and what they may do here: pseudonym, name, and permissions."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Literal

from errors import PlaygroundError

Permission = Literal["label", "learn", "usage"]
"""Labelling prompts; letting routers learn and judges rate, which may cost money; seeing who used what."""

_DOES: dict[Permission, str] = {
    "label": "label prompts",
    "learn": "let routers learn or judges rate",
    "usage": "see how the app is used",
}
_DIGITS = 32


class NotAllowedError(PlaygroundError):
    """Somebody asks for what their role does not cover, or has not signed in."""

    status = 403


@dataclass(frozen=True, slots=True)
class Visitor:
    """One visitor.

    Attributes:
        author: Pseudonym under which the store keeps what they say.
        name: Name to greet them by; '' for who has not signed in.
        may_label: Whether they may label prompts.
        may_learn: Whether they may let routers learn and judges rate.
        may_see_usage: Whether they may see the Usage page.
    """

    author: str
    name: str = ""
    may_label: bool = False
    may_learn: bool = False
    may_see_usage: bool = False

    def may(self, permission: Permission) -> bool:
        """Whether they have a permission."""
        return {"label": self.may_label, "learn": self.may_learn, "usage": self.may_see_usage}[permission]

    def need(self, permission: Permission) -> None:
        """Makes sure of a permission.

        Raises:
            NotAllowedError: They lack it; the message says what would help.
        """
        if self.may(permission):
            return
        if not self.name:
            raise NotAllowedError(f"Only who has signed in may {_DOES[permission]}.", "Sign in and come back.")
        raise NotAllowedError(
            f"{self.name} may not {_DOES[permission]}.",
            "Ask whoever runs this app for that role.",
        )


def pseudonym(kind: str, secret: str) -> str:
    """A pseudonym that tells nobody what it was made of.

    Args:
        kind: Where it is from, such as `browser`; it stays readable.
        secret: What makes it this visitor's.
    """
    return f"{kind}:{hashlib.sha256(f'{kind}:{secret}'.encode('utf-8', 'replace')).hexdigest()[:_DIGITS]}"
