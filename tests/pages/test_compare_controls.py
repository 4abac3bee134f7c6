"""Controls of the Compare page: what the page sends, what an address may say, and what a first visit shows."""

import dataclasses

import pytest

from llms.endpoint import Endpoint
from llms.keys import Keys
from pages._compare_controls import (
    CHEAPEST,
    DEFAULT_ROUTER,
    ROUTED,
    STRONGEST,
    default_controls,
    first_values,
    read_controls,
)
from pages._compare_link import carried_fields, compare_query
from pages._link import parse_query
from router_models import RouterPanel

LOCAL = "smollm2-135m"
NO_KEYS = (LOCAL,)


def test_nothing_sent_is_the_default(panel: RouterPanel) -> None:
    controls, problems = read_controls({}, panel)
    assert controls == default_controls(panel)
    assert problems == ()


def test_all_controls_are_read(panel: RouterPanel) -> None:
    values = {
        "router": "knn",
        "pool": "Measured",
        "columns": "4",
        "c0": "routed",
        "c1": "cheapest",
        "c2": "strongest",
        "c3": "llm:claude-haiku-4.5",
        "override": "gpt-4o",
        "follow": "route",
        "cache": "1",
        "consent": "1",
        "temperature": "0.7",
        "max_tokens": "64",
        "baseline": "gpt-4.1",
        "t.knn": "0.4",
        "out": "100",
    }
    controls, problems = read_controls(values, panel)
    assert problems == ()
    assert controls.choices == (ROUTED, CHEAPEST, STRONGEST, "llm:claude-haiku-4.5")
    assert [controls.fixed_llm(choice) for choice in controls.choices] == [
        "gpt-4o",
        "gpt-4o-mini",
        "gpt-4o",
        "claude-haiku-4.5",
    ]
    assert (controls.router, controls.temperature, controls.max_tokens) == ("knn", 0.7, 64)
    assert (controls.keep_llm, controls.cache, controls.consent, controls.blind) == (False, True, True, False)
    assert controls.baseline_llm == "gpt-4.1"
    assert controls.view.policy().thresholds == {"knn": 0.4}


def test_without_a_choice_the_baseline_is_the_pools_strongest(panel: RouterPanel) -> None:
    controls, _ = read_controls({"pool": "local / remote"}, panel)
    assert controls.baseline_llm == "gpt-4.1"


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"router": "nobody"}, "no router “nobody”"),
        ({"columns": "9"}, "2 to 4 columns"),
        ({"columns": "²"}, "2 to 4 columns"),
        ({"c0": "llm:gpt-9"}, "no LLM called “gpt-9”"),
        ({"override": "gpt-9"}, "no LLM called “gpt-9”"),
        ({"baseline": "gpt-9"}, "no LLM called “gpt-9”"),
        ({"temperature": "3"}, "from 0 to 2"),
        ({"temperature": "nan"}, "from 0 to 2"),
        ({"max_tokens": "1e9"}, "from 0 to 32,768"),
        ({"pool": "nowhere"}, "nowhere"),
    ],
)
def test_what_cannot_be_used_is_named_and_keeps_its_default(
    panel: RouterPanel, values: dict[str, str], said: str
) -> None:
    controls, problems = read_controls(values, panel)
    assert any(said in problem for problem in problems)
    assert controls == default_controls(panel)


def test_a_blind_vote_has_two_columns(panel: RouterPanel) -> None:
    assert len(read_controls({"columns": "4", "blind": "1"}, panel)[0].choices) == 2


def test_an_answer_has_at_least_one_token(panel: RouterPanel) -> None:
    assert read_controls({"max_tokens": "0"}, panel)[0].max_tokens == 1


def test_own_endpoints_can_be_chosen_by_their_session_only(panel: RouterPanel) -> None:
    endpoint = Endpoint("https://llm.example.org/v1", "mine")
    own = Keys().with_endpoint(endpoint).catalogue(panel.catalogue)
    values = {"c0": f"llm:{endpoint.llm_id}"}
    assert read_controls(values, panel, own)[0].choices[0] == "llm:own:mine"
    assert read_controls(values, panel)[0].choices[0] == ROUTED


class TestFirstVisit:
    def test_without_keys_the_llm_on_this_machine_answers_beside_the_pool_of_the_route_page(
        self, panel: RouterPanel
    ) -> None:
        controls, problems = read_controls(first_values(panel, {}, NO_KEYS, LOCAL), panel)
        assert problems == ()
        assert controls.view.pool == panel.catalogue.default_pool
        assert controls.choices == (ROUTED, STRONGEST, f"llm:{LOCAL}")

    def test_a_pool_with_the_llm_on_this_machine_has_it_as_its_cheapest(self, panel: RouterPanel) -> None:
        controls, _ = read_controls(first_values(panel, {"pool": "local / remote"}, NO_KEYS, LOCAL), panel)
        assert controls.choices == (ROUTED, STRONGEST, CHEAPEST)
        assert controls.fixed_llm(CHEAPEST) == LOCAL

    def test_with_keys_the_default_pool_is_compared(self, panel: RouterPanel) -> None:
        values = first_values(panel, {}, panel.catalogue.ids, LOCAL)
        controls, _ = read_controls(values, panel)
        assert controls.view.pool == panel.catalogue.default_pool
        assert controls.choices == (ROUTED, STRONGEST)

    def test_who_comes_from_the_route_page_keeps_the_pool_and_gets_the_local_llm_beside(
        self, panel: RouterPanel
    ) -> None:
        controls, _ = read_controls(first_values(panel, {"router": "knn"}, NO_KEYS, LOCAL), panel)
        assert controls.view.pool == panel.catalogue.default_pool
        assert controls.choices == (ROUTED, STRONGEST, f"llm:{LOCAL}")

    def test_where_nothing_can_answer_nothing_is_invented(self, panel: RouterPanel) -> None:
        controls, _ = read_controls(first_values(panel, {}, (), ""), panel)
        assert controls.choices == (ROUTED, STRONGEST)

    def test_columns_of_the_address_stay(self, panel: RouterPanel) -> None:
        asked = {"c0": "strongest", "c1": "cheapest", "columns": "2"}
        assert read_controls(first_values(panel, asked, NO_KEYS, LOCAL), panel)[0].choices == (STRONGEST, CHEAPEST)


class TestAddress:
    def test_it_brings_the_controls_back(self, panel: RouterPanel) -> None:
        values = {"router": "knn", "columns": "3", "c2": "llm:gpt-4o", "pool": "Measured", "follow": "route"}
        controls, _ = read_controls(values, panel)
        fields, problems = parse_query(compare_query(controls, panel))
        assert problems == ()
        assert read_controls(fields, panel)[0] == controls

    def test_all_but_the_consent_outlives_a_reload(self, panel: RouterPanel) -> None:
        values = {
            "temperature": "0.7",
            "max_tokens": "64",
            "cache": "1",
            "override": "gpt-4o",
            "baseline": "gpt-4.1-mini",
            "blind": "1",
            "consent": "1",
        }
        controls, _ = read_controls(values, panel)
        fields, _ = parse_query(compare_query(controls, panel))
        assert read_controls(fields, panel)[0] == dataclasses.replace(controls, consent=False)
        assert "consent" not in fields

    def test_it_carries_no_endpoint_of_the_users_own(self, panel: RouterPanel) -> None:
        own = Keys().with_endpoint(Endpoint("https://llm.example.org/v1", "mine")).catalogue(panel.catalogue)
        named = {"llm.weak": "own:mine", "override": "own:mine", "baseline": "own:mine"}
        controls, _ = read_controls({"c1": "llm:own:mine", **named}, panel, own)
        assert (controls.override, controls.baseline) == ("own:mine", "own:mine")
        assert "mine" not in compare_query(controls, panel)

    def test_until_the_vote_it_does_not_tell_the_sides(self, panel: RouterPanel) -> None:
        sides = ({"c0": "routed", "c1": "strongest"}, {"c0": "strongest", "c1": "routed"})
        both = [read_controls({**side, "blind": "1"}, panel)[0] for side in sides]
        assert compare_query(both[0], panel) != compare_query(both[1], panel)
        assert len({compare_query(controls, panel, veiled=True) for controls in both}) == 1

    def test_thresholds_of_a_route_link_are_carried_and_nothing_else(self) -> None:
        values = {"t.knn": "0.4", "llm.weak": "gpt-4o", "cost": "0.1", "router": "knn", "consent": "1", "out": ""}
        assert carried_fields(values) == {"t.knn": "0.4", "llm.weak": "gpt-4o", "cost": "0.1"}


def test_the_default_router_exists(panel: RouterPanel) -> None:
    assert DEFAULT_ROUTER in panel.immediate_ids
