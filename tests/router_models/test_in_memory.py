"""Weights that leave the memory and come back: nobody who uses them notices."""

from __future__ import annotations

import copy
import gc
import subprocess
import sys
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from errors import UnavailableError
from llms.catalogue import load_catalogue
from router_models import RouterPanel, load_panel, memory
from router_models.base import Router
from router_models.card import RouterCard
from router_models.encoder import Encoders
from router_models.in_memory import InMemory
from router_models.memory import holds_memory, unload
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS

ROOT = Path(__file__).parent.parent.parent
PATIENCE_S = 20.0
PROCESS_S = 180.0
"""For a process that loads every router and leaves."""
PROMPT = "Why do the leaves of an oak turn brown?"


class Weights:
    """What a router keeps in memory."""

    share = 0.25


class Weighty(Router):
    """Has weights, counts how often it reads them, and runs as long as it is told to."""

    def __init__(self, *, goes_on: threading.Event | None = None, broken: bool = False) -> None:
        card = RouterCard(router="weighty", title="Weighty", family="test", routes=("weak", "strong"), method="test")
        super().__init__(card, WEIGHTS, Encoders(WEIGHTS))
        self.goes_on = goes_on
        self.broken = broken
        self.running = threading.Event()
        self.read: list[str] = []
        self.known: str = "nothing"

    def _load(self) -> None:
        self.read.append("weights")
        self.known = "weights"
        self._weights = Weights()
        if self.broken:
            raise UnavailableError("The weights are missing.", "Restore them.")

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        self.running.set()
        if self.goes_on is not None:
            assert self.goes_on.wait(PATIENCE_S)
        share = self._weights.share
        return np.tile([share, 1 - share], (len(prompts), 1))

    def weights(self) -> weakref.ref[Weights]:
        return weakref.ref(self._weights)


def strong(router: Router) -> float:
    return float(router.predict_proba([PROMPT])[0, 1])


def test_the_memory_is_given_back_and_the_weights_come_again_when_asked() -> None:
    router = Weighty()
    assert strong(router) == 0.75
    kept = router.weights()
    assert router.unload()
    gc.collect()
    assert kept() is None
    assert not router.loaded
    assert router.given_back
    assert router.known == "nothing", "what was there before it loaded is there again"
    assert strong(router) == 0.75
    assert router.loaded
    assert not router.given_back
    assert router.known == "weights"


def test_a_run_under_way_goes_on_and_gives_the_memory_back_at_its_end() -> None:
    goes_on = threading.Event()
    router = Weighty(goes_on=goes_on)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(strong, router)
        assert router.running.wait(PATIENCE_S)
        router.running.clear()
        kept = router.weights()
        assert not router.unload(), "somebody is using it"
        second = threads.submit(strong, router)
        assert router.running.wait(PATIENCE_S), "who comes meanwhile is let in"
        goes_on.set()
        assert (first.result(PATIENCE_S), second.result(PATIENCE_S)) == (0.75, 0.75)
    gc.collect()
    assert kept() is None
    assert not router.loaded
    assert len(router.read) == 1, "who came meanwhile shared the weights"


def test_many_threads_and_an_unload_now_and_then_never_see_half_a_router() -> None:
    router = Weighty()
    with ThreadPoolExecutor(8) as threads:
        runs = [threads.submit(strong, router) for _ in range(400)]
        for _ in range(100):
            router.unload()
        assert {run.result(PATIENCE_S) for run in runs} == {0.75}


def test_who_holds_no_claim_gets_the_weights_again_instead_of_an_error() -> None:
    router = Weighty()
    router.load()
    router.unload()
    assert router.weights()() is router._weights
    assert router.loaded
    with pytest.raises(AttributeError, match="no attribute 'unheard_of'"):
        _ = router.unheard_of  # type: ignore[attr-defined]


def test_unloading_what_was_never_loaded_does_nothing() -> None:
    router = Weighty()
    assert router.unload()
    assert router.read == []
    assert not router.given_back
    router.load()
    router.load()
    assert router.unload()
    assert router.unload()
    assert len(router.read) == 1


def test_a_failed_load_leaves_it_as_it_was_and_is_tried_again() -> None:
    router = Weighty(broken=True)
    for _ in range(2):
        with pytest.raises(UnavailableError):
            router.load()
    assert len(router.read) == 2
    assert not router.loaded
    router.broken = False
    assert strong(router) == 0.75


def test_a_weight_that_refers_to_another_while_loading_is_a_defect_and_no_deadlock() -> None:
    class Hasty(InMemory):
        def _load(self) -> None:
            self.second = self.first  # type: ignore[attr-defined]

    with pytest.raises(AttributeError, match="first"):
        Hasty().load()


def test_a_copy_is_a_router_of_its_own() -> None:
    router = Weighty()
    strong(router)
    other = copy.copy(router)
    router.unload()
    assert other.loaded
    assert strong(other) == 0.75


def test_a_copy_that_is_made_while_it_loads_waits_for_nobody_and_loads_by_itself() -> None:
    class Patient(Weighty):
        def __init__(self) -> None:
            super().__init__()
            self.loading = threading.Event()
            self.may_load = threading.Event()

        def _load(self) -> None:
            self.loading.set()
            assert self.may_load.wait(PATIENCE_S)
            super()._load()

    router = Patient()
    with ThreadPoolExecutor(2) as threads:
        try:
            first = threads.submit(strong, router)
            assert router.loading.wait(PATIENCE_S)
            other = copy.copy(router)
            other.may_load = threading.Event()
            other.may_load.set()
            assert threads.submit(strong, other).result(PATIENCE_S / 2) == 0.75
            assert not router.loaded
        finally:
            router.may_load.set()
        assert first.result(PATIENCE_S) == 0.75
    assert other.unload()
    assert router.loaded


def test_who_uses_a_router_does_not_keep_its_copy_in_memory() -> None:
    router = Weighty(goes_on=threading.Event())
    with ThreadPoolExecutor(1) as threads:
        run = threads.submit(strong, router)
        assert router.running.wait(PATIENCE_S)
        assert not router.unload()
        other = copy.copy(router)
        assert other.unload()
        assert router.goes_on is not None
        router.goes_on.set()
        assert run.result(PATIENCE_S) == 0.75


def test_what_routers_share_leaves_when_the_last_run_has_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    handed: list[bool] = []
    router = Weighty(goes_on=threading.Event())
    panel = RouterPanel([router], router.encoders, load_catalogue())
    stem = panel.encoders.stem.lower
    stem.load()
    monkeypatch.setattr(memory, "_hand_to_the_system", partial(handed.append, True))
    with ThreadPoolExecutor(1) as threads:
        run = threads.submit(strong, router)
        assert router.running.wait(PATIENCE_S)
        assert not unload(panel, router.id)
        assert (stem._session is None, handed) == (False, [])
        assert router.goes_on is not None
        router.goes_on.set()
        assert run.result(PATIENCE_S) == 0.75
    assert (stem._session is None, handed) == (True, [True])
    strong(router)
    assert len(handed) == 1, "only who asks for it"


@pytest.fixture(scope="module")
def own_panel() -> RouterPanel:
    """A panel that nobody else uses."""
    return load_panel()


def test_every_router_says_the_same_after_it_was_unloaded(own_panel: RouterPanel) -> None:
    before = {score.router: score.probabilities for score in own_panel.run(PROMPT).scores}
    heavy = [name for name in own_panel.immediate_ids if holds_memory(own_panel[name])]
    assert len(heavy) > 10
    for name in heavy:
        assert unload(own_panel, name), name
        assert not own_panel[name].loaded
    after = {score.router: score.probabilities for score in own_panel.run(PROMPT).scores}
    assert after == before


def test_the_encoders_leave_with_the_last_router_that_may_read_them(own_panel: RouterPanel) -> None:
    own_panel.run(PROMPT)
    stem = own_panel.encoders.stem.lower
    stem.load()
    heavy = [name for name in own_panel.immediate_ids if holds_memory(own_panel[name])]
    session = weakref.ref(stem._session)  # type: ignore[arg-type]
    for name in heavy[:-1]:
        unload(own_panel, name)
        assert session() is not None
    unload(own_panel, heavy[-1])
    gc.collect()
    assert session() is None


MEASURED = """
from router_models import load_panel
from router_models.memory import holds_memory, unload

def resident():
    return int(next(line for line in open("/proc/self/status") if line.startswith("VmRSS")).split()[1])

panel = load_panel()
panel["random"].predict_proba(["Hello"])
empty = resident()
panel.run("Explain in two sentences why the sky is blue.")
full = resident()
for name in panel.immediate_ids:
    if holds_memory(panel[name]):
        unload(panel, name)
print((full - resident()) / (full - empty))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_the_process_itself_grows_smaller() -> None:
    done = subprocess.run(
        [sys.executable, "-c", MEASURED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=PROCESS_S
    )
    assert float(done.stdout) > 0.4, "of what loading takes, libraries stay and weights go"


def test_baselines_and_routers_that_ask_an_llm_hold_nothing(own_panel: RouterPanel) -> None:
    nothing = {name for name in own_panel.ids if not holds_memory(own_panel[name])}
    assert nothing == {
        "random", "always-weak", "always-strong", "prompt-length", "causal-5star", "llm-classifier", "llm-router",
    }  # fmt: skip
