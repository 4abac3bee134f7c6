"""Files that are no text are refused by what they hold, not by their names."""

from pathlib import Path

import pytest

from errors import BadInputError
from feedback.import_columns import encoding_of
from router_models.batch.no_text import BEGINNINGS, refuse_no_text


@pytest.mark.parametrize("mark", BEGINNINGS)
def test_what_begins_like_no_text_is_refused(tmp_path: Path, mark: bytes) -> None:
    path = tmp_path / "prompts.csv"
    path.write_bytes(mark + b"\r\nprompt\r\nWhy?\r\n")
    with pytest.raises(BadInputError, match="whatever its name says") as refusal:
        encoding_of(path)
    assert refusal.value.mend


@pytest.mark.parametrize(
    "text", ["prompt\nWhy?\n", "\ufeffprompt\nWhy?\n", "GIF files: what are they?\n", "Größe?\n", "a\0b\n"]
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1252"])
def test_text_is_let_in(text: str, encoding: str) -> None:
    refuse_no_text("prompts.csv", text.encode(encoding, errors="replace"))
