"""Who may change which routers are there: on an app with accounts whoever has signed in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from feedback.identity import identity_of
from feedback.visitor import NotAllowedError, Visitor
from settings import Settings

if TYPE_CHECKING:
    from router_models.hub.permission import Who

LOAD, COMPARE, ADD = "load and unload routers", "compare versions of routers", "add routers from the Hub"


def need_account(visitor: Visitor, settings: Settings, doing: str) -> None:
    """Makes sure that somebody has signed in, where there is anything to sign in to.

    Args:
        visitor: Who is asking.
        settings: Say whether there are accounts.
        doing: What they want, such as `load and unload routers`.

    Raises:
        NotAllowedError: They have not.
    """
    if identity_of(settings).needed and not visitor.name:
        raise NotAllowedError(f"Only who has signed in may {doing}.", "Sign in and come back.")


def need_hub(visitor: Visitor, settings: Settings) -> None:
    """Makes sure that somebody may add and remove routers.

    Raises:
        NotAllowedError: They may not, or nobody may.
    """
    if hub_opens_to(settings) == "nobody":
        raise NotAllowedError(
            "This app takes no routers from the Hub.", "Whoever runs it can allow them: set HUB_ROUTERS=on."
        )
    need_account(visitor, settings, ADD)


def hub_opens_to(settings: Settings) -> Who:
    """Who may add routers from the Hub."""
    from router_models.hub.permission import who_may_add

    return who_may_add(settings)
