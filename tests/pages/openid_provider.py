"""A stand-in for the Hub as an OpenID provider: signs in whoever comes as the user that it was told."""

from __future__ import annotations

import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Form, HTTPException, Request
from fastapi.responses import RedirectResponse
from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT, SECRET = "client-of-the-space", "secret-of-the-space"


@dataclass
class Provider:
    """What it says, and what it was asked.

    Attributes:
        name: User name of whoever signs in.
        organisations: Names of their organisations, in addresses.
        display_names: What these call themselves.
        silent: Whether it fails to say who somebody is.
    """

    name: str = "ann"
    organisations: tuple[str, ...] = ()
    display_names: tuple[str, ...] = ()
    silent: bool = False
    tokens: list[str] = field(default_factory=list)

    def app(self) -> FastAPI:
        key = RSAKey.generate_key(2048, {"kid": "one"})
        nonces: dict[str, str] = {}
        app = FastAPI()

        @app.get("/.well-known/openid-configuration")
        def configuration(request: Request) -> dict[str, Any]:
            base = str(request.base_url).rstrip("/")
            return {
                "issuer": base,
                "authorization_endpoint": f"{base}/oauth/authorize",
                "token_endpoint": f"{base}/oauth/token",
                "userinfo_endpoint": f"{base}/oauth/userinfo",
                "jwks_uri": f"{base}/oauth/jwks",
                "id_token_signing_alg_values_supported": ["RS256"],
            }

        @app.get("/oauth/authorize")
        def authorize(client_id: str, redirect_uri: str, state: str, nonce: str) -> RedirectResponse:
            assert client_id == CLIENT
            code = secrets.token_hex(8)
            nonces[code] = nonce
            return RedirectResponse(f"{redirect_uri}&{urlencode({'code': code, 'state': state})}")

        @app.post("/oauth/token")
        def token(request: Request, code: str = Form()) -> dict[str, Any]:
            now = int(time.time())
            claims = {"iss": str(request.base_url).rstrip("/"), "aud": CLIENT, "sub": "1", "nonce": nonces.pop(code)}
            claims |= {"iat": now, "exp": now + 60, "preferred_username": self.name}  # type: ignore[dict-item]
            self.tokens.append(secrets.token_hex(8))
            return {
                "access_token": self.tokens[-1],
                "token_type": "bearer",
                "expires_in": 60,
                "id_token": jwt.encode({"alg": "RS256", "kid": "one"}, claims, key),
            }

        @app.get("/oauth/jwks")
        def keys() -> dict[str, Any]:
            return {"keys": [key.as_dict(private=False)]}

        @app.get("/oauth/userinfo")
        def userinfo(request: Request) -> dict[str, Any]:
            if self.silent or request.headers.get("authorization", "").removeprefix("Bearer ") not in self.tokens:
                raise HTTPException(503)
            names = zip(self.organisations, self.display_names or self.organisations, strict=True)
            listed = [{"sub": slug, "preferred_username": slug, "name": name} for slug, name in names]
            return {"sub": "1", "preferred_username": self.name, "name": "Somebody", "orgs": listed}

        return app
