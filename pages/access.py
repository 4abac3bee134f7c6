"""Who may see which page: sign-in, its page, and the guard in front of the others."""

from __future__ import annotations

import logging
from ipaddress import ip_address

from starlette.applications import Starlette

from feedback.identity import Identity, identity_of
from pages._gate import Gate
from pages._hub_user import HubUsers
from pages.sign_in import SignIn
from settings import Settings

logger = logging.getLogger("playground")


def install_access(app: Starlette, settings: Settings) -> Identity:
    """Adds sign-in and the guard in front of the pages: to be called before the pages are mounted at `/`.

    Args:
        app: The app.
        settings: Who has to sign in, and how.

    Raises:
        NoWayInError: The settings let in some users only, but none can sign in.
    """
    identity = identity_of(settings)
    hub_user = None
    if identity.hub:
        from gradio.oauth import attach_oauth  # it reads the environment when it is imported

        attach_oauth(app)  # type: ignore[arg-type]  # it is FastAPI, which only `app.py` and `api/` import
        hub_user = HubUsers(settings.openid_provider_url).user
    sign_in = SignIn(identity, settings, hub_user)
    app.router.routes.extend(sign_in.routes())
    app.add_middleware(Gate, identity=identity, sign_in=sign_in, settings=settings)
    return identity


def warn_if_open(settings: Settings) -> None:
    """Says so in the log if strangers can reach the app and need not sign in."""
    if not identity_of(settings).needed and not _is_this_machine(settings.host):
        logger.warning(
            "Everybody who can reach %s:%d may label, let routers learn and see usage: nobody has to sign in. "
            "Set AUTH_FILE, or on a Space `hf_oauth: true`.",
            settings.host,
            settings.port,
        )


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
