"""How the project's commands end: quietly where the reader of their output has gone, as in `… | head`."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable


def exit_code(main: Callable[[], int]) -> int:
    """Runs a command; returns its exit code, 1 where nobody reads its output any more.

    Args:
        main: Writes to standard output and returns the exit code.
    """
    try:
        code = main()
        sys.stdout.flush()
    except BrokenPipeError:
        # Python flushes once more at exit: to the null device, or it would complain of the same pipe again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code
