"""Made-up numbers that the tests of this folder share, and the committed ones."""

from __future__ import annotations

import dataclasses
from types import MappingProxyType

import numpy as np
import pytest

from benchmarks.dashboard.interactions import made_up
from benchmarks.dashboard.numbers import Numbers, RouterNumbers
from benchmarks.dashboard.results import Results
from benchmarks.outcomes import Outcomes
from benchmarks.suite import Entry, Pair

ROWS = 400


@pytest.fixture(scope="session")
def numbers() -> Numbers:
    """400 prompts, six routers of rising skill, right and wrong answers, repeated questions."""
    return made_up(ROWS, 6)


@pytest.fixture(scope="session")
def committed() -> Results:
    """The numbers that ship with the project."""
    return Results()


@pytest.fixture(scope="session")
def trio() -> Numbers:
    """Three LLMs with costs, a router with P(correct), one with three routes, one with two."""
    random = np.random.default_rng(4)
    n = 300
    hard = random.uniform(0, 1, n)
    quality = {llm: (random.uniform(0, 1, n) > hard**power).astype(float) for llm, power in _POWERS.items()}
    costs = {llm: random.uniform(0.5, 1.5, n) * usd for llm, usd in _USD.items()}
    keys = tuple(f"{number:012x}" for number in range(n))
    p_correct = {llm: np.clip(1 - hard**power + random.normal(0, 0.1, n), 0, 1) for llm, power in _POWERS.items()}
    two = np.column_stack([1 - hard, hard])
    three = np.column_stack([(1 - hard) ** 2, 2 * hard * (1 - hard), hard**2])
    routers = {
        "p-correct": RouterNumbers("p-correct", ("weak", "strong"), two, 0.5, "in-domain", p_correct),
        "three": RouterNumbers("three", ("simple", "general", "reasoning"), three, 0.5, "transfer"),
        "prompt-length": RouterNumbers("prompt-length", ("weak", "strong"), two[:, ::-1].copy(), 0.5, "transfer"),
    }
    entry = Entry("trio", "Three LLMs", _no_data, pair=Pair("small", "large", "Made up."))
    return Numbers(entry, Outcomes(keys, None, quality, costs), MappingProxyType(routers))


_POWERS = {"small": 0.6, "middle": 1.0, "large": 2.0}
_USD = {"small": 0.0002, "middle": 0.001, "large": 0.005}


def _no_data(_: object) -> object:
    raise AssertionError("nothing here reads data")


def with_router(numbers: Numbers, name: str, p_strong: np.ndarray) -> Numbers:
    """The same benchmark with one more router."""
    one = RouterNumbers(name, ("weak", "strong"), np.column_stack([1 - p_strong, p_strong]), 0.5, "transfer")
    return dataclasses.replace(numbers, routers=MappingProxyType({**numbers.routers, name: one}))
