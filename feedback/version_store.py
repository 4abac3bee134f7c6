"""The store of learnt versions: what was learnt, which version decides, and who switched to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select

from errors import BadInputError, UnknownNameError
from feedback.access import Access
from feedback.columns import storable
from feedback.inserting import add_rows
from feedback.tables import NAME
from feedback.version_records import BrokenVersionError, Pick, Slot, Standing, Switch, Version, VersionFacts
from feedback.version_tables import VersionPick, VersionRow, VersionSwitch

MAX_ARRAY_BYTES = 25 * 1024 * 1024
ATTEMPTS = 8
"""Of two who save a version of the same router at once one gets the next number, and the other tries again."""

_FACTS = tuple(field.name for field in fields(VersionFacts))
_RELEARN = "Let the router learn again, or choose another version."


class VersionStore:
    """Keeps versions and switches. Safe to use from many threads; nothing that was kept is ever changed.

    Args:
        access: Transactions on the database of feedback.
    """

    def __init__(self, access: Access) -> None:
        self._access = access

    def save(self, version: Version, picks: Sequence[Pick] = ()) -> Version:
        """Keeps a version under the next number of its router.

        Args:
            version: With an id of its own; saving it a second time gives what was kept the first time.
            picks: Which routers were followed while it learnt, in order.

        Returns:
            The version with its number.

        Raises:
            StoreError: The database failed; nothing of it was kept.
            BadInputError: Its weights are too large to keep.
        """
        if len(version.arrays) > MAX_ARRAY_BYTES:
            raise BadInputError("The version's weights are larger than 25 MB.", "Learn from fewer labels.")
        row = {name: getattr(version, name) for name in (*_FACTS, "parameters", "arrays", "content_sha256")}
        row |= {name: storable(str(row[name]), NAME) for name in ("created_by", "created_by_name")}
        with self._access.writing("The version could not be saved") as connection:
            if self._number_of(connection, version.id) is None and self._add(connection, row) and picks:
                logged = [{"version_id": version.id, "position": at, **_row_of(pick)} for at, pick in enumerate(picks)]
                connection.execute(insert(VersionPick), logged)
            number = self._number_of(connection, version.id)
        if number is None:
            raise BadInputError("The version could not get a number.", "Learn again.")
        return replace(version, number=number)

    def version(self, version_id: str) -> Version:
        """A version with its weights, exactly as it was saved.

        Raises:
            StoreError: The database failed.
            UnknownNameError: There is none of that id.
            BrokenVersionError: It is not what was saved.
        """
        query = select(VersionRow.__table__).where(VersionRow.id == version_id)
        with self._access.reading("The version could not be read") as connection:
            row = connection.execute(query).mappings().one_or_none()
        if row is None:
            raise UnknownNameError("There is no such version.", "Choose one from the list of versions.")
        version = Version(**{name: row[name] for name in (*_FACTS, "parameters", "arrays")})
        if version.content_sha256 != row["content_sha256"]:
            raise BrokenVersionError(f"Version {version.name} of {version.router} is not what was saved.", _RELEARN)
        return version

    def versions(self, router: str | None = None, limit: int = 200) -> list[VersionFacts]:
        """What is known of the latest versions, newest first; of one router or of all.

        Raises:
            StoreError: The database failed.
        """
        query: Select[Any] = select(*(getattr(VersionRow, name) for name in _FACTS))
        query = query.order_by(VersionRow.created_at.desc(), VersionRow.number.desc(), VersionRow.id).limit(limit)
        if router is not None:
            query = query.where(VersionRow.router == router)
        with self._access.reading("The versions could not be read") as connection:
            return [VersionFacts(**row) for row in connection.execute(query).mappings()]

    def picks(self, version_id: str) -> list[Pick]:
        """Which routers were followed while a version learnt, in order.

        Raises:
            StoreError: The database failed.
        """
        names = [field.name for field in fields(Pick)]
        query = select(*(getattr(VersionPick, name) for name in names)).where(VersionPick.version_id == version_id)
        with self._access.reading("The picks could not be read") as connection:
            rows = connection.execute(query.order_by(VersionPick.position)).mappings()
            return [Pick(**row) for row in rows]

    def switch(self, switch: Switch) -> Switch:
        """Puts a version into the panel, takes it out, or goes back to what was there before.

        Returns:
            The switch with the version that stands there now; of one that was kept already, what it did then.

        Raises:
            StoreError: The database failed; nothing changed.
            UnknownNameError: There is no such version of that router.
            BadInputError: There is nothing to go back to.
        """
        with self._access.writing("The version could not be switched") as connection:
            known = connection.execute(
                select(VersionSwitch.version_id).where(VersionSwitch.id == switch.id)
            ).one_or_none()
            if known is not None:
                return replace(switch, version_id=known[0])
            self._one_switch_at_a_time(connection)
            stack = _stack(self._rows(connection, switch.router, switch.slot))
            if switch.action == "back":
                switch = replace(switch, version_id=_before(stack))
            elif switch.version_id == stack[-1]:  # it stands there already: a second click must not need two steps back
                return switch
            elif switch.version_id is not None:
                _check_is_of(connection, switch.version_id, switch.router)
            kept = {field.name: getattr(switch, field.name) for field in fields(switch)}
            kept |= {name: storable(kept[name], NAME) for name in ("created_by", "created_by_name")}
            connection.execute(insert(VersionSwitch).values(**kept))
        return switch

    def token(self) -> str:
        """Id of the last switch; one look at an index, so that replicas may ask every other second.

        Raises:
            StoreError: The database failed.
        """
        with self._access.reading("The versions could not be looked up") as connection:
            return _token(connection)

    def standing(self) -> Standing:
        """Which versions stand in the panel.

        Raises:
            StoreError: The database failed.
        """
        last = select(func.max(VersionSwitch.number)).group_by(VersionSwitch.router, VersionSwitch.slot)
        query = select(VersionSwitch.router, VersionSwitch.slot, VersionSwitch.version_id).where(
            VersionSwitch.number.in_(last), VersionSwitch.version_id.is_not(None)
        )
        with self._access.reading("The versions could not be looked up") as connection:
            token = _token(connection)
            found = connection.execute(query).tuples().all()
        slots: dict[str, dict[str, str]] = {"active": {}, "beside": {}}
        for router, slot, version_id in found:
            if version_id is not None:
                slots[slot][router] = version_id
        return Standing(token, **slots)

    def switches(self, limit: int = 200) -> list[Switch]:
        """Who switched to what, newest first.

        Raises:
            StoreError: The database failed.
        """
        names = [field.name for field in fields(Switch)]
        query = select(*(getattr(VersionSwitch, name) for name in names)).order_by(VersionSwitch.number.desc())
        with self._access.reading("The history of versions could not be read") as connection:
            return [Switch(**row) for row in connection.execute(query.limit(limit)).mappings()]

    @staticmethod
    def _add(connection: Connection, row: dict[str, Any]) -> bool:
        for _ in range(ATTEMPTS):
            last = select(func.max(VersionRow.number)).where(VersionRow.router == row["router"])
            row["number"] = (connection.execute(last).scalar() or 0) + 1
            if add_rows(connection, VersionRow, [row]):
                return True
        return False

    @staticmethod
    def _number_of(connection: Connection, version_id: str) -> int | None:
        return connection.execute(select(VersionRow.number).where(VersionRow.id == version_id)).scalar_one_or_none()

    @staticmethod
    def _one_switch_at_a_time(connection: Connection) -> None:
        """SQLite has one writer anyway; on PostgreSQL numbers must become visible in their order."""
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("LOCK TABLE version_switches IN SHARE ROW EXCLUSIVE MODE")

    @staticmethod
    def _rows(connection: Connection, router: str, slot: Slot) -> list[RowMapping]:
        query = select(VersionSwitch.action, VersionSwitch.version_id)
        query = query.where(VersionSwitch.router == router, VersionSwitch.slot == slot).order_by(VersionSwitch.number)
        return list(connection.execute(query).mappings())


def _stack(rows: Sequence[RowMapping]) -> list[str | None]:
    """What was put and not taken back, the shipped router at the bottom."""
    stack: list[str | None] = [None]
    for row in rows:
        if row["action"] == "put":
            stack.append(row["version_id"])
        elif len(stack) > 1:
            stack.pop()
    return stack


def _before(stack: Sequence[str | None]) -> str | None:
    if len(stack) < 2:
        raise BadInputError("There is nothing to go back to: the router is as it ships.", "Activate a version first.")
    return stack[-2]


def _check_is_of(connection: Connection, version_id: str, router: str) -> None:
    of = connection.execute(select(VersionRow.router).where(VersionRow.id == version_id)).scalar_one_or_none()
    if of != router:
        raise UnknownNameError(f"There is no such version of {router}.", "Choose one from the list of versions.")


def _token(connection: Connection) -> str:
    last = select(VersionSwitch.id).order_by(VersionSwitch.number.desc()).limit(1)
    return connection.execute(last).scalar_one_or_none() or ""


def _row_of(pick: Pick) -> dict[str, Any]:
    return {field.name: getattr(pick, field.name) for field in fields(Pick)}
