"""Estimated cost of the trio's answers: by list price, with the hidden tokens of the reasoning LLM."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.trio_cost import TRIO, load_with_cost


def test_costs_follow_from_lengths_and_prices(data_dir: Path) -> None:
    benchmark = load_with_cost(data_dir, "crux")
    small, large, reasoning = TRIO
    prompt = len(benchmark.prompts[0]) / 4
    answer = benchmark.output_chars[large][0] / 4
    assert benchmark.cost_usd[large][0] == pytest.approx((prompt * 2.5 + answer * 10) / 1e6)
    hidden = benchmark.output_chars[reasoning][0] / 4 + 1000
    assert benchmark.cost_usd[reasoning][0] == pytest.approx((prompt * 1.1 + hidden * 4.4) / 1e6)
    assert (
        np.mean(benchmark.cost_usd[small]) < np.mean(benchmark.cost_usd[large]) < np.mean(benchmark.cost_usd[reasoning])
    )
