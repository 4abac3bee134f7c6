"""The fields of the Traffic page in which the user says what costs rest on."""

from __future__ import annotations

import math

from errors import BadInputError
from traffic.analysis import MAX_PER_MONTH, Assumptions


def read_assumptions(
    per_month: float | None,
    pool: str,
    baseline: str | None,
    output_tokens: float | None,
    reasoning_tokens: float | None,
) -> Assumptions:
    """What the fields of the page say.

    Raises:
        BadInputError: One of them is empty or no whole number.
    """
    return Assumptions(
        pool=str(pool),
        baseline=str(baseline or ""),
        per_month=_whole(per_month, "number of prompts a month", MAX_PER_MONTH),
        output_tokens=_whole(output_tokens, "length of an answer", MAX_PER_MONTH),
        reasoning_tokens=_whole(reasoning_tokens, "number of hidden tokens", MAX_PER_MONTH),
    )


def _whole(value: float | None, what: str, most: int) -> int:
    if value is None or not math.isfinite(value) or not 0 <= value <= most:
        raise BadInputError(f"The {what} is not a number.", f"Type a whole number up to {most:,}.")
    return int(value)
