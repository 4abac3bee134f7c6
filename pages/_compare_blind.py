"""Blind mode: two answers on random sides, a vote when both are complete, then whose they were."""

from __future__ import annotations

import dataclasses
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from errors import BadInputError
from feedback.records import Choice, Comparison, CompletionRecord, DecisionRecord, Vote
from feedback.verdict import Side, Verdict, judge
from llms.catalogue import Catalogue
from llms.completion import Completion
from llms.cost import format_usd
from llms.pool import Pool
from llms.spending import spent
from pages._compare_columns import Answer
from pages._compare_controls import CHEAPEST, ROUTED, STRONGEST, CompareControls
from pages._compare_session import CompareSession, Outcome
from pages._compare_view import SIDES
from router_models import Decision, RouterPanel

LABELS: dict[Choice, str] = {
    "left": "A is better",
    "right": "B is better",
    "tie": "Both equally good",
    "both bad": "Both bad",
}


@dataclass(frozen=True, slots=True)
class RevealedSide:
    """One side after the vote."""

    name: str
    title: str
    role: str
    cost: str
    time: str
    won: bool


@dataclass(frozen=True, slots=True)
class Reveal:
    """What is shown after the vote."""

    heading: str
    sides: tuple[RevealedSide, ...]
    sentences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class VoteView:
    """The panel below the columns in blind mode."""

    shown: bool
    live: bool = False
    veiled: bool = False
    hint: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    reveal: Reveal | None = None
    saved: str = ""


def why_no_contest(able: Sequence[str]) -> str:
    """Why there can be no blind vote now, and what to do; '' where there can.

    Args:
        able: Titles of the LLMs that can be asked.
    """
    if len(able) >= len(SIDES):
        return ""
    only = f"now only {able[0]} can" if able else "now none can"
    return f"A blind vote takes two LLMs that can answer, and {only}. Type a key, or add an endpoint of your own, under"


def drawn_sides(controls: CompareControls) -> dict[str, str]:
    """The fields that put the two contestants on random sides."""
    sides = list(controls.choices[:2])
    if secrets.randbits(1):
        sides.reverse()
    return {"c0": sides[0], "c1": sides[1]}


def check_contest(answers: Mapping[int, Answer]) -> None:
    """Makes sure that there is something to vote on.

    Raises:
        BadInputError: A side cannot answer, or both are the same LLM. The message does not say which side is which.
    """
    refusals = [answer.refusal for answer in answers.values() if answer.refusal is not None]
    if refusals:
        raise BadInputError(f"One of the two cannot answer: {refusals[0].what}", refusals[0].mend)
    if len({answer.llm for answer in answers.values()}) < len(answers):
        raise BadInputError(
            "Both sides would be answered by the same LLM.", "Choose another LLM for one of the columns."
        )


def read_vote(session: CompareSession, controls: CompareControls, vote: object) -> Choice:
    """The vote, if it can be given now.

    Raises:
        BadInputError: It is none of the four, or an answer is not complete.
    """
    chosen = next((choice for choice in LABELS if choice == vote), None)
    if chosen is None:
        raise BadInputError("The page sent no vote that is known.", "Reload the page and try again.")
    if not session.veiled or not session.settled(controls):
        raise BadInputError("There is nothing to vote on yet.", "Wait until both answers are complete.")
    return chosen


def records_of(
    session: CompareSession,
    controls: CompareControls,
    choice: Choice,
    decisions: Mapping[str, Decision],
    panel: RouterPanel,
) -> tuple[Comparison, Vote]:
    """What is stored of a vote; without consent the store keeps hashes in place of texts.

    Args:
        session: The tab.
        controls: The user's.
        choice: The vote.
        decisions: Of the panel, by router id.
        panel: The routers.
    """
    turn = session.turns[session.turn]
    ended = _completions(session)
    # Ids follow from the turn, so that a second save of the same vote is the same row.
    records = [
        dataclasses.replace(
            CompletionRecord.of(completion, place), id=f"{session.comparison_id}-{session.turn}-{place}"
        )
        for place, completion in enumerate(ended)
    ]
    comparison = Comparison(
        id=session.comparison_id,
        turn=session.turn,
        author=session.author,
        prompt=turn.text,
        consent=controls.consent,
        pool=dict(controls.view.pool.serves),
        router=controls.router,
        decisions=tuple(DecisionRecord.of(made, panel[name].card) for name, made in decisions.items()),
        completions=tuple(records),
        temperature=controls.temperature,
        attachment=turn.attachment.kind if turn.attachment else None,
        blind=True,
    )
    vote = Vote(
        comparison=comparison.id,
        turn=comparison.turn,
        author=session.author,
        choice=choice,
        left=records[0].id,
        right=records[1].id,
    )
    return comparison, vote


def rule(
    session: CompareSession, choice: Choice, decisions: Mapping[str, Decision], catalogue: Catalogue, pool: Pool
) -> dict[str, Verdict]:
    """Whether each router would have been right, by id.

    Args:
        session: The tab.
        choice: The vote.
        decisions: Of the panel, by router id.
        catalogue: All LLMs, the user's own among them.
        pool: From which they picked.
    """
    left, right = (Side(completion.llm, _worth_usd(catalogue, completion)) for completion in _completions(session))
    picks = {name: decision.llm for name, decision in decisions.items()}
    offered = {name: {pool.serves[route] for route in decision.distribution} for name, decision in decisions.items()}
    return judge(choice, left, right, picks, offered)


def vote_view(session: CompareSession, controls: CompareControls, panel: RouterPanel) -> VoteView:
    """The panel below the columns; shown in blind mode, and after it until the next prompt."""
    if session.outcome is not None:
        reveal = _reveal(session, controls, session.outcome, panel)
        return VoteView(shown=True, reveal=reveal, saved=session.outcome.saved)
    if not controls.blind:
        return VoteView(shown=False)
    live = session.veiled and session.settled(controls)
    hint = (
        "Which is better? Names, costs and times come after your vote."
        if live
        else ("You can vote as soon as both answers are complete. A blind vote begins a new conversation.")
    )
    return VoteView(
        shown=True,
        live=live,
        veiled=session.veiled and not session.running(),
        hint=hint,
        choices=tuple(LABELS.items()),
    )


def _worth_usd(catalogue: Catalogue, completion: Completion) -> Decimal | None:
    """What an answer costs whoever asks for it: that this one came from the cache says nothing of its LLM."""
    if not completion.from_cache:
        return completion.cost.usd if completion.cost else None
    if completion.usage is None or completion.llm not in catalogue:  # an endpoint may have been taken away
        return None
    return spent(catalogue, completion.llm, completion.usage).usd


def _completions(session: CompareSession) -> list[Completion]:
    answers = [session.answer(place) for place in range(len(SIDES))]
    return [answer.completion for answer in answers if answer is not None and answer.completion is not None]


def _reveal(session: CompareSession, controls: CompareControls, outcome: Outcome, panel: RouterPanel) -> Reveal:
    catalogue = session.keys.catalogue(panel.catalogue)
    sides: list[RevealedSide] = []
    for place, name in enumerate(SIDES):
        answer = session.answer(place)
        if answer is None or not answer.llm:
            continue
        completion = answer.completion
        cost: Decimal | None = completion.cost.usd if completion and completion.cost else None
        seconds = f"{completion.total_ms / 1000:,.1f} s" if completion else "no answer"
        won = outcome.choice == ("left", "right")[place]
        title = catalogue[answer.llm].title if answer.llm in catalogue else answer.llm
        sides.append(RevealedSide(name, title, _role(answer, controls), format_usd(cost), seconds, won))
    label = LABELS.get(outcome.choice, "")  # type: ignore[call-overload]  # `no vote` is none of the four
    heading = f"You said: {label}" if label else "Revealed without a vote"
    return Reveal(heading, tuple(sides), tuple(_sentences(controls, outcome, panel)))


def _role(answer: Answer, controls: CompareControls) -> str:
    roles = {ROUTED: f"as routed by {controls.router}", CHEAPEST: "always cheapest", STRONGEST: "always strongest"}
    return roles.get(answer.choice, "")


def _sentences(controls: CompareControls, outcome: Outcome, panel: RouterPanel) -> list[str]:
    if not outcome.verdicts:
        return []
    own = outcome.verdicts.get(controls.router)
    said: list[str] = []
    if own is not None:
        title = panel[controls.router].title
        words = {"right": f"{title} would have been right.", "wrong": f"{title} would have been wrong."}
        said.append(f"{words.get(own.ruling, f'{title} cannot be judged by this vote.')} {own.why}")
    judged = [verdict for verdict in outcome.verdicts.values() if verdict.ruling != "not judged"]
    if judged:
        right = sum(verdict.ruling == "right" for verdict in judged)
        said.append(
            f"Of the panel, {right} of {len(judged)} routers whose pick was one of the two would have been right."
        )
    else:
        said.append("No router of the panel can be judged by this vote.")
    return said
