"""From a version to a router: the same output as when it learnt, and nothing malformed may decide."""

from __future__ import annotations

import dataclasses
import io
import json
from typing import Any

import numpy as np
import pytest

from errors import UnknownNameError
from feedback.learning.learnt import learnt_router, pack
from feedback.version_records import BrokenVersionError, Version, as_text
from feedback.version_store import VersionStore
from router_models import RouterPanel
from router_models.line_up import LineUp
from tests.feedback.learning.conftest import Learn
from tests.feedback.learning.synthetic import by_topic

PROMPTS = ("How do I prune an old rose?", "When does the night train leave?", "A soup, please.")


@pytest.fixture(scope="module")
def kinds(learned: Learn) -> dict[str, Version]:
    """A version of each kind."""
    labels = by_topic(200)
    asked = {"threshold": ("keras-cnn", "threshold"), "head": ("encoder-quality", "retrain")}
    asked |= {"references": ("knn", "retrain"), "votes": ("ensemble", "votes")}
    return {kind: learned(router, task, labels).version for kind, (router, task) in asked.items()}


def changed(version: Version, parameters: dict[str, Any] | None = None, **arrays: Any) -> Version:
    with np.load(io.BytesIO(version.arrays)) as kept:
        mine = {name: kept[name] for name in kept.files} if version.arrays else {}
    mixed = {name: value for name, value in {**mine, **arrays}.items() if value is not None}
    own = {**json.loads(version.parameters), **(parameters or {})}
    return dataclasses.replace(version, parameters=as_text(own), arrays=pack(mixed))


@pytest.mark.parametrize("kind", ["threshold", "head", "references", "votes"])
def test_saved_and_loaded_it_says_the_same(
    kinds: dict[str, Version], kind: str, versions: VersionStore, panel: RouterPanel
) -> None:
    version = kinds[kind]
    assert version.kind == kind
    saved = versions.save(version)
    before = learnt_router(version, panel.line_up).predict_proba(PROMPTS)
    after = learnt_router(versions.version(saved.id), panel.line_up)
    assert (after.predict_proba(PROMPTS) == before).all()
    assert (after.id, after.card.version) == (version.router, "v1")
    assert after.title.endswith(" · v1")
    beside = learnt_router(versions.version(saved.id), panel.line_up, beside=True)
    assert beside.id == f"{version.router}-v1"


@pytest.mark.parametrize(
    ("kind", "parameters", "arrays"),
    [
        ("threshold", {"threshold": 1.5}, {}),
        ("threshold", {"threshold": 0.123}, {}),  # another than its card's
        ("threshold", {"extra": 1}, {}),
        ("head", {"scale": -1.0}, {}),
        ("head", {"feature": "secrets"}, {}),
        ("head", {"threshold": None}, {}),
        ("head", {}, {"weight": np.zeros((3, 5))}),
        ("head", {}, {"weight": None}),
        ("head", {}, {"weight": np.full((769, 2), np.nan)}),
        ("head", {}, {"bias": np.array(["a", "b"])}),
        ("references", {"strength": 0.0}, {}),
        ("references", {}, {"units": np.ones((4, 384)), "routes": np.zeros(4, dtype=np.uint8)}),
        ("references", {}, {"routes": np.full(4, 7, dtype=np.uint8)}),
        ("votes", {"members": []}, {}),
        ("votes", {"members": [["knn", "another-version"]]}, {"weight": np.ones(1)}),
        ("votes", {"bias": "much"}, {}),
        ("votes", {}, {"weight": np.ones(3)}),
    ],
)
def test_malformed_parameters_are_refused(
    kinds: dict[str, Version], panel: RouterPanel, kind: str, parameters: dict[str, Any], arrays: dict[str, Any]
) -> None:
    version = kinds[kind] if not (parameters or arrays) else None
    version = version or (
        changed(kinds[kind], parameters, **arrays) if kinds[kind].arrays else _bare(kinds, parameters)
    )
    with pytest.raises(BrokenVersionError, match=f"of {kinds[kind].router} ") as refused:
        learnt_router(version, panel.line_up)
    assert "learn again" in refused.value.mend


def _bare(kinds: dict[str, Version], parameters: dict[str, Any]) -> Version:
    version = kinds["threshold"]
    return dataclasses.replace(version, parameters=as_text({**json.loads(version.parameters), **parameters}))


def test_references_of_other_length_than_routes_are_refused(kinds: dict[str, Version], panel: RouterPanel) -> None:
    unit = np.eye(384)[:4]
    with pytest.raises(BrokenVersionError, match="another shape"):
        learnt_router(changed(kinds["references"], units=unit), panel.line_up)
    with pytest.raises(BrokenVersionError, match="routes that do not exist"):
        learnt_router(
            changed(kinds["references"], units=unit, routes=np.array([0, 1, 2, 1], dtype=np.uint8)), panel.line_up
        )


@pytest.mark.parametrize("arrays", [b"", b"PK\x03\x04 not a zip", b"\x80\x04\x95 a pickle"])
def test_weights_that_are_no_npz_are_refused(kinds: dict[str, Version], panel: RouterPanel, arrays: bytes) -> None:
    with pytest.raises(BrokenVersionError, match="unreadable weights"):
        learnt_router(dataclasses.replace(kinds["head"], arrays=arrays), panel.line_up)


def test_pickles_are_never_loaded(kinds: dict[str, Version], panel: RouterPanel) -> None:
    file = io.BytesIO()
    np.savez(file, weight=np.array([{"a": 1}], dtype=object), bias=np.zeros(2))
    with pytest.raises(BrokenVersionError, match="unreadable weights"):
        learnt_router(dataclasses.replace(kinds["head"], arrays=file.getvalue()), panel.line_up)


def test_cards_that_do_not_fit_are_refused(kinds: dict[str, Version], panel: RouterPanel) -> None:
    head = kinds["head"]
    for card, said in (("{}", "no valid card"), ("no json", "no valid card")):
        with pytest.raises(BrokenVersionError, match=said):
            learnt_router(dataclasses.replace(head, card=card), panel.line_up)
    other = json.loads(head.card) | {"routes": ["simple", "general", "reasoning"], "threshold": None}
    with pytest.raises(BrokenVersionError, match="other routes"):
        learnt_router(dataclasses.replace(head, card=json.dumps(other)), panel.line_up)


def test_a_version_on_other_weights_is_refused(kinds: dict[str, Version], panel: RouterPanel) -> None:
    with pytest.raises(BrokenVersionError, match="on top of other weights"):
        learnt_router(dataclasses.replace(kinds["head"], base_version="0-old"), panel.line_up)


def test_a_router_that_ships_no_more_is_named(kinds: dict[str, Version], panel: RouterPanel) -> None:
    with pytest.raises(UnknownNameError, match="no router 'encoder-quality'"):
        learnt_router(kinds["head"], LineUp([panel["knn"]]))
