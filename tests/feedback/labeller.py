"""Writes labels until it is killed: `python -m tests.feedback.labeller NUMBER` prints an id when a label is safe."""

from __future__ import annotations

import sys

from feedback.label_store import LabelStore
from feedback.records import new_id
from feedback.store import FeedbackStore
from settings import get_settings
from tests.feedback.labelling import label

UNDO_EVERY = 5


def main() -> None:
    store = LabelStore(FeedbackStore.open(get_settings()).access)
    annotator = new_id()
    for number in range(int(sys.argv[1])):
        if number % UNDO_EVERY == UNDO_EVERY - 1:
            undo = new_id()
            assert store.undo(annotator, label_id=undo)
            print(undo, flush=True)
            continue
        item = store.next_item(annotator)
        assert item is not None
        said = label(item.prompt, annotator, number % 3 + 1, comment=f"comment {number % 7}")
        assert store.save_label(said)
        print(said.id, flush=True)


if __name__ == "__main__":
    main()
