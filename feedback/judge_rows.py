"""Judgements as rows of the tables, and back."""

from __future__ import annotations

from sqlalchemy import RowMapping

from feedback.columns import storable
from feedback.judge_plan import JudgePlan
from feedback.judge_records import JudgedAnswer, JudgeRating, Paid, RunItem, RunRecord, RunState
from feedback.judge_rubric import instructions, rubric_sha256
from feedback.rows import Row, sha256
from feedback.tables import NAME

PAID = (
    "answered_by",
    "failure",
    "input_tokens",
    "output_tokens",
    "tokens_counted",
    "cost_usd",
    "price_as_of",
    "total_ms",
    "created_at",
)


def rubric_row(run: RunRecord) -> Row:
    """What the judges of a run are told."""
    rubric = run.plan.rubric
    return {"sha256": rubric_sha256(rubric), "text": instructions(rubric), "created_at": run.created_at}


def run_row(run: RunRecord) -> Row:
    """A run."""
    return {
        "id": run.id,
        "author": storable(run.author, NAME),
        "plan": run.plan.as_json() | {"who": dict(run.who)},
        "rubric_sha256": rubric_sha256(run.plan.rubric),
        "budget_usd": run.plan.budget_usd,
        "created_at": run.created_at,
    }


def item_row(item: RunItem, run: str, position: int) -> Row:
    """One prompt of a run."""
    return {
        "run_id": run,
        "position": position,
        "prompt_sha256": item.prompt_sha256,
        "weak_key": item.weak_key,
        "reference_key": item.reference_key,
    }


def state_row(state: RunState) -> Row:
    """How a run stands."""
    return {
        "id": state.id,
        "run_id": state.run,
        "state": state.state,
        "reason": storable(state.reason),
        "done": state.done,
        "failed": state.failed,
        "total": state.total,
        "created_at": state.created_at,
    }


def answer_row(answer: JudgedAnswer) -> Row:
    """An answer."""
    return {
        "key": answer.key,
        "attempt": answer.attempt,
        "run_id": answer.run,
        "prompt_sha256": answer.prompt_sha256,
        "llm": storable(answer.llm, NAME),
        "max_tokens": answer.max_tokens,
        "text": storable(answer.text),
        "text_sha256": sha256(answer.text),
        "text_characters": len(answer.text),
        "stop": answer.stop,
        **_paid_columns(answer.paid),
    }


def rating_row(rating: JudgeRating) -> Row:
    """A rating."""
    return {
        "key": rating.key,
        "attempt": rating.attempt,
        "run_id": rating.run,
        "prompt_sha256": rating.prompt_sha256,
        "weak_sha256": rating.weak_sha256,
        "reference_sha256": rating.reference_sha256,
        "judge": storable(rating.judge, NAME),
        "shown_first": rating.shown_first,
        "rubric_sha256": rating.rubric_sha256,
        "rating": rating.rating,
        "rationale": storable(rating.rationale),
        **_paid_columns(rating.paid),
    }


def read_answer(row: RowMapping) -> JudgedAnswer:
    """An answer as it was kept."""
    return JudgedAnswer(
        key=row["key"],
        attempt=row["attempt"],
        run=row["run_id"],
        prompt_sha256=row["prompt_sha256"],
        llm=row["llm"],
        max_tokens=row["max_tokens"],
        text=row["text"],
        stop=row["stop"],
        paid=_paid(row),
    )


def read_rating(row: RowMapping) -> JudgeRating:
    """A rating as it was kept."""
    return JudgeRating(
        key=row["key"],
        attempt=row["attempt"],
        run=row["run_id"],
        prompt_sha256=row["prompt_sha256"],
        weak_sha256=row["weak_sha256"],
        reference_sha256=row["reference_sha256"],
        judge=row["judge"],
        shown_first=row["shown_first"],
        rubric_sha256=row["rubric_sha256"],
        rating=row["rating"],
        rationale=row["rationale"],
        paid=_paid(row),
    )


def read_run(row: RowMapping) -> RunRecord:
    """A run as it was kept; raises DataError where another version of the app has kept it."""
    kept = dict(row["plan"])
    who = kept.pop("who", {})
    plan = JudgePlan.from_json(kept, row["budget_usd"])
    return RunRecord(id=row["id"], author=row["author"], plan=plan, who=who, created_at=row["created_at"])


def read_state(row: RowMapping) -> RunState:
    """How a run stood."""
    return RunState(
        id=row["id"],
        run=row["run_id"],
        state=row["state"],
        reason=row["reason"],
        done=row["done"],
        failed=row["failed"],
        total=row["total"],
        created_at=row["created_at"],
    )


def _paid_columns(paid: Paid) -> Row:
    return {name: getattr(paid, name) for name in PAID} | {"answered_by": storable(paid.answered_by, NAME)}


def _paid(row: RowMapping) -> Paid:
    return Paid(**{name: row[name] for name in PAID})
