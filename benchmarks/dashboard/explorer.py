"""What the labelled sets look like, as aggregates: `explorer.json`, which `benchmarks.dashboard.explore` writes."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from benchmarks.dashboard.row_facts import FOLDER
from benchmarks.kept import Kept, read_kept

EXPLORER_FILE = "explorer.json"
MEND = "Write it again: `python -m benchmarks.dashboard.explore --data DIR`."


class Lengths(Kept):
    """Lengths of the prompts of one class, in characters but for `words_mean` and `words_sd`."""

    mean: float
    sd: float
    quartiles: tuple[float, float, float]
    words_mean: float
    words_sd: float
    histogram: tuple[int, ...] = Field(description="prompts per bin of `length_edges`")


class Word(Kept):
    """A word, or a pair of them, with the number of prompts of each class in which it stands."""

    text: str
    prompts: tuple[int, ...]
    z: float = Field(description="how much rather it stands in the last class, in standard errors")


class SetPart(Kept):
    """Counts of one part, train or test, as published: duplicates still in it."""

    rows: int
    questions: int = Field(description="distinct questions, by their letters and digits")
    by_class: tuple[int, ...]
    duplicates: int = Field(description="rows whose question was there before")
    contradictions: int = Field(description="questions that carry more than one label")
    pearson: float | None = Field(description="correlation of length in characters and the last class; null: none")
    spearman: float | None = Field(description="the same of the ranks")
    chars_mean: float
    chars_sd: float
    words_mean: float
    words_sd: float


class LabelledSet(Kept):
    """One labelled set.

    Attributes:
        name: As in the suite.
        title: For people.
        label: What the label says.
        classes: Names of the classes, cheapest route first.
        parts: `train` and `test`.
        shared: Questions that stand in both parts.
        length_edges: Edges of the bins of the length histograms, in characters.
        lengths: Per class, both parts together.
        words: Words over the minimum count.
        pairs: Pairs of neighbouring words over the minimum count.
        findings: What is worth knowing, computed sentences.
    """

    name: str
    title: str
    label: str
    classes: tuple[str, ...]
    parts: dict[str, SetPart]
    shared: int
    length_edges: tuple[int, ...]
    lengths: tuple[Lengths, ...]
    words: tuple[Word, ...]
    pairs: tuple[Word, ...]
    findings: tuple[str, ...] = ()


class Explorer(Kept):
    """The file."""

    fewest_prompts: int = Field(ge=20, description="in so many prompts a word must stand to be counted")
    note: str
    sets: tuple[LabelledSet, ...]


def read_explorer(folder: Path = FOLDER) -> Explorer:
    """Reads the file.

    Raises:
        DataError: It is missing, cut short or of an older schema.
    """
    return read_kept(Explorer, folder / EXPLORER_FILE, "nothing is known of the labelled sets", MEND)
