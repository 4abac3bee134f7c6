"""Parts of the HTML report that are about no single benchmark: answers, robustness, claims, training, labelled sets."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from benchmarks.dashboard.claims import claims
from benchmarks.dashboard.explorer import LabelledSet, read_explorer
from benchmarks.dashboard.leaderboard import Leaderboard
from benchmarks.dashboard.learning import learning_curves, seed_table
from benchmarks.dashboard.results import Results
from benchmarks.dashboard.robustness import read_robustness
from benchmarks.html_report.parts import Block, Figure, Part, Tabular, Words
from benchmarks.plots.labelled_charts import length_chart, word_chart
from benchmarks.plots.robustness_chart import robustness_chart
from benchmarks.plots.theme import Theme
from benchmarks.plots.training_charts import training_chart
from benchmarks.plots.word_cloud import cloud_chart
from benchmarks.published import Published
from benchmarks.tables.answers import ANSWERS, answers
from benchmarks.tables.claims import claims_table
from benchmarks.tables.labelled import parts_table
from benchmarks.tables.leaders import EXPLAINED, FIRST_METRIC, overview
from benchmarks.tables.robustness import robustness_sentences, robustness_table
from benchmarks.tables.seeds import seeds


def answers_part(results: Results, board: Leaderboard) -> Part:
    """Which router on which kind of prompts, and one metric of every router on every benchmark."""
    blocks: list[Block] = [Words("", (ANSWERS,)), Tabular(answers(results))]
    blocks += [Words("Every router on every benchmark", (EXPLAINED,)), Tabular(overview(board, FIRST_METRIC))]
    return Part("Which router, on which prompts?", blocks, "chapter")


def robustness_blocks(folder: Path, theme: Theme) -> list[Block]:
    """Figure, words and table; raises DataError where the numbers are missing."""
    found = read_robustness(folder)
    words = Words("", robustness_sentences(found))
    return [words, Figure(robustness_chart(found, theme)), Tabular(robustness_table(found))]


def claims_blocks(results: Results, published: Sequence[Published], board: Leaderboard) -> list[Block]:
    """The table of claims."""
    return [Tabular(claims_table(tuple(claims(results, published, board.rows))))]


def training_blocks(theme: Theme) -> list[Block]:
    """The seed study, and the learning curves of every network; raises DataError where the study is missing."""
    routers = dict.fromkeys(row.router for row in seed_table())
    charts = [Figure(training_chart(router, learning_curves(router), theme)) for router in routers]
    return [Tabular(seeds()), *charts]


def data_parts(folder: Path, theme: Theme) -> list[Part]:
    """A part per labelled set; raises DataError where the aggregates are missing."""
    explorer = read_explorer(folder)
    return [Part(f"The data: {found.title}", _data_blocks(found, explorer.note, theme)) for found in explorer.sets]


def _data_blocks(found: LabelledSet, note: str, theme: Theme) -> list[Block]:
    return [
        Words("", (f"Label: {found.label}", *found.findings, note)),
        Tabular(parts_table(found)),
        Figure(length_chart(found, theme)),
        Figure(cloud_chart(found, theme)),
        Figure(word_chart(found, found.words, "word", theme)),
        Figure(word_chart(found, found.pairs, "pair of words", theme)),
    ]
