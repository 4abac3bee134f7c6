"""Records usage until somebody kills it: `python -m tests.feedback.usage_writer NUMBER PREFIX`.

After each flush it prints how many events are safe; with the prefix `wait` it waits for a line on its input first.
"""

from __future__ import annotations

import sys
from functools import partial

from feedback.access import Access
from feedback.usage_recorder import UsageRecorder
from feedback.usage_store import UsageStore
from settings import get_settings
from tests.feedback.usage_samples import cheap, event


def main() -> None:
    access = Access(get_settings())
    recorder = UsageRecorder(partial(UsageStore, access))
    if sys.argv[2:] == ["wait"]:
        assert access.problem() is None
        print("ready", flush=True)
        sys.stdin.readline()
    for number in range(int(sys.argv[1])):
        recorder.record(partial(list, [event(), cheap(), event(router=f"router-{number % 9}")]))
        if number % 5 == 4:
            assert recorder.flush(60)
            print(recorder.state().written, flush=True)
    assert recorder.close(60)


if __name__ == "__main__":
    main()
