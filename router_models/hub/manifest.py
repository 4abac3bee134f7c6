"""What a published repository holds: the routers in it, and size and hash of every file."""

from __future__ import annotations

import hashlib
from collections.abc import Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from errors import DataError
from router_models.card import CARD_FILE, RouterCard, load_card
from router_models.hub.needs import TUNED_ENCODER
from router_models.hub.onnx_file import check_onnx

MANIFEST_FILE = "weights.json"
"""At the root of the repository, which is a folder of weights like the one that ships."""

SERVED = (".json", ".npz", ".onnx")
"""Endings of what the app reads; what else a repository holds is for people and for other frameworks."""

_MEND = "Take another revision, or have the repository published again with `python -m router_models publish`."

FileName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,60}/[A-Za-z0-9][\w.-]{0,100}$")]
"""A file in a folder of the repository: no path can lead out of it."""


class StoredFile(BaseModel):
    """Size and hash of a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size_bytes: int = Field(ge=0)


class Manifest(BaseModel):
    """What is in a repository.

    Attributes:
        format: Of the repository: an app that does not know it must not guess.
        routers: Ids of the routers, in panel order.
        files: Size and hash by name, `folder/file`.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: Literal[1] = 1
    routers: tuple[str, ...] = Field(min_length=1)
    files: dict[FileName, StoredFile]

    @property
    def served(self) -> dict[str, StoredFile]:
        """The files that the app reads."""
        return {name: file for name, file in self.files.items() if name.endswith(SERVED)}

    def as_json(self) -> str:
        """As it lies in the repository."""
        return self.model_dump_json(indent=2) + "\n"


def manifest_of(routers: Sequence[str], files: Mapping[str, Path]) -> Manifest:
    """Describes what is to be published.

    Args:
        routers: Ids of the routers, in panel order.
        files: Where each file lies now, by its name in the repository, `folder/file`.
    """
    stored = {name: StoredFile(sha256=sha256_of(path), size_bytes=path.stat().st_size) for name, path in files.items()}
    return Manifest(routers=tuple(routers), files=stored)


def read_manifest(folder: Path) -> Manifest:
    """Reads what a repository holds.

    Args:
        folder: Where its files lie.

    Raises:
        DataError: There is no manifest, or none that this version of the app understands.
    """
    try:
        return Manifest.model_validate_json((folder / MANIFEST_FILE).read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise DataError(f"The repository has no readable {MANIFEST_FILE}.", _MEND) from error
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "its form"
        raise DataError(f"The repository's {MANIFEST_FILE} is not valid at '{field}'.", _MEND) from error


def check_files(folder: Path, manifest: Manifest) -> None:
    """Holds what was downloaded against the manifest and against the routers' cards.

    Args:
        folder: Where the repository's files lie; those that the app does not read may be missing.
        manifest: What they should be.

    Raises:
        DataError: A file is missing or is another, or a card cannot be read; the message names it.
        BadInputError: An ONNX file would read what lies elsewhere.
    """
    for name, file in manifest.served.items():
        path = folder / name
        if not path.is_file() or path.stat().st_size != file.size_bytes or sha256_of(path) != file.sha256:
            raise DataError(f"{name} is not the file that {MANIFEST_FILE} describes.", _MEND)
    cards = {router: load_card(folder / router) for router in manifest.routers}
    for router, card in cards.items():
        if card.router != router:
            raise DataError(f"{router}/{CARD_FILE} is the card of another router.", _MEND)
    check_cards(cards.values(), manifest)
    for name in manifest.served:
        if name.endswith(".onnx"):
            check_onnx(folder / name, (folder / name).parent)


def check_cards(cards: Iterable[RouterCard], manifest: Manifest) -> None:
    """Holds the hashes on the routers' cards against those of the files.

    Raises:
        DataError: A file is not the one that a router was measured with; the message names it.
    """
    for card in cards:
        for named, sha256 in card.files.items():
            name = file_of(card, named, manifest.files)
            if name and manifest.files[name].sha256 != sha256:
                raise DataError(f"{name} is not the file that the card of {card.router} describes.", _MEND)


def file_of(card: RouterCard, named: str, files: Container[str]) -> str:
    """The file that a card names, `folder/file`; '' where it is not among the files.

    Args:
        card: Names files of its router's folder and the encoder's native one bare, others with their folder.
        named: One of those names.
        files: The files that there are.
    """
    return next((name for name in (named, f"{card.router}/{named}", f"{TUNED_ENCODER}/{named}") if name in files), "")


def sha256_of(path: Path) -> str:
    """Hash of a file's content, in hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
