"""Which routers of a panel hold memory, and how to have it back."""

from __future__ import annotations

import ctypes
import sys
from functools import partial

from router_models.base import Router
from router_models.in_memory import InMemory
from router_models.panel import RouterPanel


def holds_memory(router: Router) -> bool:
    """Whether there is anything to unload: not for baselines, nor where an LLM that others ask too does the work."""
    return not router.waits and type(router)._load is not InMemory._load


def unload(panel: RouterPanel, router_id: str) -> bool:
    """Gives a router's memory back, and with the last of them that of the encoders that they share.

    Whoever is being answered by it still gets the answer; it loads again with the next prompt.

    Returns:
        Whether it is given back already; if not, the last run that uses it does so at its end.

    Raises:
        UnknownNameError: There is no such router.
    """
    router = panel.line_up.running(router_id)
    if router.loaded:  # by the button of a page, maybe, which no run has noticed
        panel.failures.pop(router_id, None)
    return router.unload(then=partial(_follow, panel))


def _follow(panel: RouterPanel) -> None:
    """What is to do when a router has given its memory back."""
    if not any(router.loaded and holds_memory(router) for router in panel.line_up.now.values()):
        panel.encoders.unload()
    _hand_to_the_system()


def _hand_to_the_system() -> None:
    """Gives freed memory to the operating system; the allocator of glibc would keep most of it for this process."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # other C libraries have none, and need none
        if trim is not None:
            trim(0)
