"""Judges' answers and rationales about prompts that somebody wants deleted: the texts go, figures and hashes stay."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, update

from feedback.judge_tables import AnswerRow, RatingRow


def empty_judged(connection: Connection, prompts: Collection[str]) -> int:
    """Empties what LLMs said of these prompts, by hash; returns how many rows. Whoever wants it again pays again."""
    gone = 0
    for table, values in ((AnswerRow, {"text": "", "failure": "deleted"}), (RatingRow, {"rationale": ""})):
        gone += connection.execute(update(table).where(table.prompt_sha256.in_(prompts)).values(**values)).rowcount
    return gone
