"""A process that is killed, and two that write at once: sums and events agree, and what was acknowledged is there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from sqlalchemy import func, select

from feedback.access import Access
from feedback.usage_tables import UsageDay, UsageEventRow, UsageLatency, UsageNovelty
from settings import Settings

ROOT = Path(__file__).parent.parent.parent
EVENTS_EACH = 3


def started(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    environment = os.environ | {"DATA_DIR": str(settings.data_dir)}
    environment["DATABASE_URL"] = settings.database_url.get_secret_value() if settings.database_url else ""
    command = [sys.executable, "-m", "tests.feedback.usage_writer", *arguments]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def kept(settings: Settings) -> dict[str, int]:
    """Numbers of events by where they are counted."""
    access = Access(settings)
    counts = {
        "events": select(func.count()).select_from(UsageEventRow),
        "days": select(func.sum(UsageDay.events)),
        "latencies": select(func.sum(UsageLatency.events)),
        "novelties": select(func.sum(UsageNovelty.events)),
    }
    with access.reading("The test could not read") as connection:
        found = {name: int(connection.execute(query).scalar() or 0) for name, query in counts.items()}
    access.close()
    return found


def test_kill_9_loses_only_what_was_not_acknowledged(database: Settings) -> None:
    acknowledged = 0
    for _ in range(3):
        writer = started(database, "100000")
        assert writer.stdout is not None
        lines = [writer.stdout.readline() for _ in range(random.randrange(2, 12))]
        writer.send_signal(signal.SIGKILL)  # it is writing the next ones meanwhile
        lines += writer.stdout.readlines()
        assert writer.wait() == -signal.SIGKILL
        acknowledged += max(int(line) for line in lines if line.endswith("\n"))
        found = kept(database)
        assert len(set(found.values())) == 1, f"sums and events differ: {found}"
        assert found["events"] >= acknowledged, "acknowledged, but lost"
        assert found["events"] % EVENTS_EACH == 0, "a request is kept whole or not at all"
        acknowledged = found["events"]


def test_two_processes_on_one_database_add_up(database: Settings) -> None:
    """Both write sums under the same keys: nothing is overwritten, and nobody waits in a circle."""
    writers = [started(database, "200", "wait") for _ in range(2)]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate()
        assert writer.returncode == 0
    assert set(kept(database).values()) == {2 * 200 * EVENTS_EACH}
