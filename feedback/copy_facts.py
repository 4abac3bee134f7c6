"""Which database a copy on the Hub is of, and how far it is: in the database, and in the dataset."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection, func, select

from errors import DataError
from feedback.access import Access
from feedback.copy_parts import FACTS, FORMAT, Part
from feedback.copy_tables import CopyFact
from feedback.inserting import insert_into
from feedback.records import new_id
from feedback.schema import HEAD

_LOCK = 7_266_339_023
"""Of PostgreSQL's advisory locks the one that means: feedback is being copied."""

_READ, _WRITTEN = "The copy on the Hub could not be looked up", "The copy on the Hub could not be noted"


class ForeignDatasetError(DataError):
    """The dataset is the copy of another database, or of a newer version of this app."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a copy.

    Attributes:
        database: Which database it is of.
        dataset: Which dataset it is.
        number: Of the last upload.
    """

    database: str
    dataset: str
    number: int = 0

    def next(self) -> Facts:
        """With one more upload."""
        return replace(self, number=self.number + 1)

    def part(self) -> Part:
        """The file that says so in the dataset."""
        content = {"format": FORMAT, "schema": HEAD, "database": self.database, "number": self.number}
        return Part(FACTS, json.dumps(content).encode())

    @classmethod
    def of_dataset(cls, dataset: str, content: bytes) -> Facts:
        """What that file says.

        Raises:
            ForeignDatasetError: It is not ours, or of a newer version of the app.
        """
        try:
            found = json.loads(content)
            known, schema = int(found["format"]), str(found["schema"])
            facts = cls(str(found["database"]), dataset, int(found["number"]))
        except (ValueError, KeyError, TypeError) as error:
            raise ForeignDatasetError(
                f"The dataset {dataset} is no copy of feedback.", "Set FEEDBACK_DATASET to one that is empty."
            ) from error
        if known > FORMAT or schema > HEAD:
            raise ForeignDatasetError(
                f"The dataset {dataset} was written by a newer version of this app.", "Update the app."
            )
        return facts


def read_facts(access: Access) -> Facts | None:
    """What the database knows of its copy; None if it has none yet.

    Raises:
        StoreError: The database failed.
    """
    with access.reading(_READ) as connection:
        found = dict(connection.execute(select(CopyFact.name, CopyFact.value)).tuples().all())
    return Facts(found["database"], found["dataset"], int(found["number"])) if "database" in found else None


def write_facts(connection: Connection, facts: Facts) -> None:
    """Notes it in a transaction."""
    statement = insert_into(connection, CopyFact)
    values = {"database": facts.database, "dataset": facts.dataset, "number": str(facts.number)}
    rows = [{"name": name, "value": value} for name, value in values.items()]
    value = {"value": statement.excluded.value}
    connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_=value), rows)


def keep_facts(access: Access, facts: Facts) -> None:
    """Notes it.

    Raises:
        StoreError: The database failed.
    """
    with access.writing(_WRITTEN, although_refused=True) as connection:
        write_facts(connection, facts)


@contextmanager
def alone(access: Access) -> Iterator[bool]:
    """Whether no other process that shares the database is copying, until the block ends.

    A file of SQLite is one process's; those that share a server keep off each other by a lock of it.

    Raises:
        StoreError: The database failed.
    """
    with access.reading(_READ) as connection:
        if connection.dialect.name != "postgresql":
            yield True
            return
        mine = bool(connection.execute(select(func.pg_try_advisory_lock(_LOCK))).scalar())
        connection.commit()
        try:
            yield mine
        finally:
            if mine:
                connection.execute(select(func.pg_advisory_unlock(_LOCK)))
                connection.commit()


def new_facts(dataset: str) -> Facts:
    """Of a database that has no copy yet."""
    return Facts(new_id(), dataset)


def is_empty(access: Access) -> bool:
    """Whether the database holds nothing that is copied.

    Raises:
        StoreError: The database failed.
    """
    from feedback.copy_rows import copied_tables

    with access.reading(_READ) as connection:
        return not any(
            connection.execute(select(func.count()).select_from(select(table).limit(1).subquery())).scalar_one()
            for table in copied_tables()
        )
