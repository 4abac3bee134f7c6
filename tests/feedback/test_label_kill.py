"""A process that is killed at any moment leaves every label behind that it said was safe, and a queue that is right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from feedback.label_state import ANSWERS
from feedback.label_store import LabelStore
from feedback.label_tables import LabelItem, LabelLead, LabelRow
from feedback.store import FeedbackStore
from feedback.tables import TextRow
from settings import Settings
from tests.feedback.labelling import queue

ROOT = Path(__file__).parent.parent.parent
WRITES = 1_000


def killed_labeller(settings: Settings, after: int) -> set[str]:
    """Ids of the labels that a process acknowledged before it was killed, at some moment after so many of them."""
    environment = os.environ | {"DATA_DIR": str(settings.data_dir)}
    environment["DATABASE_URL"] = settings.database_url.get_secret_value() if settings.database_url else ""
    command = [sys.executable, "-m", "tests.feedback.labeller", str(WRITES)]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as labeller:
        assert labeller.stdout is not None
        acknowledged = [labeller.stdout.readline() for _ in range(after)]
        labeller.send_signal(signal.SIGKILL)  # it is writing the next ones meanwhile
        acknowledged += labeller.stdout.readlines()
        assert labeller.wait() == -signal.SIGKILL
    return {line.strip() for line in acknowledged if line.endswith("\n")}


def test_every_acknowledged_label_survives_kill_9(database: Settings) -> None:
    store = LabelStore(FeedbackStore.open(database).access)
    texts = queue(store, 3_000)
    acknowledged: set[str] = set()
    for kills in range(1, 4):
        acknowledged |= killed_labeller(database, after=random.randrange(5, 250))
        kept = list(store.labels())
        ids = {stored.label.id for stored in kept}
        assert acknowledged <= ids, "acknowledged, but lost"
        assert len(ids - acknowledged) <= kills, "only the label it was killed over may be unheard of"
        assert all(stored.prompt in texts and stored.label.comment for stored in kept if stored.leads)
        with store.access.reading("The test could not read") as connection:
            latest = select(func.max(LabelRow.number)).group_by(LabelRow.annotator, LabelRow.prompt_sha256)
            leads = connection.execute(select(LabelLead.number)).scalars().all()
            assert sorted(leads) == sorted(connection.execute(latest).scalars()), "a label and what leads, or neither"
            answered = select(func.count()).where(LabelLead.verdict.in_(ANSWERS))
            given = connection.execute(select(func.sum(LabelItem.given))).scalar()
            assert given == connection.execute(answered).scalar(), "and the queue knows"
            comments = select(func.count()).where(TextRow.text.like("comment %"))
            assert connection.execute(comments).scalar_one() > 0
    assert store.progress("somebody else").done == sum(stored.leads for stored in store.labels())
    store.access.close()
