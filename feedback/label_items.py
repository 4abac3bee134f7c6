"""Prompts of the queue: brought in, collected, assigned; and what of them is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from sqlalchemy import Connection, and_, select, update

from errors import BadInputError
from feedback.access import Access
from feedback.inserting import add_rows
from feedback.label_records import Imported
from feedback.label_rows import assignment_rows, check_author, item_row, text_row
from feedback.label_state import lock_items, refresh
from feedback.label_tables import LabelAssignment, LabelItem
from feedback.records import now
from feedback.tables import Request, TextRow
from router_models.prompts import clean_prompt

CHUNK = 500
"""Prompts in one transaction: others have their turn in between."""

MAX_OVERLAP = 100
_FAILED = "The prompts could not be saved"


def add_items(
    access: Access, prompts: Iterable[str], importer: str, *, origin: str, overlap: int, annotators: Sequence[str]
) -> Imported:
    """See `LabelStore.add_items`."""
    _check(overlap, annotators)
    check_author(importer)
    new = duplicates = 0
    texts = iter(prompts)
    while chunk := [clean_prompt(prompt) for prompt in islice(texts, CHUNK)]:
        with access.writing(_FAILED) as connection:
            added = _add(connection, dict.fromkeys(chunk, importer), origin, overlap, tuple(dict.fromkeys(annotators)))
        new += added
        duplicates += len(chunk) - added
    return Imported(new, duplicates)


def add_collected(access: Access, *, overlap: int, limit: int) -> Imported:
    """See `LabelStore.add_collected`."""
    _check(overlap, ())
    consented = (
        select(TextRow.text, TextRow.author)
        .join(Request, and_(Request.prompt_sha256 == TextRow.sha256, Request.author == TextRow.author))
        .where(Request.consent)
        .order_by(Request.created_at.desc())
        .limit(limit)
    )
    with access.reading("Collected prompts could not be read") as connection:
        found = dict(connection.execute(consented).tuples().all())
    new = 0
    for chunk in _chunks(found):
        with access.writing(_FAILED) as connection:
            new += _add(connection, {text: found[text] for text in chunk}, "collected", overlap, ())
    return Imported(new, len(found) - new)


def set_overlap(access: Access, overlap: int, *, origin: str | None) -> int:
    """See `LabelStore.set_overlap`."""
    _check(overlap, ())
    queued = LabelItem.wanted.not_in([0, overlap])
    chosen = and_(queued, LabelItem.assigned.is_(False), *([] if origin is None else [LabelItem.origin == origin]))
    with access.reading("Prompts could not be read") as connection:
        found = connection.execute(select(LabelItem.prompt_sha256).where(chosen)).scalars().all()
    for chunk in _chunks(found):
        with access.writing("The overlap could not be changed") as connection:
            lock_items(connection, chunk)
            changes = update(LabelItem).where(LabelItem.prompt_sha256.in_(chunk), LabelItem.assigned.is_(False))
            connection.execute(changes.values(wanted=overlap))
            refresh(connection, chunk)
    return len(found)


def assign(access: Access, annotators: Sequence[str], *, origin: str | None, limit: int | None) -> int:
    """See `LabelStore.assign`."""
    people = tuple(dict.fromkeys(annotators))
    if not people:
        raise BadInputError("Nobody was named.", "Name at least one annotator.")
    _check(1, people)
    free = and_(
        LabelItem.open.is_(True),
        LabelItem.assigned.is_(False),
        LabelItem.given == 0,
        *([] if origin is None else [LabelItem.origin == origin]),
    )
    query = (
        select(LabelItem.prompt_sha256, LabelItem.place).where(free).order_by(LabelItem.place, LabelItem.prompt_sha256)
    )
    with access.reading("Prompts could not be read") as connection:
        found = dict(connection.execute(query.limit(limit)).tuples().all())
    assigned = 0
    for chunk in _chunks(found):
        with access.writing("The prompts could not be assigned") as connection:
            lock_items(connection, chunk)
            still_free = select(LabelItem.prompt_sha256).where(LabelItem.prompt_sha256.in_(chunk), free)
            mine = connection.execute(still_free).scalars().all()
            rows = [row for digest in mine for row in assignment_rows(digest, people, found[digest])]
            add_rows(connection, LabelAssignment, rows)
            given_out = {"assigned": True, "wanted": len(people)}
            connection.execute(update(LabelItem).where(LabelItem.prompt_sha256.in_(mine)).values(given_out))
            refresh(connection, mine)
        assigned += len(mine)
    return assigned


def _add(
    connection: Connection, authors: dict[str, str], origin: str, overlap: int, annotators: tuple[str, ...]
) -> int:
    """Adds a chunk of prompts, given with whose they are; returns how many are new to the queue."""
    moment, wanted = now(), len(annotators) or overlap
    rows = [
        item_row(prompt, author, origin, wanted, assigned=bool(annotators), created_at=moment)
        for prompt, author in authors.items()
    ]
    # Rows go in by hash, so that two that bring in the same prompts at once do not wait for each other in a circle.
    rows.sort(key=_digest)
    digests = [row["prompt_sha256"] for row in rows]
    known = lock_items(connection, digests)
    new = add_rows(connection, LabelItem, [row for row in rows if row["prompt_sha256"] not in known])
    texts = [text_row(prompt, author, moment) for prompt, author in authors.items()]
    add_rows(connection, TextRow, sorted(texts, key=_text_digest))
    waiting = [digest for digest, wanted_now in known.items() if wanted_now == 0]
    if waiting:
        joins = {"wanted": wanted, "assigned": bool(annotators), "origin": rows[0]["origin"]}
        connection.execute(update(LabelItem).where(LabelItem.prompt_sha256.in_(waiting)).values(joins))
    fresh = [digest for digest in digests if known.get(digest, 0) == 0]
    add_rows(connection, LabelAssignment, [row for digest in fresh for row in assignment_rows(digest, annotators)])
    if known:
        refresh(connection, list(known))
    return new + len(waiting)


def _digest(row: dict[str, object]) -> str:
    return str(row["prompt_sha256"])


def _text_digest(row: dict[str, object]) -> str:
    return str(row["sha256"])


def _check(overlap: int, annotators: Sequence[str]) -> None:
    if not 1 <= overlap <= MAX_OVERLAP:
        raise BadInputError(
            f"{overlap} annotators per prompt is not possible.", f"Choose a number from 1 to {MAX_OVERLAP}."
        )
    for annotator in annotators:
        check_author(annotator)


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    left = iter(keys)
    while chunk := list(islice(left, CHUNK)):
        yield chunk
