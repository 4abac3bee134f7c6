"""What labels come to: where people differ, and which tier a prompt needs."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy import Connection, Select, exists, func, select
from sqlalchemy.orm import aliased

from feedback.access import Access
from feedback.annotator_names import IMPORTED
from feedback.label_items import CHUNK
from feedback.label_records import Conflict, Label
from feedback.label_rows import as_label
from feedback.label_tables import LabelItem, LabelLead, LabelRow
from feedback.resolved_label import ResolvedLabel, Source
from feedback.tables import TextRow

WEIGHTIEST_FIRST: tuple[Source, ...] = ("adjudicated", "people", "correction", "judge")
_SAYS_SOMETHING = ("route", "discard")


class Lead(NamedTuple):
    """A label that counts, as far as it matters for what labels come to."""

    prompt_sha256: str
    source: Source
    tier: int | None  # None discards the prompt
    created_at: datetime
    random: bool
    imported: bool = False


def resolved(access: Access, *, sources: Collection[Source], limit: int | None) -> list[ResolvedLabel]:
    """See `LabelStore.resolved`."""
    query = (
        select(
            *(LabelLead.prompt_sha256, LabelLead.source, LabelLead.tier, LabelLead.created_at, LabelItem.random),
            func.substr(LabelLead.annotator, 1, len(IMPORTED)) == IMPORTED,
        )
        .join(LabelItem, LabelItem.prompt_sha256 == LabelLead.prompt_sha256)
        .where(LabelLead.source.in_(sources), LabelLead.verdict.in_(_SAYS_SOMETHING))
        .order_by(LabelLead.prompt_sha256, LabelLead.number)
    )
    with access.reading("Labels could not be read") as connection:
        leads = [Lead._make(row) for row in connection.execute(query)]
        found = [label for _, group in groupby(leads, _prompt) if (label := resolve(list(group))) is not None]
        found.sort(key=_moment, reverse=True)
        return list(_with_texts(connection, found, limit))


def resolve(leads: Sequence[Lead]) -> ResolvedLabel | None:
    """The tier that the leading labels of one prompt come to, without its text; None if they do not agree on one."""
    said = {source: [lead for lead in leads if lead.source == source] for source in WEIGHTIEST_FIRST}
    source = next(source for source in WEIGHTIEST_FIRST if said[source])
    # Of several adjudicators the last one settles it, as the last label of an annotator leads.
    # A file names its annotators itself, any number of them: whoever labelled here says more than all of these.
    here = [lead for lead in said[source] if not lead.imported]
    counted = said[source][-1:] if source == "adjudicated" else here or said[source]
    if any(lead.tier is None for lead in counted):
        return None
    votes = Counter(lead.tier for lead in counted if lead.tier is not None).most_common(2)
    if len(votes) > 1 and votes[0][1] == votes[1][1]:
        return None
    return ResolvedLabel(
        prompt="",
        prompt_sha256=counted[0].prompt_sha256,
        tier=votes[0][0],
        annotators=max(1, len(said["people"])) if source == "adjudicated" else len(counted),
        source=source,
        random=counted[0].random and source != "correction",  # somebody corrects what went wrong: that is no chance
        created_at=max(lead.created_at for lead in counted),
    )


def conflicts(access: Access, *, settled: bool, limit: int) -> list[Conflict]:
    """See `LabelStore.conflicts`."""
    query = _differing(settled=settled).order_by(func.max(LabelLead.number).desc()).limit(limit)
    with access.reading("Conflicts could not be read") as connection:
        found = connection.execute(query).scalars().all()
        texts, labels = _texts(connection, found), _leading(connection, found)
    return [_conflict(digest, texts.get(digest), labels[digest]) for digest in found]


def disputed(access: Access) -> int:
    """See `LabelStore.disputed`."""
    query = select(func.count()).select_from(_differing(settled=False).subquery())
    with access.reading("Conflicts could not be counted") as connection:
        return connection.execute(query).scalar_one()


def matrix(access: Access) -> dict[str, dict[str, int]]:
    """See `LabelStore.matrix`."""
    query = (
        select(LabelLead.prompt_sha256, LabelLead.annotator, LabelLead.tier)
        .where(LabelLead.source == "people", LabelLead.verdict == "route", LabelLead.tier.is_not(None))
        .order_by(LabelLead.prompt_sha256, LabelLead.annotator)
    )
    found: dict[str, dict[str, int]] = {}
    with access.reading("Labels could not be read") as connection:
        for digest, annotator, tier in connection.execute(query).tuples():
            found.setdefault(digest, {})[annotator] = tier or 0
    return {digest: tiers for digest, tiers in found.items() if len(tiers) > 1}


def _differing(*, settled: bool) -> Select[str]:
    """Hashes of the prompts on which people differ."""
    adjudicated = aliased(LabelLead)
    is_settled = exists().where(
        adjudicated.prompt_sha256 == LabelLead.prompt_sha256,
        adjudicated.source == "adjudicated",
        adjudicated.verdict != "undo",
    )
    kinds = func.count(func.coalesce(LabelLead.tier, 0).distinct())
    return (
        select(LabelLead.prompt_sha256)
        .where(LabelLead.source == "people", LabelLead.verdict.in_(_SAYS_SOMETHING))
        .where(is_settled if settled else ~is_settled)
        .group_by(LabelLead.prompt_sha256)
        .having(kinds > 1)
    )


def _conflict(digest: str, prompt: str | None, labels: Sequence[Label]) -> Conflict:
    settled = [label for label in labels if label.source == "adjudicated"]
    people = tuple(label for label in labels if label.source == "people")
    return Conflict(prompt_sha256=digest, prompt=prompt, labels=people, adjudication=settled[-1] if settled else None)


def _leading(connection: Connection, prompts: Sequence[str]) -> dict[str, list[Label]]:
    """What people and adjudicators say of prompts at last, earliest first."""
    comment = (
        select(TextRow.text)
        .where(TextRow.sha256 == LabelRow.comment_sha256, TextRow.author == LabelRow.annotator)
        .scalar_subquery()
    )
    query = (
        select(LabelRow, comment.label("comment"))
        .join(LabelLead, LabelLead.number == LabelRow.number)
        .where(LabelLead.prompt_sha256.in_(prompts), LabelLead.source.in_(("people", "adjudicated")))
        .where(LabelLead.verdict != "undo")
        .order_by(LabelRow.number)
    )
    found: dict[str, list[Label]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["prompt_sha256"], []).append(as_label(row, row["comment"] or ""))
    return found


def _with_texts(connection: Connection, labels: Sequence[ResolvedLabel], limit: int | None) -> Iterator[ResolvedLabel]:
    left = len(labels) if limit is None else limit
    for start in range(0, len(labels), CHUNK):
        chunk = labels[start : start + CHUNK]
        texts = _texts(connection, [label.prompt_sha256 for label in chunk])
        for label in chunk:
            if left > 0 and label.prompt_sha256 in texts:
                yield dataclasses.replace(label, prompt=texts[label.prompt_sha256])
                left -= 1
        if left <= 0:
            return


def _texts(connection: Connection, prompts: Sequence[str]) -> dict[str, str]:
    query = select(TextRow.sha256, TextRow.text).where(TextRow.sha256.in_(prompts))
    return dict(connection.execute(query).tuples().all())


def _prompt(lead: Lead) -> str:
    return lead.prompt_sha256


def _moment(label: ResolvedLabel) -> tuple[datetime, str]:
    return label.created_at, label.prompt_sha256
