"""What follows from labels for the queue: how many answered a prompt, whether it is open, and for whom."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from feedback.label_tables import LabelAssignment, LabelItem, LabelLead
from feedback.tables import TextRow

ANSWERS = ("route", "unsure", "discard")
"""Verdicts after which one annotator less is wanted; who skips leaves it to another."""

_PROMPTS: BindParameter[str] = bindparam("prompts", expanding=True)
_SAID = LabelLead.prompt_sha256 == LabelItem.prompt_sha256


def lock_items(connection: Connection, prompts: Sequence[str]) -> dict[str, int]:
    """Makes others wait who would change the same prompts, always in the same order, so that nobody waits in a circle.

    Args:
        connection: In a transaction that writes.
        prompts: Hashes.

    Returns:
        How many annotators are wanted, of those prompts that the store knows.
    """
    return dict(connection.execute(_lock(), {"prompts": prompts}).tuples().all())


def refresh(connection: Connection, prompts: Sequence[str]) -> None:
    """Counts answers anew and says which prompts are open: wanted by more annotators, not settled, text kept.

    Args:
        connection: In a transaction that writes.
        prompts: Hashes.
    """
    connection.execute(_items(), {"prompts": prompts})
    connection.execute(_assignments(), {"prompts": prompts})


def is_settled() -> ColumnElement[bool]:
    """Whether a prompt of `label_items` needs no further label, because somebody discarded or settled it."""
    return exists().where(
        _SAID,
        or_(
            and_(LabelLead.source == "people", LabelLead.verdict == "discard"),
            and_(LabelLead.source == "adjudicated", LabelLead.verdict != "undo"),
        ),
    )


def is_kept() -> ColumnElement[bool]:
    """Whether the text of a prompt of `label_items` is kept."""
    return exists().where(TextRow.sha256 == LabelItem.prompt_sha256)


@lru_cache
def _lock() -> Select[str, int]:
    query = select(LabelItem.prompt_sha256, LabelItem.wanted).where(LabelItem.prompt_sha256.in_(_PROMPTS))
    return query.order_by(LabelItem.prompt_sha256).with_for_update(key_share=True)


@lru_cache
def _items() -> Update:
    answers = select(func.count()).select_from(LabelLead)
    given = answers.where(_SAID, LabelLead.source == "people", LabelLead.verdict.in_(ANSWERS)).scalar_subquery()
    still_open = and_(LabelItem.wanted > given, ~is_settled(), is_kept())
    return update(LabelItem).where(LabelItem.prompt_sha256.in_(_PROMPTS)).values(given=given, open=still_open)


@lru_cache
def _assignments() -> Update:
    answered = exists().where(
        LabelLead.prompt_sha256 == LabelAssignment.prompt_sha256,
        LabelLead.annotator == LabelAssignment.annotator,
        LabelLead.source == "people",
        LabelLead.verdict != "undo",
    )
    is_open = exists().where(LabelItem.prompt_sha256 == LabelAssignment.prompt_sha256, LabelItem.open.is_(True))
    chosen = update(LabelAssignment).where(LabelAssignment.prompt_sha256.in_(_PROMPTS))
    return chosen.values(waiting=and_(is_open, ~answered))
