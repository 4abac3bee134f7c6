"""Who the Hub says somebody is, after they have signed in there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from starlette.requests import Request

from errors import UnavailableError
from feedback.identity import HubUser
from feedback.visitor import NotAllowedError

TIMEOUT_S = 10.0
_CONFIGURATION = "/.well-known/openid-configuration"
_AGAIN = "Try to sign in again in a moment."


class HubUsers:
    """Asks the Hub who has signed in, and of which organisations they are: its token then goes, and no cookie keeps it.

    Args:
        provider_url: Address of the OpenID provider, `OPENID_PROVIDER_URL` of a Space.
    """

    def __init__(self, provider_url: str) -> None:
        self._provider_url = provider_url.rstrip("/")

    async def user(self, request: Request) -> HubUser:
        """The user whom the Hub has sent back with this session.

        Raises:
            NotAllowedError: The Hub has sent nobody back.
            UnavailableError: The Hub does not answer.
        """
        signed_in = request.session.pop("oauth_info", None)
        token = signed_in.get("access_token") if isinstance(signed_in, Mapping) else None
        if not token:
            raise NotAllowedError("The Hub has not signed you in.", "Try to sign in again.")
        try:
            async with httpx.AsyncClient(timeout=TIMEOUT_S) as client:
                configuration = await _json(client, self._provider_url + _CONFIGURATION)
                known = await _json(client, str(configuration["userinfo_endpoint"]), str(token))
            name = str(known["preferred_username"])
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise UnavailableError("The Hub does not say who you are.", _AGAIN) from error
        # Not their `name`, which anybody may choose freely.
        listed = known.get("orgs")
        names = [entry.get("preferred_username") for entry in listed or () if isinstance(entry, Mapping)]
        return HubUser(name, tuple(str(found) for found in names if found))


async def _json(client: httpx.AsyncClient, address: str, token: str = "") -> Mapping[str, Any]:
    answer = await client.get(address, headers={"authorization": f"Bearer {token}"} if token else {})
    answer.raise_for_status()
    found = answer.json()
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found
