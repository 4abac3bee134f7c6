"""What is wrong with a database, in words for people: what SQLite and PostgreSQL report, and how to mend it."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from errors import UnavailableError

_LATER = "Try again in a moment."
_SPACE = "Free some space where the feedback is kept, then try again."
_WRITABLE = "Make the folder DATA_DIR, or the database DATABASE_URL, writable for the app."
_SERVER = "Check that the server of DATABASE_URL runs and can be reached, then try again."
_ACCESS = "Check user, password, database and their rights in DATABASE_URL."
_FILE = "Move the feedback file in DATA_DIR away or bring back a copy; a new one is made at the next attempt."

_LOCKED = ("the database is locked by another program", _LATER)
_READ_ONLY = ("the database cannot be written", _WRITABLE)
_FULL = ("the disk is full", _SPACE)
_GONE = ("the database cannot be reached", _SERVER)
_DAMAGED = ("the file is damaged or not a database", _FILE)
_REFUSED = ("the database refuses the app's user", _ACCESS)

_SQLITE = {
    sqlite3.SQLITE_BUSY: _LOCKED,
    sqlite3.SQLITE_LOCKED: _LOCKED,
    sqlite3.SQLITE_READONLY: _READ_ONLY,
    sqlite3.SQLITE_PERM: _READ_ONLY,
    sqlite3.SQLITE_CANTOPEN: ("the database file cannot be opened", _WRITABLE),
    sqlite3.SQLITE_FULL: _FULL,
    sqlite3.SQLITE_IOERR: ("the disk reports an error", "Check the disk that DATA_DIR lies on."),
    sqlite3.SQLITE_CORRUPT: _DAMAGED,
    sqlite3.SQLITE_NOTADB: _DAMAGED,
}
_POSTGRESQL = {
    "08": _GONE,  # connection exceptions
    "57P": _GONE,  # shut down, or not up yet
    "3D": ("the database does not exist", _ACCESS),
    "28": _REFUSED,
    "42501": _REFUSED,
    "25006": _READ_ONLY,
    "40": ("others were changing the same at that moment", _LATER),
    "53100": _FULL,
    "53300": ("the database has too many connections", _LATER),
    "55P03": _LOCKED,
    "57014": ("the database took too long", _LATER),
}
_UNKNOWN = ("the database reports an error", "The server's log says which; please report it.")

logger = logging.getLogger(__name__)


class StoreError(UnavailableError):
    """The store of feedback cannot do this right now; the rest of the app can."""


@contextmanager
def in_words(what: str) -> Iterator[None]:
    """Turns a database's errors into a `StoreError` that begins with `what` happened, without full stop.

    Raises:
        StoreError: The database failed.
    """
    try:
        yield
    except (StoreError, SQLAlchemyError, sqlite3.Error, OSError) as error:
        why = as_store_error(error)
        raise StoreError(f"{what}: {why.what[:1].lower()}{why.what[1:]}", why.mend) from error


def as_store_error(error: Exception) -> StoreError:
    """The error in words, logged with what the driver said; one that is in words already stays as it is."""
    if isinstance(error, StoreError):
        return error
    why, mend = reason(error)
    logger.warning("%s (%s)", why, _first_line(error))
    return StoreError(f"{why[:1].upper()}{why[1:]}.", mend)


def reason(error: Exception) -> tuple[str, str]:
    """Why a database failed, as a clause, and how to mend it, as a sentence."""
    if isinstance(error, PoolTimeoutError):
        return "too many people are writing at the moment", _LATER
    if isinstance(error, OSError):
        return f"the folder of the database cannot be used ({error.strerror})", _WRITABLE
    original = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(original, sqlite3.Error):
        code = getattr(original, "sqlite_errorcode", None)
        return _UNKNOWN if code is None else _SQLITE.get(code & 0xFF, _UNKNOWN)
    state = getattr(original, "sqlstate", None)
    if state is None:  # psycopg has no state where there was no server to give one
        lost = isinstance(error, DBAPIError) and type(original).__name__ in {"OperationalError", "ConnectionTimeout"}
        return _server_said(str(original)) if lost else _UNKNOWN
    found = (_POSTGRESQL[state[:length]] for length in (5, 3, 2) if state[:length] in _POSTGRESQL)
    return next(found, _UNKNOWN)


def _server_said(message: str) -> tuple[str, str]:
    """A refused connection: the state is lost on the way, so that only the server's words are left."""
    if "authentication failed" in message or "role " in message or "no password" in message:
        return _REFUSED
    return _POSTGRESQL["3D"] if "database " in message and "does not exist" in message else _GONE


def _first_line(error: Exception) -> str:
    """What the driver said, without the statement and its values, which SQLAlchemy appends."""
    original = getattr(error, "orig", None) or error
    return f"{type(original).__name__}: {str(original).partition(chr(10))[0]}"
