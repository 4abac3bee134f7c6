"""Who may add routers from the Hub, and whose token is sent to it."""

from __future__ import annotations

from ipaddress import ip_address
from typing import Literal

from pydantic import SecretStr

from errors import BadInputError
from settings import Settings, bare_key

Who = Literal["everyone", "admins", "nobody"]


def who_may_add(settings: Settings) -> Who:
    """Who may add routers from the Hub, and remove them.

    Args:
        settings: `HUB_ROUTERS=off` is nobody. Where people sign in it is those who may let routers learn: both change
            what everybody gets. Else it is everyone, though unless it is said (`on`) only where no stranger reaches
            the app.
    """
    if settings.hub_routers == "off":
        return "nobody"
    if settings.auth_file is not None or (settings.space_id and settings.oauth_client_id):
        return "admins"
    return "everyone" if settings.hub_routers == "on" or on_this_machine(settings) else "nobody"


def hub_token(typed: str, settings: Settings, *, may_learn: bool) -> str:
    """The token to send to the Hub: the typed one, else the machine's for who may use it.

    What `HF_TOKEN` may read is its owner's, so strangers do not read with it.

    Args:
        typed: As typed, for this session.
        settings: Hold the machine's.
        may_learn: Whether whoever asks may let routers learn, which on an app where nobody signs in everybody may.

    Raises:
        BadInputError: What was typed cannot be a token.
    """
    if typed.strip():
        try:
            return bare_key(SecretStr(typed)).get_secret_value()
        except ValueError as error:
            raise BadInputError("That is not a token of the Hub.", "Copy it again from the Hub's settings.") from error
    trusted = may_learn if who_may_add(settings) == "admins" else on_this_machine(settings)
    return settings.hf_token.get_secret_value() if settings.hf_token is not None and trusted else ""


def on_this_machine(settings: Settings) -> bool:
    """Whether the app listens to this machine alone."""
    try:
        return ip_address(settings.host).is_loopback
    except ValueError:
        return settings.host == "localhost"
