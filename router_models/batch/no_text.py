"""What is no text, whatever the end of its name says: told by the bytes with which such files begin."""

from __future__ import annotations

from errors import BadInputError

BEGINNINGS = {
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture or a sound",
    b"%PDF-": "a PDF",
    b"PK\x03\x04": "a spreadsheet or another ZIP file",
    b"\xd0\xcf\x11\xe0": "a document of an older Office",
    b"\x1f\x8b": "a compressed file",
    b"PAR1": "a Parquet file",
    b"SQLite format 3": "a database",
    b"\x7fELF": "a program",
}


def refuse_no_text(name: str, beginning: bytes) -> None:
    """Refuses a file that is no text.

    Args:
        name: What to call it.
        beginning: Its first bytes, 16 or more where it has them.

    Raises:
        BadInputError: It begins like a picture, a PDF, a spreadsheet …
    """
    for mark, kind in BEGINNINGS.items():
        if beginning.startswith(mark):
            raise BadInputError(
                f"{name} is {kind}, whatever its name says.", "Save the table as CSV, JSONL or Parquet, and name it so."
            )
