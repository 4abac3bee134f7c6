"""Access to the database: opened at first use, opened again when it was gone, one writer at a time."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import SQLAlchemyError

from errors import PlaygroundError
from feedback.database import BUSY_S, DURABLE, WRITES, database_url, open_engine, sqlite_file
from feedback.faults import StoreError, as_store_error, in_words
from feedback.schema import upgrade
from settings import Settings

RETRY_S = 5.0
"""A database that could not be opened is tried again by whoever comes after this time."""


class Access:
    """Transactions on the database of the settings. Safe to use from many threads.

    Args:
        settings: Where the database is.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opening = threading.Lock()
        self._turn = threading.Lock()  # threads wait here in line; inside SQLite they would poll, and starve
        self._engine: Engine | None = None
        self._file: Path | None = None
        self._identity: tuple[int, int] | None = None
        self._failure: StoreError | None = None
        self._retry_at = 0.0
        self.refusal: StoreError | None = None
        """Why nothing may be written at present although the database works; None where it may."""

    def problem(self) -> PlaygroundError | None:
        """Why nothing can be kept at the moment; None where all is well."""
        try:
            with self.reading("The store of feedback does not answer") as connection:
                connection.execute(text("SELECT 1"))
        except StoreError as error:
            return error
        return None

    def close(self) -> None:
        """Closes all connections; the next use opens new ones."""
        with self._opening:
            self._dispose()

    @contextmanager
    def reading(self, what: str) -> Iterator[Connection]:
        """A connection to read with.

        Args:
            what: What could not be done, as a clause, should it fail.

        Raises:
            StoreError: It failed.
        """
        with in_words(what), self._opened().connect() as connection:
            yield connection

    @contextmanager
    def writing(self, what: str, *, durable: bool = True, although_refused: bool = False) -> Iterator[Connection]:
        """A transaction: when the block is left, all of it is safe on disk, or none of it was written.

        Args:
            what: What could not be done, as a clause, should it fail.
            durable: False for what nobody would miss after a loss of power: it then does not wait for the disk.
            although_refused: Whether to write where others may not: for what lifts the refusal.

        Raises:
            StoreError: It failed.
        """
        with in_words(what):
            engine = self._opened()
            if self.refusal is not None and not although_refused:
                raise self.refusal
            with (
                self._one_writer(),
                engine.connect().execution_options(**{WRITES: True, DURABLE: durable}) as connection,
                connection.begin(),
            ):
                if not durable and self._file is None:
                    connection.execute(text("SET LOCAL synchronous_commit = off"))
                yield connection

    @contextmanager
    def _one_writer(self) -> Iterator[None]:
        if self._file is None:  # a server orders its writers itself
            yield
            return
        if not self._turn.acquire(timeout=BUSY_S):
            raise StoreError("Too many people are writing at the moment.", "Try again in a moment.")
        try:
            yield
        finally:
            self._turn.release()

    def _opened(self) -> Engine:
        with self._opening:
            if self._engine is not None and self._identity == _identity(self._file):
                return self._engine
            self._dispose()
            if self._failure is not None and time.monotonic() < self._retry_at:
                raise self._failure
            try:
                self._engine = self._open()
            except (StoreError, SQLAlchemyError, sqlite3.Error, OSError) as error:
                self._failure, self._retry_at = as_store_error(error), time.monotonic() + RETRY_S
                raise self._failure from error
            self._failure = None
            return self._engine

    def _open(self) -> Engine:
        url = database_url(self._settings)
        file = sqlite_file(url)
        if file is not None:
            file.parent.mkdir(parents=True, exist_ok=True)
        engine = open_engine(url)
        try:
            upgrade(engine)
        except (SQLAlchemyError, StoreError, OSError):
            engine.dispose()
            raise
        self._file, self._identity = file, _identity(file)
        return engine

    def _dispose(self) -> None:
        if self._engine is not None:
            self._engine.dispose()
        self._engine = self._identity = None


def _identity(file: Path | None) -> tuple[int, int] | None:
    """Tells a file from another at its place: SQLite would go on writing into one that was deleted, to nobody's use."""
    if file is None:
        return None
    try:
        status = file.stat()
    except OSError:
        return (0, 0)
    return status.st_dev, status.st_ino
