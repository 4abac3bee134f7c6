"""Pools serve every route and cannot be changed in place; the presets are those the project promises."""

from __future__ import annotations

import copy
from typing import Any, cast

import pytest

from errors import UnknownNameError
from llms.catalogue import Catalogue
from llms.cost import estimate_cost_usd
from llms.pool import ROUTES, Pool

ALL_TINY = dict.fromkeys(ROUTES, "tiny")


def test_default_pool(catalogue: Catalogue) -> None:
    assert catalogue.default_pool.name == "nano / 4.1 / o4-mini"
    assert dict(catalogue.default_pool.serves) == {
        "weak": "gpt-4.1-nano",
        "strong": "gpt-4.1",
        "simple": "gpt-4.1-nano",
        "general": "gpt-4.1",
        "reasoning": "o4-mini",
    }


def test_presets_resolve(catalogue: Catalogue) -> None:
    assert [pool.name for pool in catalogue.pools] == [
        "nano / 4.1 / o4-mini",
        "Llama-3.1-8B / GPT-OSS",
        "Llama-3.1-8B / Qwen3-Coder",
        "Mixtral-8x7B / GPT-4-turbo",
        "Measured",
        "local / remote",
    ]
    for pool in catalogue.pools:
        catalogue.check_pool(pool)
        assert tuple(pool.serves) == ROUTES


def test_preset_routes_do_not_get_cheaper(catalogue: Catalogue) -> None:
    for pool in catalogue.pools:
        for routes in (("weak", "strong"), ("simple", "general")):
            estimates = [estimate_cost_usd(catalogue, pool.serves[route], 1000, 300).usd for route in routes]
            assert None not in estimates
            assert estimates == sorted(cast("list[Any]", estimates)), pool.name


def test_another_llm_on_a_route() -> None:
    pool = Pool("all tiny", ALL_TINY)
    changed = pool.with_route("strong", "huge")
    assert changed.serves == {**ALL_TINY, "strong": "huge"}
    assert changed.name == "custom"
    assert pool.serves == ALL_TINY
    assert pool.with_route("weak", "tiny") is pool


def test_pool_keeps_its_own_copy() -> None:
    serves = dict(ALL_TINY)
    pool = Pool("all tiny", serves)
    serves["weak"] = "huge"
    assert pool.serves["weak"] == "tiny"
    with pytest.raises(TypeError):
        pool.serves["weak"] = "huge"  # type: ignore[index]


def test_unknown_and_missing_routes() -> None:
    with pytest.raises(UnknownNameError, match="Did you mean strong"):
        Pool("p", ALL_TINY).with_route("stronk", "tiny")
    with pytest.raises(UnknownNameError, match="no route called “fast”"):
        Pool("p", {**ALL_TINY, "fast": "tiny"})
    with pytest.raises(UnknownNameError, match="simple, general, reasoning"):
        Pool("p", {"weak": "tiny", "strong": "tiny"})


def test_pools_compare_hash_and_copy() -> None:
    pool = Pool("all tiny", ALL_TINY)
    assert {pool, Pool("all tiny", ALL_TINY)} == {pool}
    assert pool != pool.with_route("weak", "huge")
    assert copy.deepcopy(pool) == pool
