"""Which prompt an annotator gets next: by turns what the panel is least sure of, and what chance says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    bindparam,
    delete,
    exists,
    func,
    select,
    text,
)

from feedback.access import Access
from feedback.inserting import add_or_replace
from feedback.label_floor import MANY_LABELS, Floors, floors_of
from feedback.label_records import QueuedItem
from feedback.label_rows import RANDOM_SHARE, check_author
from feedback.label_tables import LabelAssignment, LabelHold, LabelItem, LabelLead
from feedback.records import now
from feedback.tables import TextRow

HOLD = timedelta(minutes=10)
"""How long a prompt is kept for whom it was handed to; then others may get it."""

_EVERY = round(1 / RANDOM_SHARE)
_LOCK = 7_266_339_022
"""Of PostgreSQL's advisory locks the one that means: a prompt is being handed out."""

_ANNOTATOR: BindParameter[str] = bindparam("annotator")
_MOMENT: BindParameter[datetime] = bindparam("moment", type_=LabelHold.until.type)
_FLOOR: BindParameter[float] = bindparam("floor")
_BESIDES: BindParameter[str] = bindparam("besides", expanding=True)
_SHOWN = (
    LabelItem.prompt_sha256,
    LabelItem.random,
    LabelItem.uncertainty,
    LabelItem.disagreement,
    LabelItem.given,
    LabelItem.wanted,
)


def next_item(access: Access, annotator: str, *, besides: Collection[str] = ()) -> QueuedItem | None:
    """See `LabelStore.next_item`."""
    check_author(annotator)
    # Who looks at what need not survive a loss of power, so nobody waits for the disk.
    with access.writing("The next prompt could not be fetched", durable=False) as connection:
        if connection.dialect.name == "postgresql":  # else two at the same instant would be handed the same last one
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
        moment = now()
        connection.execute(delete(LabelHold).where(LabelHold.until <= moment))
        found = _first(connection, floors_of(access), annotator, moment, tuple(besides))
        return None if found is None else hold(connection, annotator, found, moment)


def release(access: Access, annotator: str) -> None:
    """See `LabelStore.release`."""
    with access.writing("The prompts could not be given back", durable=False) as connection:
        connection.execute(delete(LabelHold).where(LabelHold.annotator == annotator))


def anything_left(access: Access, connection: Connection, annotator: str) -> bool:
    """Whether there is a prompt for this annotator at the moment."""
    return _first(connection, floors_of(access), annotator, now(), ()) is not None


def hold(connection: Connection, annotator: str, prompt_sha256: str, moment: datetime) -> QueuedItem | None:
    """Keeps a prompt for an annotator for `HOLD` from now; None if its text is gone."""
    until = moment + HOLD
    row = {"prompt_sha256": prompt_sha256, "annotator": annotator, "until": until}
    add_or_replace(connection, LabelHold, row, ("prompt_sha256", "annotator"))
    shown: RowMapping | None = connection.execute(_shown(), {"digest": prompt_sha256}).mappings().first()
    return None if shown is None else QueuedItem(**shown, held_until=until)


@lru_cache
def candidates(*, random: bool, assigned: bool, floored: bool = False) -> Select[*tuple[Any, ...]]:
    """Hash and place of the first prompt of one part of the queue that `annotator` may get at `moment`.

    Args:
        random: Which part.
        assigned: Whether to look in the annotator's own queue.
        floored: Whether to begin at the place `floor`.
    """
    queue = LabelAssignment if assigned else LabelItem
    query = select(queue.prompt_sha256, queue.place).where(queue.random == random)
    if floored:
        query = query.where(queue.place >= _FLOOR)
    if assigned:
        query = query.join(LabelItem, LabelItem.prompt_sha256 == LabelAssignment.prompt_sha256).where(
            LabelAssignment.annotator == _ANNOTATOR,
            LabelAssignment.waiting == True,  # noqa: E712  SQL
        )
    else:
        query = query.where(LabelItem.assigned == False)  # noqa: E712  SQL
    query = query.where(LabelItem.open == True, ~_answered(), _not_taken())  # noqa: E712  SQL
    return query.where(queue.prompt_sha256.not_in(_BESIDES)).order_by(queue.place, queue.prompt_sha256).limit(1)


@lru_cache
def _still_to_answer() -> Select[Any]:
    """Of held prompts those that are still open to `annotator`; asked for by hash, of which there are few."""
    held = LabelItem.prompt_sha256.in_(bindparam("held", expanding=True))
    return select(LabelItem.prompt_sha256).where(held, LabelItem.open.is_(True), ~_answered())


@lru_cache
def _holds() -> Select[Any]:
    mine = select(LabelHold.prompt_sha256).where(LabelHold.annotator == _ANNOTATOR, LabelHold.until > _MOMENT)
    return mine.where(LabelHold.prompt_sha256.not_in(_BESIDES)).order_by(LabelHold.until)


@lru_cache
def _number_said() -> Select[Any]:
    return select(func.count()).where(LabelLead.annotator == _ANNOTATOR, LabelLead.source == "people")


@lru_cache
def _shown() -> Select[*tuple[Any, ...]]:
    return (
        select(*_SHOWN, TextRow.text.label("prompt"))
        .join(TextRow, TextRow.sha256 == LabelItem.prompt_sha256)
        .where(LabelItem.prompt_sha256 == bindparam("digest"))
        .limit(1)  # every author keeps a copy of their own
    )


def _first(
    connection: Connection, floors: Floors, annotator: str, moment: datetime, besides: tuple[str, ...]
) -> str | None:
    values: dict[str, Any] = {"annotator": annotator, "moment": moment, "besides": besides}
    held = connection.execute(_holds(), values).scalars().all()
    if held:
        left = connection.execute(_still_to_answer(), {"annotator": annotator, "held": held}).scalars().all()
        first = next((digest for digest in held if digest in left), None)
        if first is not None:
            return str(first)
    # Every fifth prompt of an annotator is one of the random part, not every fifth on average.
    number = connection.execute(_number_said(), {"annotator": annotator}).scalar_one() + len(besides)
    turn = number % _EVERY == _EVERY - 1
    for assigned in (True, False):
        for random in (turn, not turn):
            own = assigned or number < MANY_LABELS  # their own queue knows what they have answered
            found = _candidate(connection, None if own else floors, values, random=random, assigned=assigned)
            if found is not None:
                return found
    return None


def _candidate(
    connection: Connection, floors: Floors | None, values: dict[str, Any], *, random: bool, assigned: bool
) -> str | None:
    """The first prompt of one part of the queue, looked for from the floor on if there is one."""
    annotator = str(values["annotator"])
    floor = floors.get(annotator, random=random) if floors is not None else None
    found = None
    if floor is not None:
        query = candidates(random=random, assigned=assigned, floored=True)
        found = connection.execute(query, values | {"floor": floor}).first()
    if found is None:
        found = connection.execute(candidates(random=random, assigned=assigned), values).first()
    if found is None:
        return None
    if floors is not None:
        floors.put(annotator, found.place, random=random)
    return str(found.prompt_sha256)


def _answered() -> ColumnElement[bool]:
    return exists().where(
        LabelLead.prompt_sha256 == LabelItem.prompt_sha256,
        LabelLead.source == "people",
        LabelLead.annotator == _ANNOTATOR,
        LabelLead.verdict != "undo",
    )


def _not_taken() -> ColumnElement[bool]:
    others = (
        select(func.count())
        .select_from(LabelHold)
        .where(
            LabelHold.prompt_sha256 == LabelItem.prompt_sha256,
            LabelHold.annotator != _ANNOTATOR,
            LabelHold.until > _MOMENT,
        )
        .scalar_subquery()
    )
    return LabelItem.given + others < LabelItem.wanted
