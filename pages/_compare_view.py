"""What a column shows above and below its conversation; while the vote is open nothing that tells its LLM."""

from __future__ import annotations

from dataclasses import dataclass

from errors import PlaygroundError
from pages._compare_columns import Answer
from pages._compare_controls import ROUTED, CompareControls
from pages._compare_facts import Fact, facts_of
from pages._compare_options import Grouped, Options
from pages._compare_pick import PickView, pick_of
from pages._compare_session import CompareSession
from pages._tools import Choice
from router_models import RouterPanel

SIDES = ("Answer A", "Answer B")
"""What the columns are called until the vote."""

FAILED_VEILED = PlaygroundError(
    "This side gave no whole answer, so there is nothing to vote on.", "Retry it, or reveal without a vote."
)


@dataclass(frozen=True, slots=True)
class HeadView:
    """What stands above a column's conversation."""

    place: int
    shown: bool
    name: str = ""
    veiled: bool = False
    refused: bool = False
    empty: bool = True
    choice: str = ""
    routed: bool = False
    override: str = ""
    stop: bool = False
    retry: bool = False
    fixed: tuple[Choice, ...] = ()
    llms: Grouped = ()
    now: PickView | None = None
    next: PickView | None = None


@dataclass(frozen=True, slots=True)
class FootView:
    """What stands below a column's conversation."""

    place: int
    shown: bool
    name: str = ""
    asked: bool = False
    done: bool = True
    state: str = ""
    plain: bool = False
    rows: tuple[Fact, ...] = ()
    failure: PlaygroundError | None = None
    partial: bool = False
    shared: str = ""


def head_of(
    session: CompareSession,
    controls: CompareControls,
    options: Options,
    panel: RouterPanel,
    place: int,
    planned: Answer | None,
) -> HeadView:
    """What stands above a column.

    Args:
        session: The tab.
        controls: The user's.
        options: What can be chosen.
        panel: The routers.
        place: Which column, from 0.
        planned: What it would do with the prompt that is being typed; None if none is.
    """
    if place >= len(controls.choices):
        return HeadView(place, shown=False)
    answer = session.answer(place)
    stop = answer is not None and answer.running
    if session.veiled:
        failed = answer is not None and not stop and not answer.complete
        return HeadView(place, shown=True, name=SIDES[place], veiled=True, empty=False, stop=stop, retry=failed)
    catalogue = session.keys.catalogue(panel.catalogue)
    waiting = planned if answer is None or not session.running() else None
    choice = controls.choices[place]
    subject = answer or planned
    return HeadView(
        place,
        shown=True,
        name=f"Column {place + 1}",
        refused=subject is not None and (subject.refusal or subject.router_failure) is not None,
        empty=not session.turns
        or (answer is not None and not answer.asked and len(session.columns[place].answers) < 2),
        choice=choice,
        routed=choice == ROUTED,
        override=controls.override,
        stop=stop,
        retry=bool(session.turns) and not stop,
        fixed=options.fixed,
        llms=options.llms,
        now=pick_of(answer, panel, catalogue, "estimated") if answer else None,
        next=pick_of(waiting, panel, catalogue, "would cost about") if waiting else None,
    )


def foot_of(session: CompareSession, controls: CompareControls, place: int) -> FootView:
    """What stands below a column."""
    if place >= len(controls.choices):
        return FootView(place, shown=False)
    answer = session.answer(place)
    name = SIDES[place] if session.veiled else f"Column {place + 1}"
    if answer is None:
        return FootView(place, shown=True, name=name)
    if session.veiled:
        return _veiled_foot(answer, place)
    if not answer.asked:
        return FootView(place, shown=True, name=name)
    facts = facts_of(answer)
    shared = (
        f"Column {answer.shared_with + 1} asks the same of the same LLM: asked and paid once."
        if (answer.shared_with is not None)
        else ""
    )
    return FootView(
        place,
        shown=True,
        name=name,
        asked=True,
        done=not answer.running,
        state=facts.state,
        rows=facts.rows,
        failure=facts.failure,
        partial=facts.partial,
        shared=shared,
    )


def _veiled_foot(answer: Answer, place: int) -> FootView:
    """Says only whether the side is writing, has ended or failed."""
    done = not answer.running
    failed = done and not answer.complete
    state = "" if failed else "finished" if done else "writing" if answer.text else "waiting"
    return FootView(
        place,
        shown=True,
        name=SIDES[place],
        asked=True,
        done=done,
        state=state or "not whole",
        plain=True,
        failure=FAILED_VEILED if failed else None,
    )
