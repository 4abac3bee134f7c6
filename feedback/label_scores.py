"""What the panel thinks of the queue's prompts, and so in which order they come."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, select, update

from feedback.access import Access
from feedback.label_records import PanelScore
from feedback.label_rows import Draw, place_of
from feedback.label_state import lock_items
from feedback.label_tables import LabelAssignment, LabelItem
from feedback.tables import TextRow


def unscored(access: Access, limit: int) -> list[tuple[str, str]]:
    """See `LabelStore.unscored`."""
    text = select(TextRow.text).where(TextRow.sha256 == LabelItem.prompt_sha256).limit(1).scalar_subquery()
    query = (
        select(LabelItem.prompt_sha256, text)
        .where(LabelItem.scored.is_(False), LabelItem.wanted > 0, LabelItem.open.is_(True))
        .limit(limit)
    )
    with access.reading("Prompts could not be read") as connection:
        return [(digest, prompt) for digest, prompt in connection.execute(query).tuples() if prompt is not None]


def save_scores(access: Access, scores: Sequence[PanelScore]) -> None:
    """See `LabelStore.save_scores`."""
    rows = [_row(score) for score in scores]
    if not rows:
        return
    item = update(LabelItem).where(LabelItem.prompt_sha256 == bindparam("digest"))
    item = item.values(
        uncertainty=bindparam("u"), disagreement=bindparam("d"), place=bindparam("new_place"), scored=True
    )
    own = update(LabelAssignment).where(LabelAssignment.prompt_sha256 == bindparam("digest"))
    own = own.values(place=bindparam("new_place"))
    with access.writing("The panel's scores could not be saved") as connection:
        lock_items(connection, [score.prompt_sha256 for score in scores])
        connection.execute(item, rows)
        connection.execute(own, [{"digest": row["digest"], "new_place": row["new_place"]} for row in rows])


def priority(uncertainty: float, disagreement: float) -> float:
    """How much a label of a prompt would tell, 0 to 1: half of it doubt, half dissent."""
    return (uncertainty + disagreement) / 2


def _row(score: PanelScore) -> dict[str, object]:
    known = score.uncertainty is not None and score.disagreement is not None
    weight = priority(score.uncertainty or 0.0, score.disagreement or 0.0) if known else None
    return {
        "digest": score.prompt_sha256,
        "u": score.uncertainty,
        "d": score.disagreement,
        "new_place": place_of(Draw.of(score.prompt_sha256), weight),
    }
