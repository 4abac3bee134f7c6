"""Pools by name, by short name, by hand, and the one that needs no key."""

import pytest

from api.pools import all_pools, pool_of, short_name
from errors import BadInputError, UnknownNameError
from llms.catalogue import Catalogue, load_catalogue


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def test_every_pool_has_a_short_name_that_leads_back_to_it(catalogue: Catalogue) -> None:
    names = [short_name(pool) for pool in all_pools(catalogue)]
    assert len(set(names)) == len(names)
    for pool in all_pools(catalogue):
        assert pool_of(catalogue, short_name(pool)) == pool
        assert pool_of(catalogue, pool.name.upper()) == pool


def test_the_local_pool_needs_no_key(catalogue: Catalogue) -> None:
    assert set(pool_of(catalogue, "local").serves.values()) == {"smollm2-135m"}


def test_without_a_name_the_first_pool_is_taken_that_can_be_asked(catalogue: Catalogue) -> None:
    measured = set(pool_of(catalogue, "measured").serves.values())
    assert pool_of(catalogue, None, measured.__contains__).name == "Measured"
    assert pool_of(catalogue, None, {"smollm2-135m"}.__contains__).name == "local"
    assert pool_of(catalogue, None, set().__contains__) == catalogue.default_pool
    assert pool_of(catalogue, None) == catalogue.default_pool


def test_a_pool_by_hand_may_name_only_the_routes_of_one_kind_of_router(catalogue: Catalogue) -> None:
    two = pool_of(catalogue, {"weak": "gpt-4.1-nano", "strong": "o4-mini"}).serves
    assert (two["simple"], two["general"], two["reasoning"]) == ("gpt-4.1-nano", "o4-mini", "o4-mini")
    three = pool_of(catalogue, {"simple": "gpt-4.1-nano", "general": "gpt-4.1", "reasoning": "o4-mini"}).serves
    assert (three["weak"], three["strong"]) == ("gpt-4.1-nano", "o4-mini")


@pytest.mark.parametrize(
    ("asked", "kind", "said"),
    [
        ("nobody", UnknownNameError, "measured"),
        ("", UnknownNameError, "measured"),
        ({"weak": "gpt-4.1-nano"}, BadInputError, "strong"),
        ({}, BadInputError, "Name one"),
        ({"weak": "gpt-4.1-nano", "strong": "gpt-9"}, UnknownNameError, "gpt-9"),
        ({"weak": "gpt-4.1-nano", "strong": "o4-mini", "best": "o4-mini"}, UnknownNameError, "best"),
    ],
)
def test_what_names_no_pool_is_refused(
    catalogue: Catalogue, asked: str | dict[str, str], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        pool_of(catalogue, asked)
