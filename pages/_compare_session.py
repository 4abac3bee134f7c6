"""What the server remembers of one tab of the Compare page; nothing of it is shared between tabs."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from errors import PlaygroundError
from feedback.verdict import Verdict
from llms.attachment import Attachment
from llms.bill import Bill
from llms.keys import Keys
from llms.stop_signal import StopSignal
from pages._compare_columns import Answer, Column, UserTurn
from pages._compare_controls import MOST_COLUMNS, CompareControls


@dataclass(frozen=True, slots=True)
class Notice:
    """What the reader is told above the columns or in the panel of keys.

    Attributes:
        text: Sentences.
        tone: How it looks: what went wrong, what to mind, or what has been done as asked.
    """

    text: str
    tone: Literal["error", "mind", "done"] = "mind"


NOT_VOTED = "no vote"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a vote showed.

    Attributes:
        choice: The vote; `no vote` where the user revealed without one.
        verdicts: Whether each router of the panel would have been right, by id.
        saved: A sentence on what was stored.
    """

    choice: str
    verdicts: Mapping[str, Verdict]
    saved: str


class CompareSession:
    """State of one tab, changed in place: an event that overtakes another acts on the same columns.

    Gradio copies the initial value of a state for every visitor: a copy is an empty session.

    Args:
        machine_usd_per_hour: What this machine costs, for the bill.
    """

    def __init__(self, machine_usd_per_hour: Decimal = Decimal(0)) -> None:
        self._machine_usd_per_hour = machine_usd_per_hour
        self.bill = Bill(machine_usd_per_hour)
        self.voting = threading.Lock()
        self.session_id = secrets.token_hex(8)
        """Of the tab; it says nothing of the visitor."""
        self.author = self.session_id
        """Pseudonym under which votes are stored: the tab's until the page says who votes."""
        self.values: dict[str, str] = {}
        self.keys = Keys()
        self.attachment: Attachment | None = None
        self.attachment_refusal: PlaygroundError | None = None
        self.notices: list[Notice] = []
        self.key_notice: Notice | None = None
        self.recalled = ""
        """The last prompt, once after the user asked to edit it."""
        self.planning = ""
        """Id of the comparison whose next turn is being planned; '' if none is."""
        self.drawn: dict[int, tuple[str, int, bool]] = {}
        """By column, which turns that are over its page shows: of which comparison, how many, whether veiled."""
        self._stops: dict[int, StopSignal] = {}
        self.start_over()

    def __deepcopy__(self, memo: object) -> CompareSession:
        return CompareSession(self._machine_usd_per_hour)

    def start_over(self) -> None:
        """Stops what runs and forgets the conversation; keys, controls and the session's bill stay."""
        self.stop()
        self.comparison_id = secrets.token_hex(12)
        self.turns: list[UserTurn] = []
        self.columns = [Column() for _ in range(MOST_COLUMNS)]
        self.veiled = False
        self.outcome: Outcome | None = None

    def begin(self, turns: Sequence[UserTurn], planned: Mapping[int, Answer], *, veiled: bool) -> None:
        """Takes over a planned turn, which is the last of `turns`; what came after the turns before it is dropped."""
        number = len(turns) - 1
        for place, column in enumerate(self.columns):
            column.answers = {earlier: answer for earlier, answer in column.answers.items() if earlier < number}
            if place in planned:
                column.answers[number] = planned[place]
        self.turns = list(turns)
        self.veiled, self.outcome = veiled, None
        self.attachment, self.attachment_refusal = None, None

    def lift(self, outcome: Outcome) -> None:
        """Reveals whose answers they were."""
        self.veiled, self.outcome = False, outcome

    @property
    def turn(self) -> int:
        """Number of the last turn, from 0; −1 before the first."""
        return len(self.turns) - 1

    def answer(self, place: int) -> Answer | None:
        """What a column says in the last turn."""
        return self.columns[place].answers.get(self.turn)

    @property
    def planned(self) -> bool:
        """Whether a turn of this conversation is being planned: a new conversation need not wait for it."""
        return self.planning == self.comparison_id

    def running(self) -> bool:
        """Whether any column is still being answered."""
        return any(answer is not None and answer.running for answer in map(self.answer, range(MOST_COLUMNS)))

    def settled(self, controls: CompareControls) -> bool:
        """Whether all columns shown have complete answers, so that they can be voted on."""
        answers = [self.answer(place) for place in range(len(controls.choices))]
        return bool(self.turns) and all(answer is not None and answer.complete for answer in answers)

    def signals(self, places: Iterable[int]) -> dict[int, StopSignal]:
        """New stop buttons for columns that are about to be asked."""
        fresh = {place: StopSignal() for place in places}
        self._stops |= fresh
        return fresh

    def stop(self, place: int | None = None) -> None:
        """Stops one column, or all; columns that share its answer stop with it."""
        answer = self.answer(place) if place is not None else None
        if place is not None and answer is not None and answer.shared_with is not None:
            place = answer.shared_with
        for signal in [self._stops.get(place)] if place is not None else list(self._stops.values()):
            if signal is not None:
                signal.stop()

    def close(self) -> None:
        """The tab has gone: its requests end at once, and its keys are forgotten."""
        self.stop()
        self.keys = Keys(session=self.keys.session)
