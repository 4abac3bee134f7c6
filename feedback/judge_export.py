"""Ratings as training data: a line of JSON for every prompt, as `causal-5star` and `encoder-quality` learn from it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from errors import BadInputError
from feedback.judge_records import RunRecord
from feedback.judge_results import SUFFICES, Judged
from feedback.judge_rubric import rubric_sha256

FORMAT = "router-playground judged prompts, 1"
"""Stands in every line, so that a reader knows what it has."""

TIE = 0.5


def training_lines(record: RunRecord, judged: Sequence[Judged], texts: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The prompts of a run that have all their ratings and whose text is kept.

    `stars_low` and `stars_high` are the lowest and the highest single rating: `causal-5star` learns from such
    intervals. `p_reference_wins` is what `encoder-quality` learns: a rating from 4 on is a tie and counts one half, as
    it does there, a lower one is won by the reference, and the ratings of a prompt are averaged.

    Args:
        record: The run.
        judged: What is known of its prompts.
        texts: Prompts by hash.
    """
    plan = record.plan
    for one in judged:
        text, rating = texts.get(one.prompt_sha256), one.rating
        if text is None or rating is None:
            continue
        yield {
            "format": FORMAT,
            "prompt": text,
            "rating": rating,
            "stars_low": min(one.points),
            "stars_high": max(one.points),
            "p_reference_wins": fmean(TIE if points >= SUFFICES else 1.0 for points in one.points),
            "tier": one.tier(plan.reference_tier),
            "weak": plan.weak,
            "reference": plan.reference,
            "judges": list(plan.judges),
            "rubric_sha256": rubric_sha256(plan.rubric),
            "run": record.id,
        }


def write_lines(path: Path, lines: Iterable[Mapping[str, Any]]) -> int:
    """Writes lines of JSON; returns how many.

    Raises:
        BadInputError: The file cannot be written.
    """
    count = 0
    try:
        with path.open("w", encoding="utf-8") as file:
            for line in lines:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")
                count += 1
    except OSError as error:
        raise BadInputError(f"{path} cannot be written: {error.strerror}.", "Name another file.") from error
    return count
