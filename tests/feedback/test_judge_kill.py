"""A run that is killed in its middle goes on without paying anything twice that had been answered."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

from settings import Settings
from tests.feedback.judging import Court, JudgingProvider, judging

ROOT = Path(__file__).parent.parent.parent
PROMPTS = 12
REQUESTS = 4 * PROMPTS


def worker(provider: JudgingProvider, settings: Settings) -> subprocess.Popen[str]:
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    environment = os.environ | {"DATA_DIR": str(settings.data_dir), "DATABASE_URL": url}
    command = [sys.executable, "-m", "tests.feedback.judge_worker", provider.base_url, "run-1", str(PROMPTS)]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True)


def test_kill_9_and_again_asks_only_for_what_had_not_come(database: Settings) -> None:
    with judging() as provider:
        for held_from in (8, 25):  # from this request on the provider is silent, so all before it are answered and kept
            provider.hold_from = held_from
            with worker(provider, database) as killed:
                # Three are asked at a time: once three wait, whatever was answered before them has been stored.
                provider.wait_for_requests(held_from + 2, timeout_s=120)
                killed.send_signal(signal.SIGKILL)
                assert killed.wait() == -signal.SIGKILL
            assert Court(provider, database).store.runs()[0][1].state == "running"  # type: ignore[union-attr]
        provider.hold_from = 10**9
        with worker(provider, database) as last:
            assert last.stdout is not None
            assert last.stdout.read().split() == ["finished", str(PROMPTS), "0"]
        answered = Counter(provider.answered)
        assert len(answered) == REQUESTS
        assert max(answered.values()) == 1, "something was paid twice"
        assert len(provider.requests) == REQUESTS + 2 * 3, "only what was cut off on its way was asked again"
        court = Court(provider, database)
        assert court.store.spent("run-1").requests == REQUESTS
        assert all(one.whole for one in court.judge.results("run-1")[1])
        court.feedback.close()
