"""Puts the routers' weights on the Hub: a repository is a folder of weights, complete for the routers in it.

All routers go into one repository, because they share encoders (which would otherwise be there twenty times), because
routers made of others must come from the same commit as those, and because an app then starts from one pinned commit.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from errors import BadInputError, DataError
from router_models.encoder import Encoders
from router_models.hub.client import client, in_words
from router_models.hub.manifest import MANIFEST_FILE, Manifest, check_cards, manifest_of, read_manifest
from router_models.hub.model_card import router_page
from router_models.hub.needs import README, TUNED_ENCODER, needed_files, with_members
from router_models.hub.repository_page import repository_page
from router_models.hub.source import HubSource
from router_models.registry import WEIGHTS, BrokenRouter, build_routers

if TYPE_CHECKING:
    from huggingface_hub import CommitOperationAdd, CommitOperationDelete, HfApi

LICENCE_FILE = "LICENSE"
NATIVE_FILES = ("model.safetensors", "config.json")
"""What training leaves of the encoder in the format of its framework, outside of the folder of weights."""

_MAY_NOT = (401, 403)
_MAY_WRITE = "Set HF_TOKEN to a token that may write there (https://huggingface.co/settings/tokens)."
_REPAIR = "Restore the card, or leave the router out."
_ROOT = Path(__file__).parents[2]
_MADE_WITH_REPOSITORY = frozenset({".gitattributes", README, LICENCE_FILE})


@dataclass(frozen=True, slots=True)
class Publication:
    """What a repository will hold.

    Attributes:
        repo_id: Its name, `owner/name`.
        manifest: Routers and files.
        files: Where each file of the manifest lies now, by its name in the repository.
        texts: What is written for it, by name: pages, the manifest, the licence.
    """

    repo_id: str
    manifest: Manifest
    files: Mapping[str, Path]
    texts: Mapping[str, bytes]

    @property
    def sizes_bytes(self) -> dict[str, int]:
        """Size of everything that goes along, by name."""
        stored = {name: file.size_bytes for name, file in self.manifest.files.items()}
        return stored | {name: len(text) for name, text in self.texts.items()}


@dataclass(frozen=True, slots=True)
class Published:
    """Where it is now: the commit's address, and its 40 hexadecimal digits."""

    url: str
    commit: str


def prepare(
    repo_id: str, asked: Sequence[str] = (), weights: Path = WEIGHTS, native: Path | None = None
) -> Publication:
    """Chooses the files and writes the pages; asks nobody and changes nothing.

    Args:
        repo_id: The repository, `owner/name`.
        asked: Ids of routers, which bring along whatever they need; none are all.
        weights: The folder of weights.
        native: Folder with the fine-tuned encoder as safetensors, as training left it; None goes without.

    Raises:
        UnknownNameError: There is no such router.
        UnavailableError: A router made of others cannot be loaded, so nobody knows what it needs.
        DataError: A card cannot be read, or a file is not the one that its card describes.
        BadInputError: `native` is not the folder that training left.
    """
    routers = {router.id: router for router in build_routers(Encoders(weights), weights)}
    chosen = [routers[name] for name in with_members(routers, asked)]
    for router in chosen:
        if isinstance(router, BrokenRouter):
            raise DataError(router.card.method, _REPAIR)
    cards = [router.card for router in chosen]
    files = needed_files(chosen) | (_native_files(native) if native else {})
    manifest = manifest_of([card.router for card in cards], files)
    check_cards(cards, manifest)
    only = asked[0] if len(set(asked)) == 1 else ""
    texts = {
        README: repository_page(cards, manifest, repo_id, only),
        MANIFEST_FILE: manifest.as_json(),
        LICENCE_FILE: (_ROOT / LICENCE_FILE).read_text(encoding="utf-8"),
        **{f"{card.router}/{README}": router_page(card, manifest, repo_id) for card in cards},
    }
    return Publication(repo_id, manifest, files, {name: text.encode() for name, text in texts.items()})


def publish(publication: Publication, token: str, *, private: bool = False) -> Published:
    """Makes the repository if need be, and puts everything into it in one commit.

    What an earlier publication left there and this one has no more is deleted; files of other people's are not touched.

    Args:
        publication: What to put there.
        token: With the right to write; '' is none.
        private: Whether a repository that is made is seen by its owner only; one that exists stays as it is.

    Raises:
        BadInputError: There is no token, it may not write there, or the repository holds something else.
        UnavailableError: The Hub is down, refuses, or asks to wait.
    """
    if not token:
        raise BadInputError("There is no token for the Hub.", _MAY_WRITE)
    from huggingface_hub import CommitOperationDelete
    from huggingface_hub.errors import HfHubHTTPError

    hub, repo_id = client(token), publication.repo_id
    with in_words(HubSource(repo_id), token):
        try:
            hub.create_repo(repo_id, private=private, exist_ok=True)
            info = hub.model_info(repo_id)
            there = {sibling.rfilename for sibling in info.siblings or ()}
            earlier = _earlier(hub, publication, there)
            gone = sorted(there & earlier - set(publication.sizes_bytes))
            operations: list[CommitOperationAdd | CommitOperationDelete] = [*_additions(publication)]
            operations += [CommitOperationDelete(name) for name in gone]
            message = f"{len(publication.manifest.routers)} routers of Router Playground"
            done = hub.create_commit(repo_id, operations, commit_message=message, parent_commit=info.sha)
        except HfHubHTTPError as error:
            if error.response is not None and error.response.status_code in _MAY_NOT:
                raise BadInputError(
                    f"The Hub does not let this token write to {repo_id} ({error.response.status_code}).", _MAY_WRITE
                ) from None
            raise
    return Published(str(done.commit_url), str(done.oid))


def _additions(publication: Publication) -> list[CommitOperationAdd]:
    from huggingface_hub import CommitOperationAdd

    texts = [CommitOperationAdd(name, text) for name, text in publication.texts.items()]
    return texts + [CommitOperationAdd(name, str(path)) for name, path in publication.files.items()]


def _earlier(hub: HfApi, publication: Publication, there: Set[str]) -> set[str]:
    """Names of what an earlier publication put there.

    Raises:
        BadInputError: The repository holds something else, or routers that would be without a manifest.
    """
    repo_id = publication.repo_id
    if MANIFEST_FILE not in there:
        if there - _MADE_WITH_REPOSITORY:
            raise BadInputError(f"{repo_id} holds something else already.", "Choose the name of a new repository.")
        return set()
    with tempfile.TemporaryDirectory() as folder:
        hub.hf_hub_download(repo_id, MANIFEST_FILE, local_dir=folder)
        known = read_manifest(Path(folder))
    left_out = [name for name in known.routers if name not in publication.manifest.routers]
    if left_out:
        raise BadInputError(
            f"{repo_id} has routers that you do not publish now: {', '.join(left_out)}.",
            "Publish them too, or choose the name of a new repository.",
        )
    return set(known.files)


def _native_files(folder: Path) -> dict[str, Path]:
    found = {f"{TUNED_ENCODER}/{name}": folder / name for name in NATIVE_FILES}
    missing = [path.name for path in found.values() if not path.is_file()]
    if missing:
        raise BadInputError(
            f"{folder} has no {' and no '.join(missing)}.",
            "Name the folder that `python -m router_models.training.encoder` was given as --artifacts.",
        )
    return found
