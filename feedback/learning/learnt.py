"""From a version to a router that runs, and back: parameters as JSON and npz, checked before they may decide."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any, TypeVar
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feedback.records import weights_version
from feedback.version_records import BrokenVersionError, Version
from router_models.base import Router
from router_models.card import RouterCard
from router_models.learnt_head import HeadFeature, LinearHead
from router_models.learnt_references import AddedReferences
from router_models.learnt_router import Correction, LearntRouter
from router_models.learnt_votes import VoteWeights
from router_models.line_up import LineUp

UNIT = 2e-2
"""How far the length of a kept embedding may be from 1."""

MOST_BYTES = 200 * 1024 * 1024
_RELEARN = "Let the router learn again, or choose another version."


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ThresholdParameters(_Frozen):
    """Of a tuned threshold."""

    threshold: float = Field(ge=0, le=1)


class HeadParameters(_Frozen):
    """Of a linear head; `threshold` where there are two routes."""

    feature: HeadFeature
    scale: float = Field(gt=0, le=100)
    threshold: float | None = Field(default=None, ge=0, le=1)


class ReferencesParameters(_Frozen):
    """Of added references."""

    sharpness: float = Field(gt=0, le=1_000)
    strength: float = Field(gt=0, le=1e12)
    scale: float = Field(gt=0, le=100)
    threshold: float = Field(ge=0, le=1)


class VotesParameters(_Frozen):
    """Of weighed votes; `members` says in the order of the weights who votes, and with which weights of their own."""

    members: list[tuple[str, str]] = Field(min_length=1, max_length=100)
    bias: float
    threshold: float = Field(ge=0, le=1)


P = TypeVar("P", bound=_Frozen)


def pack(arrays: Mapping[str, NDArray[Any]]) -> bytes:
    """Arrays as npz, without pickles; b'' if there are none."""
    if not arrays:
        return b""
    file = io.BytesIO()
    np.savez_compressed(file, **dict(arrays))  # type: ignore[arg-type]  # numpy's stub takes its own keyword for one
    return file.getvalue()


def learnt_router(version: Version, line_up: LineUp, *, beside: bool = False) -> LearntRouter:
    """A router that runs a version.

    Args:
        version: As it was saved.
        line_up: Has the routers that ship.
        beside: Whether it gets an id of its own, such as `semantic-v3`, because it stands beside the router.

    Raises:
        BrokenVersionError: The version is not what its kind must be, or builds on weights that are no more.
        UnknownNameError: A router that it builds on does not ship any more.
    """
    base = line_up.shipped(version.router)
    if weights_version(base.card) != version.base_version:
        raise _broken(version, f"was learnt on top of other weights of {base.title} than those that ship now")
    card = card_of(version, beside=beside)
    if card.routes != base.routes:
        raise _broken(version, "has other routes than its router")
    return LearntRouter(card, base, _CORRECTIONS[version.kind](version, card, base, line_up))


def card_of(version: Version, *, beside: bool = False) -> RouterCard:
    """The card of a version under its number.

    Raises:
        BrokenVersionError: It is not a card.
    """
    try:
        card = RouterCard.model_validate_json(version.card)
    except ValidationError as error:
        raise _broken(version, "has no valid card") from error
    name = f"{version.router}-{version.name}" if beside else version.router
    return card.model_copy(update={"router": name, "title": f"{card.title} · {version.name}", "version": version.name})


def _threshold(version: Version, card: RouterCard, base: Router, line_up: LineUp) -> Correction | None:
    _check_threshold(version, card, _parameters(version, ThresholdParameters).threshold)
    return None


def _head(version: Version, card: RouterCard, base: Router, line_up: LineUp) -> Correction:
    parameters = _parameters(version, HeadParameters)
    arrays = _arrays(version, ("weight", "bias"))
    _check_threshold(version, card, parameters.threshold)
    weight, bias = arrays["weight"], arrays["bias"]
    k = len(base.routes)
    if weight.ndim != 2 or weight.shape[1] != k or bias.shape != (k,) or not 0 < len(weight) <= 10_000:
        raise _broken(version, "has weights of another shape")
    return LinearHead(
        base.encoders, parameters.feature, parameters.scale, weight.astype(np.float32), bias.astype(np.float64)
    )


def _references(version: Version, card: RouterCard, base: Router, line_up: LineUp) -> Correction:
    parameters = _parameters(version, ReferencesParameters)
    arrays = _arrays(version, ("units", "routes", "bias"))
    _check_threshold(version, card, parameters.threshold)
    units, routes, bias = arrays["units"].astype(np.float32), arrays["routes"], arrays["bias"]
    k = len(base.routes)
    if units.ndim != 2 or routes.shape != (len(units),) or bias.shape != (k,) or not len(units):
        raise _broken(version, "has references of another shape")
    if routes.dtype.kind not in "iu" or routes.min() < 0 or routes.max() >= k:
        raise _broken(version, "has references to routes that do not exist")
    if np.abs(np.linalg.norm(units, axis=1) - 1).max() > UNIT:
        raise _broken(version, "has references that are no unit vectors")
    return AddedReferences(
        base.encoders,
        units,
        routes.astype(np.int64),
        parameters.sharpness,
        parameters.strength,
        parameters.scale,
        bias.astype(np.float64),
    )


def _votes(version: Version, card: RouterCard, base: Router, line_up: LineUp) -> Correction:
    parameters = _parameters(version, VotesParameters)
    weight = _arrays(version, ("weight",))["weight"]
    _check_threshold(version, card, parameters.threshold)
    if weight.shape != (len(parameters.members),) or len(base.routes) != 2:
        raise _broken(version, "has weights of another shape")
    members = [line_up.shipped(name) for name, _ in parameters.members]
    for member, (_, learnt_with) in zip(members, parameters.members, strict=True):
        if weights_version(member.card) != learnt_with:
            raise _broken(version, f"was learnt with other weights of {member.title} than those that ship now")
    return VoteWeights(members, weight.astype(np.float64), parameters.bias)


_CORRECTIONS = {"threshold": _threshold, "head": _head, "references": _references, "votes": _votes}


def _check_threshold(version: Version, card: RouterCard, threshold: float | None) -> None:
    if card.threshold != threshold or (threshold is None) != (len(card.routes) > 2):
        raise _broken(version, "has another threshold than its card")


def _parameters(version: Version, kind: type[P]) -> P:
    try:
        return kind.model_validate_json(version.parameters)
    except ValidationError as error:
        raise _broken(version, f"has unreadable parameters ({error.errors()[0]['msg']})") from error


def _arrays(version: Version, names: tuple[str, ...]) -> dict[str, NDArray[Any]]:
    try:
        with np.load(io.BytesIO(version.arrays), allow_pickle=False) as kept:
            if sum(entry.file_size for entry in kept.zip.infolist()) > MOST_BYTES:
                raise ValueError("too large")
            arrays = {name: np.asarray(kept[name]) for name in names}
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, AttributeError) as error:
        raise _broken(version, "has unreadable weights") from error
    if any(array.dtype.kind not in "fiu" or not np.isfinite(array).all() for array in arrays.values()):
        raise _broken(version, "has weights that are no numbers")
    return arrays


def _broken(version: Version, why: str) -> BrokenVersionError:
    return BrokenVersionError(f"Version {version.name} of {version.router} {why}.", _RELEARN)
