"""A router that was removed holds no memory, although old results still name it."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Mapping

from router_models.hub.added import AddedRouters
from router_models.panel import RouterPanel
from tests.router_models.hub.conftest import REPO, ROUTES
from tests.router_models.hub.stand_in import HubStandIn

PROMPT = "Name three rivers that cross a border."


def test_removing_gives_the_memory_back_also_where_its_files_stay(
    added: AddedRouters, own_panel: RouterPanel, hub: HubStandIn, bert: Mapping[str, bytes]
) -> None:
    hub.put(REPO, bert)
    model = added.look_up(REPO)
    first = added.add(model, ROUTES)
    second = added.add(model, {"easy": "simple", "hard": "reasoning"})
    own_panel.run(PROMPT)
    router = own_panel[first.id]
    assert router.loaded
    added.remove(first.id)
    assert not router.loaded, "whoever still has it holds no weights"
    kept = weakref.ref(router)
    del router
    gc.collect()
    assert kept() is None
    assert own_panel[first.id].title == "hardness"
    assert own_panel[second.id].loaded
