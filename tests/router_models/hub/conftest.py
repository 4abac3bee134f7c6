"""What tests of the Hub share: a stand-in for it, and tiny classifiers to put there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from router_models.hub.added import AddedRouters
from router_models.panel import RouterPanel
from router_models.registry import build_routers
from tests.router_models.hub.stand_in import HubStandIn, hub_stand_in
from tests.router_models.hub.tiny import files_of, write_classifier

REPO = "somebody/hardness"
ROUTES = {"easy": "weak", "hard": "strong"}
MIB = 1024 * 1024


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubStandIn]:
    """The stand-in, in the place of the Hub for the client of this process."""
    import huggingface_hub.constants

    with hub_stand_in() as stand_in:
        monkeypatch.setattr(huggingface_hub.constants, "ENDPOINT", stand_in.address)
        yield stand_in


@pytest.fixture(scope="session")
def bert_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A classifier in safetensors and ONNX, with the labels easy and hard."""
    return write_classifier(tmp_path_factory.mktemp("bert"))


@pytest.fixture(scope="session")
def bert(bert_folder: Path) -> Mapping[str, bytes]:
    """The same, as files of a repository."""
    return files_of(bert_folder) | {"tokenizer_config.json": json.dumps({"model_max_length": 512}).encode()}


@pytest.fixture
def hub_folder(tmp_path: Path) -> Path:
    """Folder of everything from the Hub."""
    return tmp_path / "hub"


@pytest.fixture
def own_panel() -> RouterPanel:
    """A small panel that a test may change."""
    from llms.catalogue import load_catalogue
    from router_models.encoder import Encoders
    from router_models.registry import WEIGHTS

    encoders = Encoders(WEIGHTS)
    routers = [router for router in build_routers(encoders) if router.id in {"random", "prompt-length"}]
    return RouterPanel(routers, encoders, load_catalogue())


@pytest.fixture
def added(own_panel: RouterPanel, hub_folder: Path) -> AddedRouters:
    return AddedRouters(own_panel, hub_folder, limit=4, max_bytes=64 * MIB)
