"""How every router stands now, in words: ready, not loaded, or unavailable and why."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router_models import RouterPanel
from router_models.memory import holds_memory
from router_models.router_state import LOADS_WHEN_ASKED

READY, IDLE, GONE = "ready", "idle", "gone"
_NOT_LOADED = "not loaded yet"
_SHARED = "It cannot be unloaded: it asks an LLM that other routers and chats ask too."


@dataclass(frozen=True, slots=True)
class Health:
    """One router.

    Attributes:
        kind: `ready`, `idle` or `gone`.
        word: What its card says.
        why: What is wrong, when it loads, or why it stays; one sentence, '' where there is nothing to say.
        loads: Whether it can be loaded now.
        unloads: Whether it can be unloaded now.
    """

    kind: str
    word: str
    why: str
    loads: bool
    unloads: bool


def health_of(panel: RouterPanel) -> dict[str, Health]:
    """Every router of the panel, by id."""
    return {name: _health(panel, name, state) for name, state in panel.status().items()}


def summary_of(healths: Mapping[str, Health]) -> str:
    """How many are ready, one sentence."""
    ready = sum(health.kind == READY for health in healths.values())
    gone = sum(health.kind == GONE for health in healths.values())
    waiting = sum(health.word == LOADS_WHEN_ASKED for health in healths.values())
    said = f"{ready} of {len(healths)} routers are ready"
    if waiting:
        said += f", {waiting} load{'s' if waiting == 1 else ''} when asked"
    idle = len(healths) - ready - waiting - gone
    if idle:
        said += f", {idle} {'is' if idle == 1 else 'are'} not loaded"
    if gone:
        said += f", {gone} {'is' if gone == 1 else 'are'} unavailable"
    return f"{said}."


def as_json(healths: Mapping[str, Health]) -> dict[str, dict[str, object]]:
    """The same for the page's script."""
    return {
        name: {
            "kind": health.kind,
            "word": health.word,
            "why": health.why,
            "loads": health.loads,
            "unloads": health.unloads,
        }
        for name, health in healths.items()
    }


def _health(panel: RouterPanel, name: str, state: str) -> Health:
    router = panel.line_up.now.get(name)
    keeps = router is not None and holds_memory(router)
    if state == READY:
        shares = router is not None and router.waits
        return Health(READY, "ready", _SHARED if shares else "", loads=False, unloads=keeps)
    if router is not None and router.waits and state == LOADS_WHEN_ASKED:
        return Health(IDLE, LOADS_WHEN_ASKED, "It asks an LLM, which starts with the first question.", True, False)
    if state in (_NOT_LOADED, LOADS_WHEN_ASKED):
        word = "unloaded" if state == LOADS_WHEN_ASKED else _NOT_LOADED
        return Health(IDLE, word, "It loads with the next prompt.", loads=True, unloads=False)
    return Health(GONE, "unavailable", state, loads=True, unloads=False)
