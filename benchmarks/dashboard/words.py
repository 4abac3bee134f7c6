"""Counts of words and pairs of words over many prompts: enough to see what a class is about, too little to read one.

Only what stands in at least `FEWEST_PROMPTS` different prompts is kept, and of prompts that are near-copies of each
other one counts, so that nobody's text can be put together again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from benchmarks.benchmark import IntArray

FEWEST_PROMPTS = 20
MOST = 60
LONGEST_WORD = 20

_WORD = re.compile(r"[a-z]+(?:'[a-z]+)?")
_FUNCTION_WORDS = """
a about after all also am an and any are as at be because been before being between but by can could did do does
doing each for from further had has have having he her here him his how i if in into is it its just me more most
my no nor not now of off on once only or other our out over own please same she should so some such than that
the their them then there these they this those through to too up was we were what when where which while who
whom why will with would you your
"""
_STOP = frozenset(_FUNCTION_WORDS.split())


@dataclass(frozen=True)
class WordCount:
    """One word or pair of words.

    Attributes:
        text: In lower case.
        prompts: Prompts of each class in which it stands.
        z: How much rather it stands in the last class than in the others, in standard errors.
    """

    text: str
    prompts: tuple[int, ...]
    z: float


def count_words(prompts: Sequence[str], labels: IntArray, n_classes: int, size: int) -> list[WordCount]:
    """The most frequent words (size 1) or pairs of neighbouring words (size 2), and those that tell classes apart best.

    Args:
        prompts: n texts, each counted once per word, and near-copies once altogether.
        labels: Class per prompt, shape (n,).
        n_classes: Number of classes.
        size: 1 or 2.

    Source:
        Monroe, Colaresi and Quinn, Fightin' Words, 2008, section 3.4: z-score of the log-odds ratio.
    """
    seen: list[Counter[str]] = [Counter() for _ in range(n_classes)]
    counted = distinct(prompts)
    for row in counted:
        seen[labels[row]].update(set(_grams(prompts[row], size)))
    total: Counter[str] = sum(seen, Counter())
    kept = [text for text, prompts_with in total.items() if prompts_with >= FEWEST_PROMPTS]
    rows = np.bincount(labels[counted], minlength=n_classes)
    counts = [WordCount(text, tuple(c[text] for c in seen), _z([c[text] for c in seen], rows)) for text in kept]
    frequent = sorted(counts, key=_by_frequency)[:MOST]
    telling = sorted(counts, key=_by_z)[:MOST]
    return sorted({word.text: word for word in (*frequent, *telling)}.values(), key=_by_frequency)


def distinct(prompts: Sequence[str]) -> list[int]:
    """Numbers of the prompts that are no near-copy of an earlier one: most of their runs of three words are new."""
    seen: set[tuple[str, ...]] = set()
    kept = []
    for number, prompt in enumerate(prompts):
        words = _WORD.findall(prompt.lower())
        runs = {tuple(words[start : start + 3]) for start in range(max(1, len(words) - 2))}
        if len(runs & seen) * 2 < len(runs):
            kept.append(number)
        seen |= runs
    return kept


def _grams(prompt: str, size: int) -> Iterable[str]:
    words = _WORD.findall(prompt.lower().replace("’", "'"))
    if size == 1:
        return (word for word in words if _telling(word))
    return (f"{left} {right}" for left, right in pairwise(words) if _pair(left, right))


def _telling(word: str) -> bool:
    return word not in _STOP and 2 < len(word) <= LONGEST_WORD


def _pair(left: str, right: str) -> bool:
    short = max(len(left), len(right)) <= LONGEST_WORD
    return short and not (left in _STOP and right in _STOP)


def _z(prompts: Sequence[int], rows: IntArray) -> float:
    """Log-odds of the last class against the others over its standard error; half a prompt added to every cell."""
    last, rest = prompts[-1] + 0.5, sum(prompts[:-1]) + 0.5
    without_last = rows[-1] - prompts[-1] + 0.5
    without_rest = rows[:-1].sum() - sum(prompts[:-1]) + 0.5
    odds = np.log(last / without_last) - np.log(rest / without_rest)
    return round(float(odds / np.sqrt(1 / last + 1 / rest + 1 / without_last + 1 / without_rest)), 2)


def _by_frequency(word: WordCount) -> tuple[int, str]:
    return -sum(word.prompts), word.text


def _by_z(word: WordCount) -> tuple[float, str]:
    return -abs(word.z), word.text
