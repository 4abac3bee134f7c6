"""Who may sign in with a password: a file of names, roles and hashes, read again when it changes."""

from __future__ import annotations

import json
import os
import secrets
import threading
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from errors import BadInputError, PlaygroundError, UnknownNameError
from feedback.passwords import hash_password, is_hash, matches

Role = Literal["labeller", "admin"]
"""A labeller labels; an admin also lets routers learn and judges rate, and sees how the app is used."""

ROLES: tuple[Role, ...] = ("labeller", "admin")
MIN_PASSWORD, MAX_PASSWORD = 10, 1_000
"""Characters of a password."""

_OWNER_ONLY = 0o600


class AccountFileError(PlaygroundError):
    """The file of accounts is not set, is missing, cannot be read or written, or is not one."""

    status = 503


class Account(BaseModel):
    """Somebody who may sign in.

    Attributes:
        name: Letters, digits, dots and dashes.
        role: What they may do.
        password: Hash of the password, see `feedback.passwords`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$")
    role: Role
    password: str = Field(repr=False)

    @field_validator("password")
    @classmethod
    def _hashed(cls, value: str) -> str:
        if not is_hash(value):
            raise ValueError("a password is kept as `python -m feedback user add` writes it")
        return value


class _Content(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    users: tuple[Account, ...] = ()


class Accounts:
    """The accounts of a file. Safe to use from many threads.

    Args:
        path: The file; it may not be there yet.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._known: dict[str, Account] = {}
        self._stamp: tuple[int, int, int] | None = None

    def get(self, name: str) -> Account | None:
        """The account of that name, as the file has it now; None if there is none.

        Raises:
            AccountFileError: The file cannot be read.
        """
        return self._current().get(name)

    def check(self, name: str, password: str) -> Account | None:
        """The account of that name if the password is its own; takes as long for a name that is not known.

        Raises:
            AccountFileError: The file cannot be read.
        """
        account = self.get(name)
        if account is None:
            hash_password(password)
            return None
        return account if matches(password, account.password) else None

    def names(self) -> dict[str, Role]:
        """Role by name, in the order of the file.

        Raises:
            AccountFileError: The file cannot be read.
        """
        return {account.name: account.role for account in self._current().values()} if self._path.exists() else {}

    def put(self, name: str, role: Role, password: str) -> None:
        """Adds an account or changes it.

        Raises:
            BadInputError: The name or the password does not fit.
            AccountFileError: The file cannot be read or written.
        """
        if not MIN_PASSWORD <= len(password) <= MAX_PASSWORD:
            raise BadInputError(
                f"A password has {MIN_PASSWORD} to {MAX_PASSWORD:,} characters.", "Choose another, such as four words."
            )
        try:
            account = Account(name=name, role=role, password=hash_password(password))
        except ValidationError:
            raise BadInputError(
                "A name has up to 40 letters, digits, dots or dashes, and begins with a letter or digit.",
                "Choose another name.",
            ) from None
        accounts = dict(self._current()) if self._path.exists() else {}
        self._write([*(other for other in accounts.values() if other.name != name), account])

    def remove(self, name: str) -> None:
        """Takes an account away; who is signed in under it is signed out.

        Raises:
            UnknownNameError: There is none of that name.
            AccountFileError: The file cannot be read or written.
        """
        accounts = self._current()
        if name not in accounts:
            raise UnknownNameError(f"There is no user {name}.", "`python -m feedback user list` names all.")
        self._write([account for account in accounts.values() if account.name != name])

    def _current(self) -> dict[str, Account]:
        with self._lock:
            try:
                status = self._path.stat()
                stamp = (status.st_mtime_ns, status.st_size, status.st_ino)
                if stamp != self._stamp:
                    content = _Content.model_validate_json(self._path.read_bytes())
                    self._known = {account.name: account for account in content.users}
                    self._stamp = stamp
            except OSError as error:
                raise AccountFileError(
                    f"The file of users cannot be read ({error.strerror}).",
                    "AUTH_FILE says where it is; `python -m feedback user add NAME` makes it.",
                ) from error
            except ValidationError as error:
                raise AccountFileError(
                    f"The file of users is not valid: {error.errors()[0]['msg']}.",
                    "Write it with `python -m feedback user add NAME`.",
                ) from None
            return self._known

    def _write(self, accounts: list[Account]) -> None:
        """Puts a whole new file in place of the old one: whoever reads meanwhile finds one of the two."""
        content = json.dumps({"users": [account.model_dump() for account in accounts]}, indent=2) + "\n"
        fresh = self._path.with_name(f"{self._path.name}.{secrets.token_hex(4)}")
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNER_ONLY), "wb") as file:
                file.write(content.encode())
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(self._path)
        except OSError as error:
            fresh.unlink(missing_ok=True)
            raise AccountFileError(
                f"The file of users cannot be written ({error.strerror}).", "AUTH_FILE says where it is."
            ) from error
