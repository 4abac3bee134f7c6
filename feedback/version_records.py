"""What learning gives and the store keeps: versions, switches and picks. Nothing here knows a database."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from errors import DataError
from feedback.records import new_id, now

VersionKind = Literal["threshold", "head", "references", "votes"]
"""What was learnt: an operating point, a linear head, labelled prompts to look up, weights of other routers' votes."""

Slot = Literal["active", "beside"]
"""In the place of the router, or next to it."""

Action = Literal["put", "back"]


class BrokenVersionError(DataError):
    """A version is not what was saved, or not what its kind must be: it may not decide."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionFacts:
    """What is known of a version without its weights.

    Attributes:
        id: Made by the caller, so that saving it twice is harmless.
        router: Id of the router that it is a version of.
        number: Counts up by router from 1; 0 until it is saved.
        kind: What was learnt.
        base_version: Weights version of the router that it builds on (`feedback.records.weights_version`).
        card: The router card as JSON.
        report: Before and after as JSON (`feedback.learning.report.Report`).
        labels: How many labels it learnt from and was measured with.
        labels_sha256: Hash of these labels.
        created_by: Pseudonym of who let it learn.
        created_by_name: Their name, if they have signed in.
    """

    id: str = field(default_factory=new_id)
    router: str
    number: int = 0
    kind: VersionKind
    base_version: str
    card: str = field(repr=False)
    report: str = field(repr=False)
    labels: int
    labels_sha256: str
    created_at: datetime = field(default_factory=now)
    created_by: str
    created_by_name: str = ""

    @property
    def name(self) -> str:
        """As people call it, such as `v3`."""
        return f"v{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version(VersionFacts):
    """A version with its weights.

    Attributes:
        parameters: Numbers and names as JSON.
        arrays: Weights as npz without pickles.
    """

    parameters: str = field(repr=False)
    arrays: bytes = field(repr=False)

    @property
    def content_sha256(self) -> str:
        """Hash of everything that decides, and of the card that says so."""
        parts = (self.router, self.kind, self.base_version, self.card, self.parameters)
        hashed = hashlib.sha256(json.dumps(parts).encode())
        hashed.update(self.arrays)
        return hashed.hexdigest()


@dataclass(frozen=True, slots=True)
class Pick:
    """Which router was followed on one label while weights were learnt.

    Attributes:
        prompt_sha256: Of the label's prompt.
        router: Id of the router that was drawn.
        propensity: Probability with which it was drawn.
        right: Whether its route was the labelled one.
    """

    prompt_sha256: str
    router: str
    propensity: float
    right: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Switch:
    """Somebody changed which version stands in a router's place or beside it.

    Attributes:
        id: Made by the caller, so that saving it twice is harmless.
        action: `put` puts `version_id` there, or the shipped router where that is None; `back` restores what was
            there before the last `put` that still holds.
        version_id: What stands there afterwards; the store fills it in for `back`.
    """

    id: str = field(default_factory=new_id)
    router: str
    slot: Slot = "active"
    action: Action = "put"
    version_id: str | None = None
    created_at: datetime = field(default_factory=now)
    created_by: str
    created_by_name: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """Which versions stand in the panel.

    Attributes:
        token: Id of the last switch; '' before the first.
        active: Id of the version in the place of a router, by router.
        beside: Id of the version beside a router, by router.
    """

    token: str = ""
    active: Mapping[str, str] = field(default_factory=dict)
    beside: Mapping[str, str] = field(default_factory=dict)


def as_text(content: Mapping[str, Any]) -> str:
    """JSON whose text depends on the content alone."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), allow_nan=False)
