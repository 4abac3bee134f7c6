"""The manifest comes back, and a fingerprint changes with whatever a score depends on, and with nothing else."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from benchmarks.manifest import Manifest, Scored, fingerprint, read_manifest
from errors import DataError
from router_models import RouterPanel
from router_models.base import Router
from router_models.card import load_card
from router_models.registry import ROUTERS, WEIGHTS

ROUTER = "keras-cnn"


def test_the_manifest_comes_back(tmp_path: Path) -> None:
    manifest = Manifest({"random": ["weak", "strong"]}, {"ray": {"random": Scored("ab12", 574)}})
    manifest.write(tmp_path)
    assert read_manifest(tmp_path) == manifest
    assert read_manifest(tmp_path / "nowhere") == Manifest()


@pytest.mark.parametrize("content", ["", "[]", '{"routes": {}}', '{"routes": {}, "scored": {"ray": {"a": {"x": 1}}}}'])
def test_a_broken_manifest_is_an_error(tmp_path: Path, content: str) -> None:
    (tmp_path / "manifest.json").write_text(content)
    with pytest.raises(DataError, match="not a manifest"):
        read_manifest(tmp_path)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of a router's weights that a test may change."""
    return Path(shutil.copytree(WEIGHTS / ROUTER, tmp_path / ROUTER, copy_function=shutil.copyfile))


def _router(folder: Path, panel: RouterPanel) -> Router:
    return ROUTERS[ROUTER](load_card(folder), folder, panel.encoders)


def test_words_and_figures_do_not_change_the_fingerprint(folder: Path, panel: RouterPanel) -> None:
    before = fingerprint(_router(folder, panel))
    card = load_card(folder)
    card.model_copy(update={"figures": (), "method": "Other words.", "threshold": 0.9}).save(folder)
    assert fingerprint(_router(folder, panel)) == before


def test_the_shared_encoders_count_for_whatever_learnt(folder: Path, panel: RouterPanel) -> None:
    before = fingerprint(_router(folder, panel))
    encoder = folder.parent / "encoder"
    encoder.mkdir()
    (encoder / "model.onnx").write_bytes(b"0")
    assert fingerprint(_router(folder, panel)) != before
    length = panel["prompt-length"]
    moved = type(length)(length.card, folder.parent / "prompt-length", panel.encoders)
    assert fingerprint(moved) == fingerprint(length)


def test_weights_and_temperature_do(folder: Path, panel: RouterPanel) -> None:
    prints = [fingerprint(_router(folder, panel))]
    card = load_card(folder)
    card.model_copy(update={"temperature": card.temperature + 0.1}).save(folder)
    prints.append(fingerprint(_router(folder, panel)))
    with (folder / "model.onnx").open("ab") as file:
        file.write(b"0")
    prints.append(fingerprint(_router(folder, panel)))
    assert len(set(prints)) == 3
