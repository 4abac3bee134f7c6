"""Cookies that the app signs, so that nobody can make one: who has signed in, and until when."""

from __future__ import annotations

import logging
import os
import secrets
from pathlib import Path

from itsdangerous import BadSignature, URLSafeTimedSerializer

from errors import PlaygroundError
from settings import Settings

FILE = "session_secret"
FEWEST_CHARACTERS = 32
"""Of a secret in the settings; a random one in hexadecimal digits then has 128 bits."""

MAKE_ONE = "python -c 'import secrets; print(secrets.token_hex(32))'"
_BYTES = 32
_OWNER_ONLY = 0o600

logger = logging.getLogger(__name__)


class WeakSecretError(PlaygroundError):
    """The secret that signs cookies is too short to be one."""


class CookieSigner:
    """Signs small values and reads them back.

    Args:
        secret: Who knows it can sign.
        purpose: A value signed for one purpose is worth nothing for another.
    """

    def __init__(self, secret: str, purpose: str) -> None:
        self._serializer = URLSafeTimedSerializer(secret, salt=purpose)

    def sign(self, value: dict[str, str]) -> str:
        """The value as text that a cookie can carry, with the moment."""
        return str(self._serializer.dumps(value))

    def read(self, text: str, max_age_s: int) -> dict[str, str] | None:
        """The value of a text that this app has signed lately; None for any other text.

        Args:
            text: What a browser sent.
            max_age_s: Age at which it has run out.
        """
        try:
            value = self._serializer.loads(text, max_age=max_age_s)
        except BadSignature:
            return None
        if not isinstance(value, dict):
            return None
        return {str(name): str(part) for name, part in value.items()}


def session_secret(settings: Settings) -> str:
    """The secret of the settings, else a random one that is made once in the data folder.

    If that folder cannot be written, it holds for this process, and who has signed in must do so again after a restart.

    Raises:
        WeakSecretError: The secret of the settings is so short that it can be guessed.
    """
    given = settings.session_secret.get_secret_value() if settings.session_secret is not None else ""
    if given:
        if len(given) < FEWEST_CHARACTERS:
            raise WeakSecretError(
                f"SESSION_SECRET has {len(given)} characters: who guesses it can sign in as anybody.",
                f"Set one of at least {FEWEST_CHARACTERS}, such as `{MAKE_ONE}` prints, or unset it.",
            )
        return given
    path = settings.data_dir / FILE
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _make(path)
        found = path.read_text(encoding="ascii").strip()
        if len(found) >= _BYTES:
            return found
        logger.warning("%s holds no secret: whoever signs in must do so again after a restart", path)
    except (OSError, UnicodeDecodeError) as error:
        logger.warning("Whoever signs in must do so again after a restart: %s cannot be kept (%s)", path, error)
    return secrets.token_hex(_BYTES)


def _make(path: Path) -> None:
    """Makes the file with its content at once, so that of two processes one makes it and the other reads it."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        if path.exists():
            return
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
            file.write(secrets.token_hex(_BYTES).encode())
            file.flush()
            os.fsync(file.fileno())
        os.link(fresh, path)
    except FileExistsError:
        return
    finally:
        fresh.unlink(missing_ok=True)
