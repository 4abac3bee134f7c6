"""What the reader is told when the app itself fails, and what is logged of it."""

from __future__ import annotations

import logging
import traceback

from errors import PlaygroundError

logger = logging.getLogger(__name__)


def as_shown(error: BaseException) -> PlaygroundError:
    """The error as the page shows it; one that was not foreseen is logged.

    Only its type and the lines of code are logged: its message may quote the prompt, which is nobody's business.
    """
    if isinstance(error, PlaygroundError):
        return error
    frames = reversed(traceback.extract_tb(error.__traceback__))
    where = " < ".join(f"{frame.filename}:{frame.lineno}" for frame in frames)
    logger.error("a callback failed with %s at %s", type(error).__name__, where)
    return PlaygroundError("The app failed on this request.", "Try again; if it fails again, please report it.")
