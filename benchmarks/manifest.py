"""Which router was scored with which weights: what makes a run resumable, and stale scores a failed test."""

from __future__ import annotations

import hashlib
import json
import subprocess
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from errors import DataError
from router_models.base import Router
from router_models.card import CARD_FILE
from router_models.composite import CompositeRouter

MANIFEST_FILE = "manifest.json"
ENCODERS = ("encoder", "tuned-encoder")
"""Folders of the encoders beside those of the routers."""

_FINGERPRINT_DIGITS = 16
SCORING_FIELDS = ("routes", "temperature", "parameters", "max_tokens", "files")
"""Of a card: what a score depends on. Figures and words may change without scoring again."""


@dataclass(frozen=True)
class Scored:
    """A router's run over a benchmark: with which weights, and over how many of its prompts."""

    fingerprint: str
    rows: int


@dataclass
class Manifest:
    """What has been scored.

    Attributes:
        routes: Router → names of its routes, cheapest first, in panel order.
        scored: Benchmark → router → its run.
        run: `date` and `commit` of the last run that scored something; empty where that is not known.
    """

    routes: dict[str, list[str]] = field(default_factory=dict)
    scored: dict[str, dict[str, Scored]] = field(default_factory=dict)
    run: dict[str, str] = field(default_factory=dict)

    def stamp(self) -> None:
        """Notes that something is scored now, and by which code."""
        self.run = {"date": datetime.now(UTC).date().isoformat(), "commit": _commit()}

    def write(self, folder: Path) -> None:
        """Writes `manifest.json` into a folder."""
        (folder / MANIFEST_FILE).write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8")


def read_manifest(folder: Path) -> Manifest:
    """Reads `manifest.json`; an empty manifest where nothing was scored yet.

    Raises:
        DataError: The file is not in this format.
    """
    path = folder / MANIFEST_FILE
    if not path.is_file():
        return Manifest()
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        scored = {
            benchmark: {router: Scored(**run) for router, run in routers.items()}
            for benchmark, routers in read["scored"].items()
        }
        return Manifest(read["routes"], scored, read.get("run", {}))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        mend = "Delete the folder's files and run `python -m benchmarks --data DIR` again."
        raise DataError(f"{path} is not a manifest of scores: {error}.", mend) from error


def _commit() -> str:
    """The checked-out commit, with a + where files differ from it; '' outside a repository."""
    command = ["git", "describe", "--always", "--dirty=+", "--abbrev=7", "--exclude=*"]
    try:
        answer = subprocess.run(command, cwd=Path(__file__).parent, capture_output=True, text=True, check=True)  # noqa: S603
    except (OSError, subprocess.CalledProcessError):
        return ""
    return answer.stdout.strip()


def fingerprint(router: Router) -> str:
    """A hash of whatever a router's scores depend on: its card's parameters, its weights, and those it shares.

    Args:
        router: A router made of others is loaded, as their weights count too.

    Returns:
        16 hexadecimal digits.

    Raises:
        UnavailableError: A router made of others cannot run.
    """
    digest = hashlib.sha256()
    card = router.card.model_dump(mode="json", include=set(SCORING_FIELDS))
    digest.update(json.dumps(card, sort_keys=True).encode())
    for path in _weights(router):
        digest.update(path.name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    if isinstance(router, CompositeRouter):
        router.load()
        for member in router.members:
            digest.update(fingerprint(member).encode())
    return digest.hexdigest()[:_FINGERPRINT_DIGITS]


def _weights(router: Router) -> list[Path]:
    """Files with the router's weights, and those of the encoders where it has any: all learnt routers share them."""
    parent = router.folder.parent
    own = {path for path in router.folder.glob("*") if path.is_file() and path.name != CARD_FILE}
    own |= {parent / name for name in router.card.files if (parent / name).is_file()}
    if not own and not router.card.files:
        return []
    return sorted(own | {path for name in ENCODERS for path in (parent / name).glob("*") if path.is_file()})
