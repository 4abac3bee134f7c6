"""Keeps a copy of all feedback in a dataset of the Hub, and fills an empty database from it: a Space forgets its disk.

The database is the truth, and says what the copy has. Every upload is one commit; what is sent is noted before and
after, so that whoever is killed in between sends it again, and reading back twice is reading back once.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from concurrent.futures import CancelledError
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING

from errors import PlaygroundError
from feedback.access import Access
from feedback.copy_changes import TableChanges, changes, note
from feedback.copy_erasure import erased
from feedback.copy_facts import Facts, alone, keep_facts, read_facts
from feedback.copy_origin import settled
from feedback.copy_parts import Part, parts_of
from feedback.copy_rows import copied_tables
from feedback.faults import StoreError
from feedback.hub_dataset import HubDataset, HubError, card, in_words
from feedback.records import now
from settings import Settings

if TYPE_CHECKING:
    from feedback.copy_schedule import Schedule

FOLDER = "hub_copy"
"""In the data folder: where files of the dataset are put while they are read."""

ROWS_AT_ONCE = 20_000
RETRY_S = 30.0
"""After which a Hub that has not answered yet is tried again, unless uploads are more frequent."""

FAREWELL_S = 20.0
"""How long the last upload may take when the app ends: a Space is killed soon after."""

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class CopyStatus:
    """How the copy stands.

    Attributes:
        dataset: Which dataset it is.
        copied_at: When the copy had everything last, in UTC; None if it never had since the start.
        problem: What went wrong last, and the mend; None if nothing did.
        ready: Whether the database holds what the copy had, so that feedback is taken.
    """

    dataset: str
    copied_at: datetime | None = None
    problem: PlaygroundError | None = None
    ready: bool = False


class HubCopy:
    """The copy of one database.

    Args:
        access: The database.
        settings: Which dataset, by whose token, how often.
    """

    def __init__(self, access: Access, settings: Settings) -> None:
        token = settings.hf_token.get_secret_value() if settings.hf_token else None
        self._access = access
        self._dataset = HubDataset(settings.feedback_dataset, token)
        self._every_minutes = settings.feedback_copy_minutes
        self._folder = settings.data_dir / FOLDER
        self._turn = threading.Lock()
        self._ended = threading.Event()
        self._schedule: Schedule | None = None
        self._facts: Facts | None = None
        self._status = CopyStatus(settings.feedback_dataset)
        self._beginning = threading.Thread(target=self._begin_with_patience, name="hub-copy", daemon=True)

    @property
    def status(self) -> CopyStatus:
        """How the copy stands now; asks nobody."""
        return self._status

    def start(self) -> None:
        """Begins to copy. Until it is known that nothing has to be read back first, nothing may be written."""
        try:
            facts = read_facts(self._access)
        except StoreError:  # the database is down: whoever writes is told so anyway
            facts = None
        if facts is None or facts.dataset != self._status.dataset:
            self._access.refusal = StoreError(
                "Feedback is being read back from the Hub.", "Try again in a moment; /health says how far it is."
            )
        self._beginning.start()

    def close(self) -> None:
        """Copies a last time and ends."""
        self._ended.set()
        if self._schedule is not None:
            try:
                self._schedule.trigger().result(timeout=FAREWELL_S)
            except (TimeoutError, CancelledError, RuntimeError) as error:
                logger.warning("The last upload of feedback to the Hub did not end in time (%s)", type(error).__name__)
            self._schedule.stop()

    def push(self) -> None:
        """Copies now, and waits for it; a failure is in the status. One goes after the other."""
        with self._turn:
            try:
                with alone(self._access) as mine:
                    if not mine:  # another process on the same database is at it
                        return
                    self._prepare()
                    while self._push_some():
                        pass
            except PlaygroundError as error:
                self._failed(error)
            except Exception as error:
                logger.exception("The copy of feedback on the Hub failed")
                self._failed(HubError(f"The copy on the Hub failed ({type(error).__name__}).", "Please report it."))
            else:
                self._status = replace(self._status, copied_at=now(), problem=None, ready=True)

    def _begin_with_patience(self) -> None:
        """Until the Hub has answered once; from then on the schedule goes on."""
        while not self._ended.is_set():
            self.push()
            if self._facts is not None:
                return
            self._ended.wait(min(RETRY_S, self._every_minutes * 60))

    def _failed(self, error: PlaygroundError) -> None:
        if self._status.problem is None or self._status.problem.what != error.what:
            logger.warning("%s", error)
        self._status = replace(self._status, problem=error)
        if self._access.refusal is not None:
            self._access.refusal = StoreError(f"Feedback cannot be read back: {error.what}", error.mend)

    def _prepare(self) -> None:
        """Finds out whose dataset it is, and reads it back where the database is new."""
        if self._facts is not None:
            return
        from feedback.copy_schedule import Schedule  # the Hub's client: not while the app starts

        self._folder.mkdir(parents=True, exist_ok=True)
        if self._schedule is None:  # it makes the dataset
            with in_words(self._dataset.repo_id):
                self._schedule = Schedule(self._push_if_prepared, self._dataset, self._folder, self._every_minutes)
        self._facts = settled(self._access, self._dataset, self._folder)
        self._access.refusal = None
        self._status = replace(self._status, ready=True)

    def _push_if_prepared(self) -> None:
        if self._facts is not None:
            self.push()

    def _push_some(self) -> bool:
        """Copies what is new, up to a number of rows; whether there may be more."""
        moment, known = now(), read_facts(self._access) or self._facts  # another process may have gone on
        found = changes(self._access, ROWS_AT_ONCE)
        if not found or known is None:
            return False
        facts = known.next()
        note(self._access, found, arrived=False)
        parts: list[Part] = [facts.part(), card([table.name for table in copied_tables()])]
        for changed in found:
            parts += parts_of("rows", changed.table, facts.number, moment, changed.lines.values())
            parts += parts_of("deleted", changed.table, facts.number, moment, changed.gone.values())
        parts += erased(self._dataset, found, self._folder)
        self._dataset.commit(parts, _message(found))
        keep_facts(self._access, facts)
        note(self._access, found, arrived=True)
        self._facts = facts
        return sum(len(changed) for changed in found) >= ROWS_AT_ONCE


def _message(found: Sequence[TableChanges]) -> str:
    came, went = sum(len(changed.lines) for changed in found), sum(len(changed.gone) for changed in found)
    return f"{came:,} rows" + (f", {went:,} deletions" if went else "")
