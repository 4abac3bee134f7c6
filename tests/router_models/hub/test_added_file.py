"""The list of added routers on disk: an id is there once, whoever adds it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from router_models.hub.added import AddedRouters
from router_models.hub.added_file import FILE, read_added
from router_models.panel import RouterPanel
from tests.router_models.hub.conftest import MIB, REPO, ROUTES
from tests.router_models.hub.stand_in import HubStandIn

ID = "hub-somebody-hardness"


@pytest.fixture(autouse=True)
def published(hub: HubStandIn, bert: Mapping[str, bytes]) -> str:
    return hub.put(REPO, bert)


def again(panel: RouterPanel, hub_folder: Path) -> AddedRouters:
    """As in another process, or after a restart."""
    return AddedRouters(panel, hub_folder, limit=4, max_bytes=64 * MIB)


def test_what_two_processes_add_under_one_id_is_remembered_once_and_removed_whole(
    added: AddedRouters, own_panel: RouterPanel, hub_folder: Path
) -> None:
    shipped = [own_panel[name] for name in own_panel.ids]
    other_panel = RouterPanel(shipped, own_panel.encoders, own_panel.catalogue)
    other = again(other_panel, hub_folder)
    assert other.list() == added.list() == ()
    added.add(added.look_up(REPO), ROUTES, threshold=0.3)
    later = other.add(other.look_up(REPO), ROUTES, threshold=0.4)
    assert later.id == ID
    assert read_added(hub_folder) == (later,)
    added.remove(ID)
    assert read_added(hub_folder) == ()


def test_removing_leaves_no_second_entry_of_an_id(
    added: AddedRouters, own_panel: RouterPanel, hub_folder: Path
) -> None:
    added.add(added.look_up(REPO), ROUTES)
    kept = json.loads((hub_folder / FILE).read_text())
    (hub_folder / FILE).write_text(json.dumps(kept * 2))
    restarted = again(own_panel, hub_folder)
    assert [router.id for router in restarted.list()] == [ID, ID]
    restarted.remove(ID)
    assert restarted.list() == ()
