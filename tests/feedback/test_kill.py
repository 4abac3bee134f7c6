"""A process that is killed at any moment leaves every vote behind that it said was safe."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from feedback.store import FeedbackStore
from feedback.tables import CompletionRow, DecisionRow, Request, TextRow, VoteRow
from settings import Settings

ROOT = Path(__file__).parent.parent.parent
VOTES = 300


def killed_voter(settings: Settings, after: int) -> set[str]:
    """Ids of the votes that a process acknowledged before it was killed, at some moment after so many of them."""
    environment = os.environ | {"DATA_DIR": str(settings.data_dir)}
    environment["DATABASE_URL"] = settings.database_url.get_secret_value() if settings.database_url else ""
    command = [sys.executable, "-m", "tests.feedback.voter", str(VOTES)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as voter:
        assert voter.stdout is not None
        acknowledged = [voter.stdout.readline() for _ in range(after)]
        voter.send_signal(signal.SIGKILL)  # it is writing the next ones meanwhile
        acknowledged += voter.stdout.readlines()
        assert voter.wait() == -signal.SIGKILL
    return {line.strip() for line in acknowledged if line.endswith("\n")}


def test_every_acknowledged_vote_survives_kill_9(database: Settings) -> None:
    acknowledged: set[str] = set()
    for kills in range(1, 4):
        acknowledged |= killed_voter(database, after=random.randrange(5, 150))
        store = FeedbackStore.open(database)
        kept = {stored.vote.comparison for stored in store.votes()}
        assert acknowledged <= kept, "acknowledged, but lost"
        assert len(kept - acknowledged) <= kills, "only the vote it was killed over may be unheard of"
        with store.access.reading("The test could not read") as connection:
            numbers = {
                table: connection.execute(select(func.count()).select_from(table)).scalar_one()
                for table in (Request, CompletionRow, DecisionRow, VoteRow, TextRow)
            }
        assert numbers[CompletionRow] == 2 * numbers[Request], "a comparison is kept whole or not at all"
        assert numbers[DecisionRow] == numbers[Request]
        assert numbers[VoteRow] == len(kept)
        assert numbers[Request] - numbers[VoteRow] <= kills
        assert numbers[TextRow] == 3
        store.close()
