"""Writes votes until somebody kills it: `python -m tests.feedback.voter NUMBER` prints an id when a vote is safe."""

from __future__ import annotations

import sys

from feedback.store import FeedbackStore
from settings import get_settings
from tests.feedback.samples import comparison, vote


def main() -> None:
    store = FeedbackStore.open(get_settings())
    for _ in range(int(sys.argv[1])):
        compared = comparison(consent=True)
        store.save_comparison(compared)
        assert store.save_vote(vote(compared))
        print(compared.id, flush=True)


if __name__ == "__main__":
    main()
