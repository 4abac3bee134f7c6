"""The file that is attached to the next prompt: read once, then kept in memory only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gradio.utils import get_upload_folder

from errors import BadInputError
from llms.attachment import Attachment, read_attachment


def attached_file(fields: Mapping[str, object]) -> Attachment | None:
    """Reads the file that the page has just uploaded; None where it was taken away again.

    The upload itself stays for a while: whoever uploads the same file shares it, as Gradio names it by its content.

    Args:
        fields: `path` and `name` of an upload, or `remove`, or what went wrong in the browser.

    Raises:
        PlaygroundError: The file cannot be used; the message says why.
    """
    if fields.get("remove"):
        return None
    name = str(fields.get("name", ""))[:200]
    if fields.get("oversize"):
        raise BadInputError(f"{name} is {fields['oversize']} MiB large.", "Attach a file of at most 20 MiB.")
    path = _upload(fields.get("path"))
    if path is None:
        raise BadInputError(f"{name or 'The file'} could not be uploaded.", "Try again, or attach another file.")
    return read_attachment(path, name)


def _upload(sent: object) -> Path | None:
    """The path, if it is an upload and no other file of this machine."""
    if not isinstance(sent, str):
        return None
    path = Path(sent).resolve()
    return path if path.is_relative_to(Path(get_upload_folder()).resolve()) and path.is_file() else None
