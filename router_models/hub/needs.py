"""Which files of the folder of weights a router needs, so that it is complete wherever it is sent."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from errors import UnknownNameError
from router_models.base import Router
from router_models.card import CARD_FILE
from router_models.composite import CompositeRouter
from router_models.encoder_routers import Encoder3WayRouter, EncoderQualityRouter
from router_models.nearest_neighbours import NearestNeighboursRouter
from router_models.novelty import reference_path
from router_models.outcome_references import REFERENCES_FILE
from router_models.similarity_weighted import SimilarityWeightedRouter

README = "README.md"
ENCODER, TUNED_ENCODER = "encoder", "tuned-encoder"
_TUNED = (Encoder3WayRouter, EncoderQualityRouter)
_OUTCOMES = (NearestNeighboursRouter, SimilarityWeightedRouter)


def with_members(routers: Mapping[str, Router], asked: Sequence[str]) -> list[str]:
    """The routers asked for and those that they ask, in panel order.

    Args:
        routers: All of the panel, by id; composites among those asked for are loaded.
        asked: Ids; none are all.

    Raises:
        UnknownNameError: There is no such router.
        UnavailableError: A composite cannot be loaded.
    """
    if not asked:
        return list(routers)
    found: set[str] = set()
    waiting = list(asked)
    while waiting:
        name = waiting.pop()
        if name not in routers:
            raise UnknownNameError(f"There is no router '{name}'.", f"Choose one of: {', '.join(routers)}.")
        if name in found:
            continue
        found.add(name)
        router = routers[name]
        if isinstance(router, CompositeRouter):
            router.load()
            waiting += [member.id for member in router.members]
    return [name for name in routers if name in found]


def needed_files(routers: Iterable[Router]) -> dict[str, Path]:
    """The files that routers need, by name, `folder/file`.

    Args:
        routers: Their members must be among them.
    """
    files: dict[str, Path] = {}
    for router in routers:
        weights = router.folder.parent
        for folder in _folders(router):
            files |= {path.relative_to(weights).as_posix(): path for path in _files_in(weights / folder)}
        single = [weights / REFERENCES_FILE] if isinstance(router, _OUTCOMES) else []
        if router.card.reference:
            single.append(reference_path(weights, router.card.reference))
        files |= {path.relative_to(weights).as_posix(): path for path in single if path.is_file()}
    return files


def _folders(router: Router) -> list[str]:
    folders = [router.id]
    if router.card.max_tokens is not None or router.card.reference:
        folders.append(ENCODER)  # tokens are counted, or novelty measured, even where its layers do not decide
    if isinstance(router, _TUNED):
        folders.append(TUNED_ENCODER)
    return folders


def _files_in(folder: Path) -> list[Path]:
    """A folder's files, the card first; a page for people is written anew."""
    paths = sorted(folder.iterdir(), key=_card_first) if folder.is_dir() else []
    return [path for path in paths if path.is_file() and path.name != README]


def _card_first(path: Path) -> tuple[bool, str]:
    return path.name != CARD_FILE, path.name
