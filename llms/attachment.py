"""What a user attaches to a prompt: an image for LLMs with vision, or the text of a PDF."""

from __future__ import annotations

import base64
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from errors import BadInputError

AttachmentKind = Literal["image", "pdf"]

MAX_FILE_BYTES = 20 * 1024 * 1024
"""The largest file that is read."""

TYPES = "PNG, JPEG, WebP, GIF or PDF"

_NAME_CHARACTERS = 80
_PDF_MARK = b"%PDF-"
_HEAD_BYTES = 1024
"""What a file is follows from its first bytes; PDFs may have others in front of their mark."""

_MARKS = {b"\x89PNG\r\n\x1a\n": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF87a": "GIF", b"GIF89a": "GIF"}
_ENDINGS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".gif": "GIF", ".pdf": "PDF"}


@dataclass(frozen=True, slots=True)
class ImageAttachment:
    """An image, encoded anew from its pixels: no metadata, and small enough for every provider.

    Attributes:
        name: The file's own name, without folders, fit to be shown.
        media_type: `image/png` or `image/jpeg`: what `data` really is.
        data: The encoded image.
        width: Pixels.
        height: Pixels.
        note: What was changed, as full sentences; may be empty.
    """

    kind: ClassVar[Literal["image"]] = "image"
    name: str
    media_type: str
    data: bytes = field(repr=False)
    width: int
    height: int
    note: str = ""

    @property
    def data_uri(self) -> str:
        """The image as chat completion APIs take it."""
        return f"data:{self.media_type};base64,{base64.b64encode(self.data).decode('ascii')}"


@dataclass(frozen=True, slots=True)
class PdfAttachment:
    """The text of a PDF.

    Attributes:
        name: The file's own name, without folders, fit to be shown.
        text: Text of the pages that were read, in order.
        pages: Pages of the file.
        pages_read: Pages that were read, from the first on.
        characters: Length of `text`.
        note: What is missing from `text`, as full sentences; may be empty.
    """

    kind: ClassVar[Literal["pdf"]] = "pdf"
    name: str
    text: str = field(repr=False)
    pages: int
    pages_read: int
    characters: int
    note: str = ""


Attachment = ImageAttachment | PdfAttachment


def read_attachment(file: str | Path | bytes, name: str | None = None) -> Attachment:
    """Reads an image or a PDF; what it is follows from its content, never from its name.

    Blocks for up to `pdfs.TIMEOUT_S`, so call it from a thread.

    Args:
        file: Path of the file, or its content.
        name: The name the user knows it by; None takes the path's.

    Raises:
        BadInputError: It is too big, broken, of another type than its name says, or holds nothing to use.
        UnavailableError: Too many files are being read at the moment.
    """
    shown = _shown_name(name if name is not None else "" if isinstance(file, bytes) else Path(file).name)
    source = file if isinstance(file, bytes) else Path(file)
    found, claimed = _format_of(_head(source, shown)), _ENDINGS.get(Path(shown).suffix.lower())
    if found is None or (claimed is not None and (found == "PDF") != (claimed == "PDF")):
        raise _not_what_it_says(shown, found, claimed)
    # Pillow and the PDF reader are imported with the first file, not when the app starts.
    if found == "PDF":
        from llms.pdfs import read_pdf

        return read_pdf(source, shown)
    from llms.images import read_image

    return read_image(
        source, shown, found, "" if claimed in {None, found} else f"It is a {found} in spite of its name."
    )


def content_of(file: Path | bytes, shown: str) -> bytes:
    """The whole content of a file.

    Args:
        file: The file, or its content.
        shown: What the user knows it by.

    Raises:
        BadInputError: It cannot be read, or is empty or too big.
    """
    data = file if isinstance(file, bytes) else _read(file, shown, MAX_FILE_BYTES + 1)  # it may have grown since
    _check_size(len(data), shown)
    return data


def _head(file: Path | bytes, shown: str) -> bytes:
    """The beginning, which tells what it is; sizes that are refused are refused here already."""
    if isinstance(file, bytes):
        _check_size(len(file), shown)
        return file[:_HEAD_BYTES]
    try:
        _check_size(file.stat().st_size, shown)
    except OSError as error:
        raise _unreadable(error, shown) from error
    return _read(file, shown, _HEAD_BYTES)


def _format_of(data: bytes) -> str | None:
    for mark, found in _MARKS.items():
        if data.startswith(mark):
            return found
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return "PDF" if _PDF_MARK in data else None


def _read(path: Path, shown: str, size_bytes: int) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(size_bytes)
    except OSError as error:
        raise _unreadable(error, shown) from error


def _unreadable(error: OSError, shown: str) -> BadInputError:
    return BadInputError(f"{shown} could not be read: {error.strerror}.", "Attach it again.")


def _check_size(size_bytes: int, shown: str) -> None:
    if size_bytes == 0:
        raise BadInputError(f"{shown} is empty.", f"Attach a {TYPES} file with content.")
    if size_bytes > MAX_FILE_BYTES:
        raise BadInputError(
            f"{shown} has {size_bytes / 1024**2:,.0f} MB.", f"Attach a file of at most {MAX_FILE_BYTES // 1024**2} MB."
        )


def _not_what_it_says(shown: str, found: str | None, claimed: str | None) -> BadInputError:
    mend = f"Attach a {TYPES} file."
    if found is not None:
        return BadInputError(f"{shown} is a {found} file in spite of its name.", "Give it the right ending, or " + mend)
    if claimed is not None:
        return BadInputError(f"{shown} is no {claimed} file in spite of its name, or it is damaged.", mend)
    return BadInputError(f"{shown} is neither an image nor a PDF.", mend)


def _shown_name(name: str) -> str:
    """Without folders, and without control and direction characters that make a name look like another."""
    base = name.replace("\\", "/").rpartition("/")[2]
    visible = "".join(character for character in base if unicodedata.category(character)[0] != "C").strip()
    if len(visible) > _NAME_CHARACTERS:
        ending = Path(visible).suffix[:8]
        visible = f"{visible[: _NAME_CHARACTERS - len(ending) - 1]}…{ending}"
    return visible or "The attachment"
