"""Who may change which routers are there: where people sign in, who may let routers learn; else it depends."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from feedback.identity import identity_of
from feedback.visitor import NotAllowedError, Visitor
from settings import Settings

if TYPE_CHECKING:
    from router_models.hub.permission import Who

LOAD, COMPARE, ADD = "load and unload routers", "compare versions of routers", "add and remove routers from the Hub"


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


def need_role(visitor: Visitor, settings: Settings, doing: str) -> None:
    """Makes sure that somebody may change what everybody gets, where people sign in.

    It is who may let routers learn: switching to a learnt version changes no less.

    Args:
        visitor: Who is asking.
        settings: Say whether there are accounts.
        doing: What they want, such as `load and unload routers`.

    Raises:
        NotAllowedError: They may not.
    """
    need_account(visitor, settings, doing)
    if identity_of(settings).needed and not visitor.may_learn:
        raise NotAllowedError(f"{visitor.name} may not {doing}.", "Ask whoever runs this app for that role.")


def need_load(visitor: Visitor, settings: Settings) -> None:
    """Makes sure that somebody may load and unload routers.

    Raises:
        NotAllowedError: They may not, or nobody may.
    """
    if nobody_loads(settings):
        raise NotAllowedError(
            f"Strangers can reach this app, so nobody may {LOAD} here.",
            "Whoever runs it can let people sign in (AUTH_FILE), or let everybody do it (HUB_ROUTERS=on).",
        )
    need_role(visitor, settings, LOAD)


def nobody_loads(settings: Settings) -> bool:
    """Whether strangers reach the app, nobody signs in, and they were not allowed to change routers."""
    from router_models.hub.permission import on_this_machine

    return not (identity_of(settings).needed or on_this_machine(settings) or settings.hub_routers == "on")


def need_hub(visitor: Visitor, settings: Settings) -> None:
    """Makes sure that somebody may add and remove routers.

    Raises:
        NotAllowedError: They may not, or nobody may.
    """
    if hub_opens_to(settings) == "nobody":
        raise NotAllowedError(
            "This app takes no routers from the Hub.", "Whoever runs it can allow them: set HUB_ROUTERS=on."
        )
    need_role(visitor, settings, ADD)


def why_not(need: Callable[[Visitor, Settings], None], visitor: Visitor, settings: Settings) -> str:
    """Why somebody may not do a thing, in words; '' where they may.

    Args:
        need: Raises where they may not, such as `need_hub`.
        visitor: Who would do it.
        settings: Say who may.
    """
    try:
        need(visitor, settings)
    except NotAllowedError as error:
        return str(error)
    return ""


def hub_opens_to(settings: Settings) -> Who:
    """Who may add routers from the Hub."""
    from router_models.hub.permission import who_may_add

    return who_may_add(settings)
