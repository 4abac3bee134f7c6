"""The text of a PDF, read in a process of its own with bounds on time and memory: no file takes the app down."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path

from errors import BadInputError, UnavailableError
from llms.attachment import PdfAttachment, content_of
from llms.tokens import sendable

MAX_PAGES = 100
MAX_CHARACTERS = 100_000
"""About 25,000 tokens, which most LLMs take; the price shown beside the button counts them."""

TIMEOUT_S = 20.0
"""Time on the clock for one PDF."""

MAX_CPU_S = 10
MAX_MEMORY_BYTES = 512 * 1024 * 1024

_AT_ONCE = 2
_WAIT_S = 30.0
_WORKER = Path(__file__).with_name("pdf_worker.py")
_PASSED_ON = ("PATH", "LD_LIBRARY_PATH", "SYSTEMROOT")
_readers = threading.BoundedSemaphore(_AT_ONCE)


@dataclass
class _Reading:
    """What the process said until it ended or was ended."""

    ready: bool = False
    pages: int = 0
    texts: list[str | None] = field(default_factory=list)
    end: str = "killed"

    def take(self, line: bytes) -> None:
        said = json.loads(line)
        self.ready |= "ready" in said
        self.pages = said.get("pages", self.pages)
        self.end = said.get("end", self.end)
        if "text" in said or "failed" in said:
            self.texts.append(said.get("text"))


def read_pdf(
    file: Path | bytes,
    name: str,
    *,
    max_pages: int = MAX_PAGES,
    max_characters: int = MAX_CHARACTERS,
    timeout_s: float = TIMEOUT_S,
    max_cpu_s: int = MAX_CPU_S,
    max_memory_bytes: int = MAX_MEMORY_BYTES,
) -> PdfAttachment:
    """Reads the text of a PDF; what does not fit the limits is left out, with a note.

    Args:
        file: The file, or its content; a file is read when it is its turn, so that those that wait take no memory.
        name: What the user knows it by.
        max_pages: Pages that are read, from the first on.
        max_characters: Characters of text that are kept.
        timeout_s: Time on the clock after which the reading process is killed.
        max_cpu_s: Its processor time.
        max_memory_bytes: Its address space.

    Raises:
        BadInputError: It is broken, encrypted, scanned, or too demanding to be read.
        UnavailableError: Too many PDFs are being read at the moment, or the reader cannot start.
    """
    if not _readers.acquire(timeout=_WAIT_S):
        raise UnavailableError("Too many PDFs are being read at the moment.", "Try again in a minute.")
    try:
        reading = _read(content_of(file, name), timeout_s, (max_memory_bytes, max_cpu_s, max_pages, max_characters))
    finally:
        _readers.release()
    if not reading.ready:
        raise UnavailableError(
            "The PDF reader did not start.", "Try again; if that does not help, run pip install -r requirements.txt."
        )
    _refuse(reading, name)
    text = "\n\n".join(filter(None, map(_clean, reading.texts)))
    if not text:
        raise _without_text(reading, name)
    kept = text[:max_characters].rstrip()
    notes = _notes(reading, max_pages)
    if len(text) > max_characters:
        notes.append(f"The text is cut at {max_characters:,} characters.")
    note = " ".join(notes)
    return PdfAttachment(name, kept, reading.pages, len(reading.texts), len(kept), note)


def _read(data: bytes, timeout_s: float, limits: tuple[int, int, int, int]) -> _Reading:
    # Isolated, and without this process's environment: a file that broke out of the parser would find no keys there.
    command = [sys.executable, "-I", str(_WORKER), _site(), *map(str, limits)]
    environment = {key: os.environ[key] for key in _PASSED_ON if key in os.environ}
    try:
        done = subprocess.run(  # noqa: S603  our own interpreter and file, and numbers
            command, input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment, timeout=timeout_s
        )
        output = done.stdout
    except subprocess.TimeoutExpired as error:
        output = error.stdout or b""
    reading = _Reading()
    for line in output.splitlines(keepends=True):
        if line.endswith(b"\n"):  # the last one may be torn
            reading.take(line)
    return reading


def _site() -> str:
    """Folder that pypdf is installed in; '' where it is not."""
    spec = find_spec("pypdf")
    return str(Path(spec.origin).parent.parent) if spec and spec.origin else ""


def _refuse(reading: _Reading, name: str) -> None:
    if reading.end == "encrypted":
        raise BadInputError(
            f"{name} is encrypted and does not open without a password.",
            "Open it with its password, save a copy without one, and attach that.",
        )
    if reading.end == "broken" or (reading.end == "done" and reading.pages == 0):
        raise BadInputError(
            f"{name} is not a readable PDF: it is damaged or incomplete.",
            "Open it in a PDF viewer and print it to a new PDF, or paste its text.",
        )
    if not reading.texts:
        raise BadInputError(
            f"{name} takes more time or memory to read than one PDF may.",
            "Print the pages that matter to a new PDF, or paste their text.",
        )


def _without_text(reading: _Reading, name: str) -> BadInputError:
    pages = _count(len(reading.texts), "page")
    if any(text is None for text in reading.texts):
        return BadInputError(
            f"No text could be read from the first {pages} of {name}.", "Print it to a new PDF, or paste its text."
        )
    return BadInputError(
        f"{name} holds no text in its first {pages}: it looks scanned.",
        "Run text recognition (OCR) over it, or attach the page that matters as an image.",
    )


def _notes(reading: _Reading, max_pages: int) -> list[str]:
    notes = []
    read, total = len(reading.texts), reading.pages
    if reading.end != "done":
        notes.append(f"Page {read + 1:,} of {total:,} takes too much time or memory: the text ends before it.")
    elif read < total:
        why = f"no more than {max_pages:,} are read" if read == max_pages else "the text is long enough"
        notes.append(f"Only the first {_count(read, 'page')} of {total:,} were read: {why}.")
    failed = sum(text is None for text in reading.texts)
    empty = sum(text is not None and not _clean(text) for text in reading.texts)
    if failed:
        notes.append(f"{_count(failed, 'page')} could not be read.")
    if empty:
        verb = "is" if empty == 1 else "are"
        notes.append(f"{_count(empty, 'page')} without text, perhaps scanned, {verb} left out.")
    return notes


def _clean(text: str | None) -> str:
    """Without the control characters that broken fonts yield."""
    kept = (c for c in sendable(text or "") if c in "\n\t" or c.isprintable() or c.isspace())
    return "".join(kept).strip()


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
