"""What a repository is good for, before anything large is downloaded: its kind, its labels, its size."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from errors import BadInputError, UnavailableError
from router_models.hub.choice import CONFIG, Kind, choose_weights, tokenizer_files
from router_models.hub.download import fetch_files
from router_models.hub.extras import NEEDS, missing_extra
from router_models.hub.labels import labels_of
from router_models.hub.manifest import MANIFEST_FILE, read_manifest
from router_models.hub.repository import RepoFile, Repository, list_repository
from router_models.hub.source import HubSource

_LONGEST_CONFIG = 1024 * 1024
_MULTI_LABEL = "multi_label_classification"
_REGRESSION = "regression"


@dataclass(frozen=True, slots=True)
class HubModel:
    """A repository that can become a router.

    Attributes:
        repository: The repository at one commit, with those files only that will be downloaded.
        kind: `router` is what this project published; the others say how a classifier's weights are kept.
        weights: File with a classifier's weights; '' for `router`.
        labels: In the order of the classifier's outputs; () for `router`, which has routes already.
        one_logit: Whether one output says how likely the second of two labels is.
        multi_label: Whether its labels do not exclude each other.
        routers: Ids of the routers in it; () for a classifier.
    """

    repository: Repository
    kind: Kind
    weights: str = ""
    labels: tuple[str, ...] = ()
    one_logit: bool = False
    multi_label: bool = False
    routers: tuple[str, ...] = ()

    @property
    def source(self) -> HubSource:
        """As it was asked for."""
        return self.repository.source

    @property
    def commit(self) -> str:
        """40 hex digits; what is downloaded is of this commit."""
        return self.repository.commit

    @property
    def files(self) -> tuple[RepoFile, ...]:
        """All that will be downloaded."""
        return self.repository.files

    @property
    def size_bytes(self) -> int:
        """Of all that will be downloaded."""
        return sum(file.size_bytes for file in self.files)

    @property
    def title(self) -> str:
        """Name for people."""
        return self.source.repo_id.partition("/")[2]

    @property
    def licence(self) -> str:
        """As the repository's card says."""
        return self.repository.licence

    @property
    def private(self) -> bool:
        """Whether the Hub shows it to some people only."""
        return self.repository.private

    @property
    def offline(self) -> bool:
        """Whether the Hub is down now, and this is what it said earlier."""
        return self.repository.offline

    @property
    def cached_at(self) -> datetime | None:
        """When the Hub said so, if it is down now; else None."""
        return self.repository.looked_up_at if self.offline else None

    @property
    def address(self) -> str:
        """The commit's page on the Hub."""
        return self.repository.address

    @property
    def needs(self) -> str:
        """Framework that must be installed to run it: '', 'torch' or 'tensorflow'."""
        return NEEDS[self.kind]

    @property
    def missing(self) -> str:
        """The command that installs what is missing to run it; '' if nothing is."""
        return missing_extra(self.kind)


def look_up(source: HubSource, hub_folder: Path, token: str = "") -> HubModel:
    """Asks the Hub what lies in a repository; gets nothing but its small description.

    Args:
        source: Which repository.
        hub_folder: Folder of everything from the Hub.
        token: For a private repository; '' is none.

    Raises:
        BadInputError: It cannot become a router; the message says what to ask its author for.
        UnknownNameError: There is no such repository or revision, or it is not shown to us.
        UnavailableError: The Hub is down, and the repository is private or has not been looked up before.
    """
    repository = list_repository(source, hub_folder, token)
    if repository.offline and repository.private:  # whatever token is given: nobody is there to check it
        raise UnavailableError(
            f"The Hub does not answer, and {source.repo_id} is private: only the Hub can say who may see it.",
            "Try again later.",
        )
    manifest_file = repository.file(MANIFEST_FILE)
    if manifest_file is not None:
        return _published(repository, manifest_file, hub_folder, token)
    kind, weights = choose_weights(repository)
    config_file = repository.file(CONFIG)
    if config_file is None:
        raise BadInputError(
            f"{source.repo_id} has no config.json, so nobody knows its labels.",
            "Ask its author to upload it with save_pretrained, or to add a config.json with id2label.",
        )
    config = read_config(repository, config_file, hub_folder, token)
    _check_classifier(source, kind, config)
    labels = labels_of(config, source.repo_id)
    return HubModel(
        _with_files(repository, (*weights, config_file, *tokenizer_files(repository, kind))),
        kind,
        weights=weights[0].name,
        labels=labels,
        one_logit=len(config.get("id2label") or ()) == 1,
        multi_label=config.get("problem_type") == _MULTI_LABEL,
    )


def read_config(repository: Repository, file: RepoFile, hub_folder: Path, token: str) -> Mapping[str, Any]:
    """A JSON object of a repository, downloaded if it is not on disk yet.

    Raises:
        BadInputError: It is too long, or no JSON object.
        UnavailableError: It cannot be got.
    """
    if file.size_bytes > _LONGEST_CONFIG:
        raise BadInputError(f"{file.name} has {file.size_bytes / 1e6:,.0f} MB.", "No honest one is that long.")
    folder = fetch_files(repository, [file], hub_folder, token)
    return read_object(folder / file.name)


def read_object(path: Path) -> Mapping[str, Any]:
    """A JSON object from a file.

    Raises:
        BadInputError: It is none.
    """
    try:
        held = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise BadInputError(f"{path.name} cannot be read as JSON.", "Ask its author to upload it again.") from error
    if not isinstance(held, dict):
        raise BadInputError(f"{path.name} is not a JSON object.", "Ask its author to upload it again.")
    return held


def _published(repository: Repository, manifest_file: RepoFile, hub_folder: Path, token: str) -> HubModel:
    """A repository that `python -m router_models publish` made."""
    if manifest_file.size_bytes > _LONGEST_CONFIG:
        raise BadInputError(f"{MANIFEST_FILE} is too long.", "Have the repository published again.")
    manifest = read_manifest(fetch_files(repository, [manifest_file], hub_folder, token))
    wanted = {MANIFEST_FILE, *manifest.served}
    files = tuple(file for file in repository.files if file.name in wanted)
    return HubModel(_with_files(repository, files), "router", routers=manifest.routers)


def _with_files(repository: Repository, files: tuple[RepoFile, ...]) -> Repository:
    return dataclasses.replace(repository, files=files)


def _check_classifier(source: HubSource, kind: Kind, config: Mapping[str, Any]) -> None:
    if config.get("auto_map") and kind == "safetensors":
        raise BadInputError(
            f"{source.repo_id} runs only with code of its author, which is never run here.",
            "Ask its author for an ONNX export.",
        )
    named = config.get("architectures") or []
    if kind == "safetensors" and not any(str(name).endswith("ForSequenceClassification") for name in named):
        what = str(named[0])[:60] if named else "no known architecture"
        raise BadInputError(
            f"{source.repo_id} is not a text classifier ({what}).",
            "Choose a model whose page says “Text Classification”.",
        )
    if config.get("problem_type") == _REGRESSION:
        raise BadInputError(
            f"{source.repo_id} gives a number, not the probability of a label.", "Choose a classifier with labels."
        )
