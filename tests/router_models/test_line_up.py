"""Which routers stand in a panel, as versions come and go."""

from __future__ import annotations

import gc
import weakref
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from numpy.typing import NDArray

from errors import BadInputError, UnavailableError, UnknownNameError
from llms.catalogue import load_catalogue
from router_models.base import Router
from router_models.card import RouterCard
from router_models.decision import RouterScore
from router_models.encoder import Encoders
from router_models.line_up import LineUp
from router_models.panel import RouterPanel
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS

ENCODERS = Encoders(WEIGHTS)


class Steady(Router):
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        return np.tile([0.25, 0.75], (len(prompts), 1))


class Slow(Steady):
    waits = True


def router(name: str, version: str = "1", threshold: float = 0.5, kind: type[Router] = Steady) -> Router:
    card = RouterCard(
        router=name,
        title=name,
        family="test",
        routes=("weak", "strong"),
        method="test",
        version=version,
        threshold=threshold,
    )
    return kind(card, WEIGHTS, ENCODERS)


@pytest.fixture
def line_up() -> LineUp:
    return LineUp([router("a"), router("b"), router("c", kind=Slow)])


def score(name: str, version: str) -> RouterScore:
    return RouterScore(name, ("weak", "strong"), (0.25, 0.75), 1.0, version=version)


def test_versions_take_the_place_of_a_router_or_stand_after_it(line_up: LineUp) -> None:
    line_up.install({"b": router("b", "v2")}, {"a": (router("a-v1", "v1"),)})
    assert tuple(line_up.now) == ("a", "a-v1", "b", "c")
    assert line_up["b"].card.version == "v2"
    assert line_up.shipped("b").card.version == "1"
    assert [line_up.place(name) for name in line_up.now] == [
        ("a", 0, False),
        ("a", 0, True),
        ("b", 1, False),
        ("c", 2, False),
    ]


def test_with_nothing_installed_it_is_the_one_that_ships(line_up: LineUp) -> None:
    before = dict(line_up.now)
    line_up.install({"b": router("b", "v2")}, {"a": (router("a-v1", "v1"),)})
    line_up.install({}, {})
    assert list(line_up.now.items()) == list(before.items())


def test_who_has_gone_is_still_known_but_does_not_run(line_up: LineUp) -> None:
    line_up.install({}, {"a": (router("a-v1", "v1"),)})
    line_up.install({}, {})
    assert line_up["a-v1"].card.version == "v1"
    assert line_up.place("a-v1") == ("a", 0, True)
    for ask in (line_up.running, line_up.shipped):
        with pytest.raises(UnknownNameError, match="no router 'a-v1'"):
            ask("a-v1")
    with pytest.raises(UnknownNameError):
        line_up["never-there"]


def test_a_score_finds_the_card_that_it_was_made_under(line_up: LineUp) -> None:
    line_up.install({"b": router("b", "v1", threshold=0.9)}, {})
    line_up.install({"b": router("b", "v2", threshold=0.1)}, {})
    cards = [line_up.card_of(score("b", version)) for version in ("1", "v1", "v2", "")]
    assert [card.threshold for card in cards] == [0.5, 0.9, 0.1, 0.1]


def test_who_waits_runs_only_when_asked_for(line_up: LineUp) -> None:
    assert [found.id for found in line_up.chosen(None, waiting=False)] == ["a", "b"]
    assert [found.id for found in line_up.chosen(None, waiting=True)] == ["a", "b", "c"]
    assert [found.id for found in line_up.chosen(["c", "a", "c"], waiting=False)] == ["c", "a"]


def test_a_decision_names_its_version() -> None:
    panel = RouterPanel([router("a"), router("b")], ENCODERS, load_catalogue())
    panel.install({"a": router("a", "v7", threshold=0.9)}, {"b": (router("b-v1", "v1"),)})
    made = {decision.router: decision for decision in panel.decide("Hello")}
    assert {name: decision.version for name, decision in made.items()} == {"a": "v7", "b": "1", "b-v1": "v1"}
    assert made["a"].as_json()["version"] == "v7"
    assert (made["a"].route, made["b"].route) == ("weak", "strong")
    assert panel.status() == {"a": "ready", "b": "ready", "b-v1": "ready"}


def test_added_routers_stand_behind_all_others_and_stay_when_versions_change(line_up: LineUp) -> None:
    line_up.add(router("x"))
    line_up.add(router("y"))
    line_up.install({"b": router("b", "v2")}, {"a": (router("a-v1", "v1"),)})
    assert tuple(line_up.now) == ("a", "a-v1", "b", "c", "x", "y")
    assert [line_up.place(name) for name in ("c", "x", "y")] == [("c", 2, False), ("x", 3, False), ("y", 4, False)]
    line_up.install({}, {})
    assert tuple(line_up.now) == ("a", "b", "c", "x", "y")
    assert "x" not in line_up.shipped_routers
    line_up.remove("x")
    line_up.remove("x")
    assert tuple(line_up.now) == ("a", "b", "c", "y")
    assert line_up["x"].title == "x"
    with pytest.raises(UnknownNameError):
        line_up.running("x")


def test_a_router_that_was_removed_leaves_the_memory_and_is_still_named(line_up: LineUp) -> None:
    added = router("x")
    kept = weakref.ref(added)
    line_up.add(added)
    line_up.install({}, {"a": (router("a-v1", "v1"),)})
    line_up.remove("x")
    del added
    gc.collect()
    assert kept() is None
    assert line_up["x"].card.version == "1"
    with pytest.raises(UnavailableError, match="x was removed"):
        line_up["x"].predict_proba(["Hello"])


def test_an_added_router_makes_way_for_one_of_the_same_id_but_no_other_does(line_up: LineUp) -> None:
    line_up.add(router("x", "1"))
    line_up.add(router("x", "2", threshold=0.9))
    assert line_up["x"].card.version == "2"
    assert line_up.card_of(score("x", "1")).threshold == 0.5
    line_up.install({}, {"a": (router("a-v1", "v1"),)})
    for taken in ("a", "a-v1"):
        with pytest.raises(BadInputError, match="already"):
            line_up.add(router(taken))
    line_up.remove("a")
    assert "a" in line_up.now


def test_whoever_comes_and_goes_at_the_same_time_takes_nobody_along(line_up: LineUp) -> None:
    def come_and_go(name: str) -> None:
        for _ in range(200):
            line_up.add(router(name))
            line_up.install({}, {})
            line_up.remove(name)
        line_up.add(router(name))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(come_and_go, ["w", "x", "y", "z"]))
    assert sorted(line_up.now) == ["a", "b", "c", "w", "x", "y", "z"]
