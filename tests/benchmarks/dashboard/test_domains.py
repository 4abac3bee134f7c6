"""Where a router helps, by domain."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.dashboard.domains import FEWEST_ROWS, by_domain, by_labelled_domain, domain_names
from benchmarks.dashboard.labels import judged
from benchmarks.dashboard.operating_point import compare_at_share
from benchmarks.dashboard.results import Results
from errors import BadInputError, UnknownNameError


def test_every_prompt_is_in_one_domain_and_small_ones_are_put_together(committed: Results) -> None:
    names = domain_names(committed.numbers("mmlu"))
    assert sum(names.values()) == len(committed.numbers("mmlu"))
    assert list(names.values()) == sorted(names.values(), reverse=True)
    few = [name for name, rows in names.items() if rows < FEWEST_ROWS]
    assert all(name.startswith("others") for name in few)
    assert any(name.startswith("others") for name in names)


def test_a_domain_is_what_comparing_on_its_rows_alone_gives(committed: Results) -> None:
    numbers = committed.numbers("mmlu-pro")
    name = "matrix-factorization by P(correct)"
    found = next(domain for domain in by_domain(numbers, name, 0.4) if domain.name == "law")
    assert numbers.facts
    part = numbers.take(numbers.facts.domain == numbers.facts.domains.index("law"))
    over_random, over_length = (compare_at_share(part, name, other, 0.4) for other in ("random", "prompt-length"))
    assert found.over_length
    assert found.over_random.value == pytest.approx(over_random.value)
    assert found.over_length.value == pytest.approx(over_length.value)
    assert found.over_length.low == pytest.approx(over_length.low, abs=0.02)
    assert found.over_length.high == pytest.approx(over_length.high, abs=0.02)
    assert found.weak == pytest.approx(part.outcomes.quality[part.pair.weak].mean())
    assert np.isnan(found.escalated)


def test_the_hardest_domain_is_first_and_the_verdict_follows_the_interval(committed: Results) -> None:
    domains = by_domain(committed.numbers("mmlu"), "encoder-quality")
    weak = [domain.weak for domain in domains]
    assert weak == sorted(weak)
    for domain in domains:
        assert domain.over_length
        clear = domain.over_length.low > 0 or domain.over_length.high < 0
        assert (domain.beats_length is None) != clear
    assert all(domain.over_length is None for domain in by_domain(committed.numbers("mmlu"), "prompt-length"))


def test_domains_of_a_sampled_router_hold_only_what_it_was_run_on(committed: Results) -> None:
    numbers = committed.numbers("mmlu")
    domains = by_domain(numbers, "causal-5star")
    assert sum(domain.n_rows for domain in domains) == numbers.routers["causal-5star"].run.sum() < len(numbers)


def test_labelled_domains(committed: Results) -> None:
    numbers = committed.numbers("mmlu")
    domains = by_labelled_domain(numbers, "knn", 0.2)
    found = judged(numbers, "knn")
    total = sum(domain.n_rows for domain in domains)
    right = sum(domain.n_rows * domain.right for domain in domains) / total
    assert total == len(found.needed)
    assert right == pytest.approx(((found.p_strong >= 0.2) == found.needed).mean())
    assert domains[0].needed == max(domain.needed for domain in domains)


def test_what_has_no_domains_is_said(committed: Results) -> None:
    with pytest.raises(BadInputError, match="has no domains"):
        by_domain(committed.numbers("gsm8k"), "keras-cnn")
    with pytest.raises(UnknownNameError, match="nobody"):
        by_domain(committed.numbers("mmlu"), "nobody")
