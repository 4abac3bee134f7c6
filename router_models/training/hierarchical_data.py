"""What the hierarchical router learns from: prompts with a domain, a difficulty, or a route that was needed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.data import coding_factual, mmlu, mmlu_pro, nexos
from benchmarks.split import Side, question_key
from router_models.training.encoder_data import chat_examples
from router_models.training.outcome_data import N_FOLDS, STRONG, WEAK, Outcomes, load_outcomes

MATHEMATICS, CODING, CHAT = "mathematics", "coding", "everyday chat"
CHAT_SOURCE = "nexos"
UNKNOWN = ""
"""No domain is stated."""

SUBJECTS = {
    "biology": "college_biology high_school_biology",
    "business": "business_ethics management marketing",
    "chemistry": "college_chemistry high_school_chemistry",
    "computer science": "college_computer_science computer_security high_school_computer_science machine_learning",
    "economics": "econometrics high_school_macroeconomics high_school_microeconomics",
    "engineering": "electrical_engineering",
    "health": "anatomy clinical_knowledge college_medicine human_aging medical_genetics nutrition "
    "professional_medicine virology",
    "history": "high_school_european_history high_school_us_history high_school_world_history prehistory",
    "law": "international_law jurisprudence professional_law",
    MATHEMATICS: "abstract_algebra college_mathematics elementary_mathematics high_school_mathematics "
    "high_school_statistics",
    "philosophy": "formal_logic logical_fallacies moral_disputes moral_scenarios philosophy world_religions",
    "physics": "astronomy college_physics conceptual_physics high_school_physics",
    "psychology": "high_school_psychology professional_psychology",
    "other knowledge": "global_facts high_school_geography high_school_government_and_politics human_sexuality "
    "miscellaneous professional_accounting public_relations security_studies sociology us_foreign_policy",
}
"""Domain → subjects of MMLU. The domains are MMLU-Pro's 14, which groups MMLU's subjects so."""

MMLU_PRO_NAMES = {"math": MATHEMATICS, "other": "other knowledge"}
"""MMLU-Pro's names that are not used here."""

BY_SOURCE = {
    "gsm8k": MATHEMATICS,
    "zeroeval-math-l5": MATHEMATICS,
    "zeroeval-crux": CODING,
}
"""Sets that are of one domain."""

SOURCES = ("mmlu", "gsm8k", "mmlu-pro", "zeroeval-math-l5", "zeroeval-crux")
DOMAINS = (*sorted(SUBJECTS), CODING, CHAT)

HALF_TRUSTED = 3
"""A share of LLMs that are wrong counts half with so many LLMs, and more with more."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Training or test rows, n prompts.

    Attributes:
        prompts: n texts.
        keys: Hash of each question.
        sources: Name of each prompt's data set.
        domains: One of `DOMAINS`, or `UNKNOWN`.
        difficulty: Share of LLMs that were wrong, or for chat how dear an LLM another LLM thought suitable, 0 to 1; NaN
            where neither is known.
        trust: Weight of the difficulty, 0 to 1.
        wins: Share of wins of the strong LLM over the weak one, a tie counting half; for chat as `needed`; else NaN.
        needed: Probability that only the strong LLM is right, or that the cheapest LLM was not thought suitable; NaN
            where neither is known.
    """

    prompts: tuple[str, ...]
    keys: tuple[str, ...]
    sources: NDArray[np.str_]
    domains: NDArray[np.str_]
    difficulty: FloatArray
    trust: FloatArray
    wins: FloatArray
    needed: FloatArray

    def __len__(self) -> int:
        """Number of prompts."""
        return len(self.prompts)

    @cached_property
    def folds(self) -> IntArray:
        """Fold of each prompt, (n,): from its question's hash."""
        return np.array([int(key, 16) // 5 % N_FOLDS for key in self.keys], dtype=np.int64)

    def take(self, rows: IntArray) -> Rows:
        """The given rows, in the given order."""
        return Rows(
            tuple(self.prompts[row] for row in rows),
            tuple(self.keys[row] for row in rows),
            self.sources[rows],
            self.domains[rows],
            self.difficulty[rows],
            self.trust[rows],
            self.wins[rows],
            self.needed[rows],
        )

    @property
    def domain_numbers(self) -> IntArray:
        """Index into `DOMAINS`, −1 where unknown, (n,)."""
        number = {domain: i for i, domain in enumerate(DOMAINS)} | {UNKNOWN: -1}
        return np.array([number[domain] for domain in self.domains], dtype=np.int64)


def load_rows(data: Path, side: Side = "train", sample: int | None = None) -> Rows:
    """The rows of one side: measured outcomes, labelled chats, and prompts that ask for code.

    Args:
        data: Folder of the public data sets.
        side: Part of the split.
        sample: Only so many rows of each set.

    Raises:
        DataError: A set is missing or not in its public format.
    """
    outcomes = load_outcomes(data, side, sample=sample)
    return _joined(
        _measured(outcomes.take(np.isin(outcomes.sources, SOURCES)), _stated_domains(data)),
        _chats(data, side, sample),
        _code(data, side, sample),
    )


def _stated_domains(data: Path) -> dict[str, str]:
    """Prompt → domain, where the set states a subject."""
    of_subject = {subject: domain for domain, subjects in SUBJECTS.items() for subject in subjects.split()}
    exams, harder = mmlu.load(data), mmlu_pro.load(data)
    stated = {prompt: of_subject[subject] for prompt, subject in zip(exams.prompts, exams.categories, strict=True)}
    names = [MMLU_PRO_NAMES.get(category, category) for category in harder.categories]
    return stated | dict(zip(harder.prompts, names, strict=True))


def _measured(outcomes: Outcomes, stated: dict[str, str]) -> Rows:
    domains = [
        BY_SOURCE.get(source) or stated[prompt]
        for source, prompt in zip(outcomes.sources, outcomes.prompts, strict=True)
    ]
    measured = np.isfinite(outcomes.quality).sum(axis=1)
    gap = outcomes.column(STRONG) - outcomes.column(WEAK)
    return Rows(
        outcomes.prompts,
        outcomes.keys,
        outcomes.sources,
        np.array(domains),
        1 - np.nanmean(outcomes.quality, axis=1),
        measured / (measured + HALF_TRUSTED),
        (1 + gap) / 2,
        np.where(np.isfinite(gap), gap > 0, np.nan),
    )


def _chats(data: Path, side: Side, sample: int | None) -> Rows:
    chats = chat_examples(data, side)
    chats = chats if sample is None else chats.take(range(min(sample, len(chats))))
    n = len(chats)
    needed = 1 - chats.targets[:, 0]
    price = chats.targets @ np.linspace(0, 1, len(nexos.ROUTES))
    unknown = np.full(n, UNKNOWN)
    return Rows(chats.prompts, chats.keys, np.array(chats.sources), unknown, price, np.ones(n), needed, needed)


def _code(data: Path, side: Side, sample: int | None) -> Rows:
    part = coding_factual.load(data).part(side)
    code = part.take(np.flatnonzero(part.route_labels == coding_factual.CATEGORIES.index("coding"))[:sample])
    keys = tuple(question_key(question) for question in code.questions)
    n, nothing = len(code), np.full(len(code), np.nan)
    domains, sources = np.full(n, CODING), np.full(n, code.name)
    return Rows(code.prompts, keys, sources, domains, nothing, np.zeros(n), nothing, nothing)


def _joined(*parts: Rows) -> Rows:
    return Rows(
        tuple(prompt for part in parts for prompt in part.prompts),
        tuple(key for part in parts for key in part.keys),
        np.concatenate([part.sources for part in parts]),
        np.concatenate([part.domains for part in parts]),
        np.concatenate([part.difficulty for part in parts]),
        np.concatenate([part.trust for part in parts]),
        np.concatenate([part.wins for part in parts]),
        np.concatenate([part.needed for part in parts]),
    )
