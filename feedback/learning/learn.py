"""Lets a router learn from labels: split, learn, measure on what was held out, and pack a version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.benchmark import FloatArray, IntArray
from feedback.learning.before_after import compare
from feedback.learning.figures import APGR, GAINED, Routed, labelled_routes
from feedback.learning.head import fit_head
from feedback.learning.labelled import Split, split_labels
from feedback.learning.learnable import FEWEST, HEADS, Task, check, classes_of
from feedback.learning.learnt import learnt_router, pack
from feedback.learning.references import MOST_REFERENCES, fit_references
from feedback.learning.report import Report
from feedback.learning.said import Progress, Said, ask
from feedback.learning.target import Target, threshold_for
from feedback.learning.version_card import version_card
from feedback.learning.votes import fit_votes
from feedback.records import now, weights_version
from feedback.resolved_label import ResolvedLabel
from feedback.version_records import Pick, Version, VersionKind, as_text
from feedback.visitor import Visitor
from router_models.base import Router
from router_models.ensemble import EnsembleRouter
from router_models.line_up import LineUp
from router_models.policy import DEFAULT_THRESHOLD

READ = 0.6
"""How much of the work is reading the labels that are learnt from."""


@dataclass(frozen=True, eq=False)
class Learnt:
    """What learning gave.

    Attributes:
        version: Still without a number: save it.
        picks: Which routers were followed while weights were learnt; empty otherwise.
        report: Before and after.
    """

    version: Version
    picks: tuple[Pick, ...]
    report: Report


@dataclass(frozen=True, eq=False)
class _Weights:
    """What one of the methods found."""

    kind: VersionKind
    parameters: dict[str, Any]
    arrays: dict[str, NDArray[Any]]
    threshold: float | None
    numbers: dict[str, float]
    picks: tuple[Pick, ...] = ()


def learn(
    line_up: LineUp,
    router_id: str,
    task: str,
    labels: Sequence[ResolvedLabel],
    author: Visitor,
    target: Target | None = None,
    progress: Progress | None = None,
) -> Learnt:
    """Lets a router learn; nothing is saved and nothing changes in the panel.

    Args:
        line_up: Has the routers that ship; what is learnt builds on them, whatever stands in their place.
        router_id: Which router.
        task: `threshold`, `retrain` or `votes`.
        labels: What annotators agree on.
        author: Who lets it learn.
        target: What a threshold is chosen for.
        progress: Told how much is done.

    Raises:
        TooFewLabelsError: There are too few labels, with how many are missing.
        BadInputError: The router cannot learn that.
        UnknownNameError: There is no such router.
        UnavailableError: The router or a member of it cannot run.
    """
    router = line_up.shipped(router_id)
    chosen = check(router, task)
    aim = target or Target()
    tell = progress or _untold
    split = split_labels(labels, FEWEST[chosen], classes_of(router, chosen))
    tell(0.0, "Reading the labels")
    members = _members(router) if chosen == "votes" else ()
    feature = HEADS.get(router_id, "embedding") if chosen == "retrain" else None
    said = ask(router, split.learning.prompts, tell, feature=feature, members=members, end=READ)
    tell(READ, "Learning")
    found = _METHODS[chosen](router, said, split, aim, members)
    return _measured(line_up, router, chosen, found, split, aim, author, tell)


def _members(router: Router) -> tuple[Router, ...]:
    assert isinstance(router, EnsembleRouter)  # noqa: S101  `check` lets no other router through
    router.load()
    return (router, *router.members)


def _threshold(router: Router, said: Said, split: Split, target: Target, members: Sequence[Router]) -> _Weights:
    threshold = threshold_for(target, 1 - said.p[:, 0], _needed(split))
    return _Weights("threshold", {"threshold": threshold}, {}, threshold, {})


def _retrain(router: Router, said: Said, split: Split, target: Target, members: Sequence[Router]) -> _Weights:
    routes = labelled_routes(split.learning.tiers, len(router.routes))
    folds = split.learning.folds
    if router.id in HEADS:
        head = fit_head(said.p, said.features, routes, folds)
        threshold = _operating_point(router, head.p, split, target)
        parameters = {"feature": HEADS[router.id], "scale": head.scale, "threshold": threshold}
        numbers = {"scale": head.scale} | ({"penalty": head.strength} if np.isfinite(head.strength) else {})
        return _Weights("head", parameters, {"weight": head.weight, "bias": head.bias}, threshold, numbers)
    latest = slice(-MOST_REFERENCES, None)
    added = fit_references(said.p[latest], said.features[latest], routes[latest], folds[latest])
    threshold = threshold_for(target, 1 - added.p[:, 0], _needed(split)[latest])
    numbers = {"sharpness": added.sharpness, "strength": added.strength, "scale": added.scale}
    arrays: dict[str, NDArray[Any]] = {
        "units": said.features[latest].astype(np.float16),
        "routes": routes[latest].astype(np.uint8),
        "bias": added.bias,
    }
    return _Weights("references", {**numbers, "threshold": threshold}, arrays, threshold, numbers)


def _votes(router: Router, said: Said, split: Split, target: Target, members: Sequence[Router]) -> _Weights:
    names = [member.id for member in members]
    prompts = [label.prompt_sha256 for label in split.learning.labels]
    found = fit_votes(said.odds, _needed(split), names, prompts)
    threshold = threshold_for(target, found.p_strong, _needed(split))
    asked = [(member.id, weights_version(member.card)) for member in members]
    parameters = {"members": asked, "bias": found.bias, "threshold": threshold}
    shares = {f"trust in {name}": round(float(share), 4) for name, share in zip(names, found.shares, strict=True)}
    return _Weights("votes", parameters, {"weight": found.weight}, threshold, shares, found.picks)


_METHODS = {"threshold": _threshold, "retrain": _retrain, "votes": _votes}


def _operating_point(router: Router, p: FloatArray, split: Split, target: Target) -> float | None:
    return threshold_for(target, 1 - p[:, 0], _needed(split)) if len(router.routes) == 2 else None


def _needed(split: Split) -> IntArray:
    return labelled_routes(split.learning.tiers, 2)


def _measured(
    line_up: LineUp,
    router: Router,
    task: Task,
    found: _Weights,
    split: Split,
    target: Target,
    author: Visitor,
    tell: Progress,
) -> Learnt:
    """Runs the packed version on the held-out labels, exactly as it will decide."""
    two = len(router.routes) == 2
    draft = Version(
        router=router.id,
        kind=found.kind,
        base_version=weights_version(router.card),
        card=router.card.model_copy(update={"threshold": found.threshold}).model_dump_json(),
        report="",
        labels=len(split.used),
        labels_sha256=split.labels_sha256,
        created_at=now(),
        created_by=author.author,
        created_by_name=author.name,
        parameters=as_text(found.parameters),
        arrays=pack(found.arrays),
    )
    tell(READ, "Measuring on held-out labels")
    prompts = split.held_out.prompts
    shipped = router.card.threshold if router.card.threshold is not None else DEFAULT_THRESHOLD
    before = Routed(ask(router, prompts, tell, begin=READ, end=0.8).p, shipped if two else None)
    after_p = ask(learnt_router(draft, line_up), prompts, tell, begin=0.8, end=0.9).p
    tell(0.9, "Drawing resamples of the held-out labels")
    report = compare(
        before,
        Routed(after_p, found.threshold),
        split,
        GAINED if task == "threshold" else APGR,
        target if two else None,
    )
    card = version_card(
        router.card,
        task,
        report,
        draft.created_at.date(),
        threshold=found.threshold,
        parameters=found.numbers,
        holds_embeddings=found.kind == "references",
    )
    tell(1.0, "Done")
    kept = replace(draft, card=card.model_dump_json(exclude_defaults=True), report=report.model_dump_json())
    return Learnt(kept, found.picks, report)


def _untold(share: float, what: str) -> None:
    """For those who do not want to be told."""
