"""Writes labels: a row that stays, which one leads now, and what that means for the queue, in one transaction."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from sqlalchemy import Connection, delete, select

from errors import BadInputError, UnknownNameError
from feedback.access import Access
from feedback.annotator_names import IMPORTED
from feedback.inserting import add_or_replace, add_rows, insert_into
from feedback.label_queue import hold
from feedback.label_records import Label, Undone
from feedback.label_rows import as_label, check_author, item_row, label_row, text_row
from feedback.label_state import lock_items, refresh
from feedback.label_tables import LabelHold, LabelItem, LabelLead, LabelRow
from feedback.records import now
from feedback.rows import Row, sha256
from feedback.tables import TextRow
from router_models.prompts import clean_prompt

_OF_QUEUE = ("people", "adjudicated")
"""Sources whose labels decide whether a prompt is still wanted."""

_FAILED = "Your label could not be saved"


def save_label(access: Access, label: Label, *, prompt: str | None = None, consent: bool = False) -> bool:
    """See `LabelStore.save_label`."""
    row = label_row(label)
    text = None if prompt is None else clean_prompt(prompt)
    if text is not None and sha256(text) != label.prompt_sha256:
        raise BadInputError("The label is on another prompt than the text.", "Load the prompt again.")
    with access.writing(_FAILED) as connection:
        _find_or_add_item(connection, label, text)
        kept = [text_row(text, label.annotator, label.created_at)] if consent and text else []
        if row["comment_sha256"] is not None:
            kept.append(text_row(label.comment, label.annotator, label.created_at))
        if not _add(connection, row):
            return False
        add_rows(connection, TextRow, kept)
        connection.execute(
            delete(LabelHold).where(
                LabelHold.prompt_sha256 == label.prompt_sha256, LabelHold.annotator == label.annotator
            )
        )
        if consent or label.source in _OF_QUEUE:
            refresh(connection, [label.prompt_sha256])
        return True


def save_imported(access: Access, labels: Sequence[Label]) -> int:
    """See `LabelStore.save_imported`."""
    rows = [label_row(label) for label in labels]
    digests = sorted({label.prompt_sha256 for label in labels})
    said = select(LabelLead.prompt_sha256, LabelLead.annotator, LabelLead.tier).where(
        LabelLead.prompt_sha256.in_(digests), LabelLead.source == "people"
    )
    new = 0
    with access.writing("The labels could not be saved") as connection:
        known = lock_items(connection, digests)
        # A file that was exported here brings nobody in a second time.
        leading = {(digest, annotator): tier for digest, annotator, tier in connection.execute(said).tuples()}
        here = {(digest, f"{IMPORTED}{annotator}") for digest, annotator in leading}
        for row in rows:
            key = row["prompt_sha256"], row["annotator"]
            if key[0] not in known or key in here or (key in leading and leading[key] == row["tier"]):
                continue
            new += _add(connection, row)
            leading[key] = row["tier"]
        refresh(connection, list(known))
    return new


def undo(access: Access, annotator: str, label_id: str) -> Undone | None:
    """See `LabelStore.undo`."""
    check_author(annotator)
    latest = (
        select(LabelRow)
        .join(LabelLead, LabelLead.number == LabelRow.number)
        .where(LabelLead.annotator == annotator, LabelLead.source == "people", LabelLead.verdict != "undo")
        .order_by(LabelLead.number.desc())
        .limit(1)
    )
    with access.writing("Your label could not be taken back") as connection:
        found = connection.execute(latest).mappings().first()
        if found is None:
            return None
        taken_back = as_label(found, comment="")
        _lock_item(connection, taken_back.prompt_sha256)
        moment = now()
        undone = dataclasses.replace(
            taken_back, id=label_id, verdict="undo", tier=None, rating=None, seconds=None, created_at=moment
        )
        if not _add(connection, label_row(undone)):
            return None
        refresh(connection, [undone.prompt_sha256])
        return Undone(taken_back, hold(connection, annotator, undone.prompt_sha256, moment))


def _find_or_add_item(connection: Connection, label: Label, text: str | None) -> None:
    if _lock_item(connection, label.prompt_sha256):
        return
    if text is None:
        raise UnknownNameError("The store does not know this prompt.", "Import it first.")
    row = item_row(text, label.annotator, label.source, 0, assigned=False, created_at=label.created_at)
    add_rows(connection, LabelItem, [row])
    _lock_item(connection, label.prompt_sha256)


def _lock_item(connection: Connection, prompt_sha256: str) -> bool:
    """Makes others wait who label the same prompt, so that all answers are counted; whether the prompt is known."""
    return bool(lock_items(connection, [prompt_sha256]))


def _add(connection: Connection, row: Row) -> bool:
    """Adds a label and makes it lead; False if its id is known."""
    statement = (
        insert_into(connection, LabelRow).on_conflict_do_nothing(index_elements=["id"]).returning(LabelRow.number)
    )
    number = connection.execute(statement, row).scalar()
    if number is None:
        return False
    names = ("prompt_sha256", "source", "annotator", "verdict", "tier", "created_at")
    lead = {"number": number} | {name: row[name] for name in names}
    add_or_replace(connection, LabelLead, lead, ("prompt_sha256", "source", "annotator"))
    return True
