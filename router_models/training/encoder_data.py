"""What the fine-tuned encoder learns from: chat prompts with route labels, and questions with measured outcomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.data import gsm8k, mmlu, nexos
from benchmarks.data.mmlu import STRONG, WEAK
from benchmarks.split import Side, question_key
from router_models.training.encoder_names import CHAT, QUALITY


@dataclass(frozen=True, eq=False)
class Examples:
    """Prompts that one head learns from.

    Attributes:
        head: Name of the head's output.
        prompts: n texts.
        keys: Hash of each question; prompts of one question never stand on both sides of a fold.
        targets: Distribution over the head's routes, (n, n_routes).
        sources: Name of the data set each prompt is from.
    """

    head: str
    prompts: tuple[str, ...]
    keys: tuple[str, ...]
    targets: FloatArray
    sources: tuple[str, ...]

    def __len__(self) -> int:
        """Number of prompts."""
        return len(self.prompts)

    def take(self, rows: Sequence[int] | IntArray) -> Examples:
        """The given rows, in the given order."""
        return Examples(
            self.head,
            tuple(self.prompts[row] for row in rows),
            tuple(self.keys[row] for row in rows),
            self.targets[np.asarray(rows, dtype=np.int64)],
            tuple(self.sources[row] for row in rows),
        )


def chat_examples(data: Path, side: Side = "train") -> Examples:
    """The labelled chat prompts of one side, one per question.

    A question that occurs several times counts once, because repetition says how often people paste it, not how hard
    it is. Where its copies carry different labels, the target is their mean: the labeller was undecided, and so may
    the router be.
    """
    part = nexos.load(data).part(side)
    if part.labels is None:
        raise ValueError("nexos has labels")
    one_hot = np.eye(len(nexos.ROUTES))[part.labels]
    first = np.unique(part.groups, return_index=True)[1]
    targets = np.stack([one_hot[part.groups == part.groups[row]].mean(axis=0) for row in first])
    return _examples(CHAT, part.take(first), targets)


def outcome_examples(data: Path, side: Side = "train") -> Examples:
    """MMLU and GSM8K questions of one side; the target is the strong LLM's win rate, a tie counting half.

    Two outcomes per question are noisy. In cross-validation with a linear model, learning from both kinds of
    surprise (only the strong LLM right, only the weak one right) ranked prompts better than the bare label "strong
    needed".
    """
    parts = [loaded.part(side) for loaded in (mmlu.load(data), gsm8k.load(data))]
    examples = []
    for part in parts:
        wins = (1 + part.quality[STRONG] - part.quality[WEAK]) / 2
        examples.append(_examples(QUALITY, part, np.stack([1 - wins, wins], axis=1)))
    return joined(examples)


def strong_needed(examples: Examples) -> IntArray:
    """1 where only the strong LLM was right, (n,)."""
    needed: IntArray = (examples.targets[:, 1] == 1).astype(np.int64)
    return needed


def _examples(head: str, part: Benchmark, targets: FloatArray) -> Examples:
    keys = tuple(question_key(question) for question in part.questions)
    return Examples(head, part.prompts, keys, targets, (part.name,) * len(part))


def joined(parts: Sequence[Examples]) -> Examples:
    """The examples of one head as one, in order."""
    return Examples(
        parts[0].head,
        tuple(prompt for part in parts for prompt in part.prompts),
        tuple(key for part in parts for key in part.keys),
        np.concatenate([part.targets for part in parts]),
        tuple(source for part in parts for source in part.sources),
    )
