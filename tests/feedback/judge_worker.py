"""Judges until somebody kills it: `python -m tests.feedback.judge_worker PROVIDER RUN PROMPTS` begins or resumes."""

from __future__ import annotations

import sys

from errors import UnknownNameError
from llms.keys import Keys
from settings import get_settings
from tests.feedback.judging import Court, plan, prompts
from tests.llms.misbehaving import Misbehaving


def main() -> None:
    provider = Misbehaving()
    provider.base_url, run_id, count = sys.argv[1], sys.argv[2], int(sys.argv[3])
    environment = get_settings()
    court = Court(provider, environment)
    try:
        run = court.judge.resume(run_id, None, prompts(count), Keys())
    except UnknownNameError:
        run = court.judge.begin(plan(concurrency=3), prompts(count), Keys(), "somebody", run_id)
    progress = court.runs(run)
    print(progress.state, progress.done, progress.failed)


if __name__ == "__main__":
    main()
