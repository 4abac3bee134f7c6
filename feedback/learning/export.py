"""A version as files: a folder, a zip, or a repository on the Hub."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path

from errors import BadInputError, UnavailableError
from feedback.learning.learnt import card_of
from feedback.learning.report import read_report
from feedback.version_records import Version
from router_models.card import CARD_FILE

VERSION_FILE, WEIGHTS_FILE, README = "version.json", "weights.npz", "README.md"
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")


def files_of(version: Version) -> dict[str, bytes]:
    """The files of a version by name: card, parameters and figures, weights, and a page that says what it is.

    Raises:
        BrokenVersionError: Its card or figures cannot be read.
    """
    card = card_of(version)
    about = {
        "router": version.router,
        "version": version.name,
        "kind": version.kind,
        "base_version": version.base_version,
        "parameters": json.loads(version.parameters),
        "report": json.loads(version.report),
        "labels": version.labels,
        "labels_sha256": version.labels_sha256,
        "content_sha256": version.content_sha256,
        "created_at": version.created_at.isoformat(),
    }
    files = {
        CARD_FILE: (card.model_dump_json(indent=2, exclude_defaults=True) + "\n").encode(),
        VERSION_FILE: (json.dumps(about, indent=2, ensure_ascii=False) + "\n").encode(),
        README: _readme(version).encode(),
    }
    return files | ({WEIGHTS_FILE: version.arrays} if version.arrays else {})


def export_folder(version: Version, folder: Path) -> Path:
    """Writes the files into a folder, made if it is not there, and returns it.

    Raises:
        BadInputError: The folder cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files_of(version).items():
            (folder / name).write_bytes(content)
    except OSError as error:
        raise BadInputError(
            f"The version could not be written to {folder}: {error.strerror}.", "Choose another folder."
        ) from error
    return folder


def export_zip(version: Version) -> bytes:
    """The files in a zip, in a folder named after router and version."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files_of(version).items():
            archive.writestr(f"{version.router}-{version.name}/{name}", content)
    return file.getvalue()


def push_version(version: Version, repository: str, token: str | None, endpoint: str | None = None) -> str:
    """Puts the files into a model repository on the Hub, made private if it is not there, in one commit.

    Args:
        version: What to push.
        repository: As `user/name`.
        token: A token that may write there.
        endpoint: Address of the Hub; None is the one of the environment (HF_ENDPOINT).

    Returns:
        The commit's address.

    Raises:
        BadInputError: That is no name of a repository, or there is no token.
        UnavailableError: The Hub did not take it.
    """
    if not _REPOSITORY.fullmatch(repository.strip()):
        raise BadInputError(f"“{repository[:60]}” is not the name of a repository.", "Write it as user/name.")
    if not token:
        raise BadInputError("There is no token for the Hub.", "Type one, or set HF_TOKEN.")
    import httpx2
    from huggingface_hub import CommitOperationAdd, HfApi
    from huggingface_hub.errors import HfHubHTTPError

    api = HfApi(endpoint=endpoint, token=token)
    added = [CommitOperationAdd(name, io.BytesIO(content)) for name, content in files_of(version).items()]
    try:
        api.create_repo(repository.strip(), private=True, exist_ok=True)
        done = api.create_commit(repository.strip(), added, commit_message=f"{version.router} {version.name}")
    except (HfHubHTTPError, httpx2.HTTPError, OSError, ValueError) as error:  # not quoted: it may hold the request
        raise UnavailableError(
            f"The Hub did not take the version ({type(error).__name__}).",
            "Check the repository's name, that the token may write there, and that the Hub can be reached.",
        ) from None
    return str(done.commit_url)


def _readme(version: Version) -> str:
    report, card = read_report(version.report), card_of(version)
    caveats = "\n".join(f"- {caveat}" for caveat in report.caveats)
    return (
        "---\nlibrary_name: router-playground\ntags: [llm-routing]\n---\n"
        f"# {card.title}\n\n{card.method}\n\n{report.sentence}\n\n"
        f"Learnt from {report.learning} labels, measured on {report.held_out} that were held out from learning.\n\n"
        f"{caveats}\n\n"
        "It corrects a router of Router Playground and does not run without it: `card.json` says which, "
        "`version.json` with what, and `weights.npz` holds the numbers.\n"
    )
