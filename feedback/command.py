"""What the commands of `python -m feedback` share: a store that is opened, used and closed; errors in two sentences."""

from __future__ import annotations

import sys
from collections.abc import Callable

from errors import PlaygroundError
from feedback.label_store import LabelStore
from feedback.store import FeedbackStore
from settings import get_settings


def with_store(do: Callable[[LabelStore], int]) -> int:
    """Does something with the store of labels; returns the exit code.

    Args:
        do: Does it and returns the exit code; errors for people are printed and make it 1.
    """
    feedback = FeedbackStore(get_settings())
    try:
        return do(LabelStore(feedback.access))
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    finally:
        feedback.close()
