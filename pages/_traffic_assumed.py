"""The fields of the Traffic page in which the user says what costs rest on."""

from __future__ import annotations

import math
from typing import Any

from errors import BadInputError, PlaygroundError
from pages._label_notice import problem
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
        BadInputError: One of them is empty or out of its range.
    """
    return Assumptions(
        pool=str(pool),
        baseline=str(baseline or ""),
        per_month=_whole(per_month, "number of prompts a month", least=1),
        output_tokens=_whole(output_tokens, "length of an answer"),
        reasoning_tokens=_whole(reasoning_tokens, "number of hidden tokens"),
    )


def assumptions_said(*fields: Any) -> str:  # noqa: ANN401  Gradio's values
    """What is wrong with the fields, for a line beside them: the notices of the page may be out of sight.

    Args:
        fields: As `read_assumptions` takes them.
    """
    try:
        read_assumptions(*fields)
    except PlaygroundError as error:
        return problem(BadInputError(error.what, f"{error.mend} Until then the figures stay as they were."))
    return ""


def _whole(value: float | None, what: str, least: int = 0) -> int:
    if value is None:
        raise BadInputError(f"The {what} is empty.", _range(least))
    if not math.isfinite(value) or not least <= value <= MAX_PER_MONTH:
        raise BadInputError(f"The {what} is out of range.", _range(least))
    return int(value)


def _range(least: int) -> str:
    return f"Type a whole number from {least} to {MAX_PER_MONTH:,}."
