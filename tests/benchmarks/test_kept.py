"""Files that a command measures: read, refused with a mend, and written."""

from pathlib import Path

import pytest

from benchmarks.kept import Kept, keep, read_kept
from errors import DataError


class Counts(Kept):
    prompts: int


def test_what_is_written_is_read_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "counts.json"
    assert keep(lambda: Counts(prompts=3), path) == 0
    assert f"wrote {path}" in capsys.readouterr().err
    assert read_kept(Counts, path, "nothing is known", "Measure again.") == Counts(prompts=3)


@pytest.mark.parametrize("content", [None, "", "{", '{"prompts": 3, "of": "an older schema"}', '{"prompts": "many"}'])
def test_a_file_that_cannot_be_used_says_what_is_unknown_and_the_mend(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "counts.json"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    with pytest.raises(DataError, match=r"counts\.json.*nothing is known") as caught:
        read_kept(Counts, path, "nothing is known", "Measure again.")
    assert caught.value.mend == "Measure again."


def test_a_failed_measurement_leaves_the_file_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "counts.json"
    path.write_text("old", encoding="utf-8")

    def fails() -> Counts:
        raise DataError("No data.", "Download it.")

    assert keep(fails, path) == 1
    assert path.read_text(encoding="utf-8") == "old"
    assert capsys.readouterr().err == "No data.\nDownload it.\n"
