"""What can be learnt: which routers, what of them, and from how many labels."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, get_args

from errors import BadInputError
from feedback.learning.labelled import Fewest
from feedback.version_records import VersionKind
from router_models.base import Router
from router_models.card import RouterCard
from router_models.ensemble import EnsembleRouter
from router_models.learnt_head import HeadFeature

Task = Literal["threshold", "retrain", "votes"]
TASKS: tuple[Task, ...] = get_args(Task)

TASK_TITLES: Mapping[Task, str] = {
    "threshold": "Tune its threshold",
    "retrain": "Retrain it",
    "votes": "Weigh its members' votes",
}

TASK_OF: Mapping[VersionKind, Task] = {
    "threshold": "threshold",
    "head": "retrain",
    "references": "retrain",
    "votes": "votes",
}
"""What a version of each kind came from."""

HEADS: Mapping[str, HeadFeature] = {"semantic": "embedding", "encoder-3way": "embedding", "encoder-quality": "means"}
"""Routers that get a linear head, and what it reads."""

LOOK_UPS = ("knn", "kmeans", "similarity-weighted")
"""Routers that look prompts up, and get the labelled ones to look up as well."""

FEWEST: Mapping[Task, Fewest] = {
    "threshold": Fewest(learning=30, held_out=20, learning_each=5, held_out_each=4),
    "retrain": Fewest(learning=60, held_out=30, learning_each=8, held_out_each=4),
    "votes": Fewest(learning=60, held_out=30, learning_each=8, held_out_each=4),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """A router and what it can learn."""

    router: str
    title: str
    tasks: tuple[Task, ...]


def choices(shipped: Mapping[str, Router]) -> list[Choice]:
    """Every router that can learn something.

    Args:
        shipped: The routers as they ship, by id.
    """
    found = [Choice(name, router.title, tasks_of(router)) for name, router in shipped.items()]
    return [choice for choice in found if choice.tasks]


def tasks_of(router: Router) -> tuple[Task, ...]:
    """What a router can learn; nothing if it waits for an LLM, cannot run, or does not read the prompt."""
    if router.waits or router.card.constant or not router.evidence_kind:
        return ()
    tasks: list[Task] = []
    if router.id in HEADS or router.id in LOOK_UPS:
        tasks.append("retrain")
    if isinstance(router, EnsembleRouter):
        tasks.append("votes")
    if tunable(router.card):
        tasks.append("threshold")
    return tuple(tasks)


def tunable(card: RouterCard) -> bool:
    """Whether there is a threshold to tune: routers with more routes pick the likeliest one."""
    return len(card.routes) == 2 and not card.constant and not card.threshold_is_bought


def check(router: Router, task: str) -> Task:
    """Makes sure that a router can learn that.

    Raises:
        BadInputError: It cannot.
    """
    possible = tasks_of(router)
    if task in possible:
        return task
    mend = "Choose another router."
    if possible:
        mend = f"Choose one of: {', '.join(possible)}."
    raise BadInputError(f"{router.title} cannot learn “{task[:40]}”.", mend)


def classes_of(router: Router, task: Task) -> int:
    """How many classes its labels have: heads of three routes need examples of each tier."""
    return len(router.routes) if task == "retrain" else 2
