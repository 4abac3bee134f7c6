"""What a small, a large and a reasoning LLM's answers to ZeroEval's questions would have cost.

Nothing was measured: tokens are characters / 4, prices are today's list prices, and the reasoning LLM's hidden tokens,
which are billed as output and were not published, are assumed to be as many as everywhere in this project.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
from genai_prices import Usage, calc_price

from benchmarks.benchmark import Benchmark, FloatArray
from benchmarks.data import zeroeval
from router_models.policy import DEFAULT_REASONING_TOKENS

TRIO = ("gpt-4o-mini-2024-07-18", "gpt-4o-2024-08-06", "o1-mini-2024-09-12")
"""Cheapest first by price per token; they stand for the routes simple, general and reasoning."""

REASONING = TRIO[-1]
CHARACTERS_PER_TOKEN = 4
MTOK = 1_000_000


def load_with_cost(data_dir: Path, subset: zeroeval.Subset) -> Benchmark:
    """A subset of ZeroEval with the estimated cost of the trio's answers; raises as `zeroeval.load`."""
    benchmark = zeroeval.load(data_dir, subset)
    prompt_tokens = np.array([len(prompt) for prompt in benchmark.prompts]) / CHARACTERS_PER_TOKEN
    return dataclasses.replace(
        benchmark,
        cost_usd={llm: _cost_usd(llm, prompt_tokens, benchmark.output_chars[llm]) for llm in TRIO},
    )


def usd_per_token(llm: str) -> tuple[float, float]:
    """List price of one LLM of the trio, per token read and per token written."""
    one_mtok = calc_price(Usage(input_tokens=MTOK, output_tokens=MTOK), llm, provider_id="openai")
    return float(one_mtok.input_price) / MTOK, float(one_mtok.output_price) / MTOK


def hidden_usd(llm: str) -> float:
    """What an LLM's hidden tokens add to the cost of every answer."""
    return DEFAULT_REASONING_TOKENS * usd_per_token(llm)[1] if llm == REASONING else 0.0


def _cost_usd(llm: str, prompt_tokens: FloatArray, output_chars: FloatArray) -> FloatArray:
    """Cost of one LLM's answers in USD, shape (n,), from the tokens of the prompts and the length of the answers."""
    usd_in, usd_out = usd_per_token(llm)
    return prompt_tokens * usd_in + output_chars / CHARACTERS_PER_TOKEN * usd_out + hidden_usd(llm)
