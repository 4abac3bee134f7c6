"""`python -m feedback`: import, export, counts, agreement, purge."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from sqlalchemy import update

from feedback.__main__ import COMMANDS, main
from feedback.label_store import LabelStore
from feedback.records import now
from feedback.store import FeedbackStore
from feedback.tables import TextRow
from settings import Settings, get_settings
from tests.feedback.labelling import label, queue

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture
def labels(on_sqlite: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[LabelStore]:
    """The store that the commands find."""
    monkeypatch.setenv("DATA_DIR", str(on_sqlite.data_dir))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    get_settings.cache_clear()
    store = FeedbackStore.open(on_sqlite)
    yield LabelStore(store.access)
    store.close()
    get_settings.cache_clear()


def test_a_file_goes_in_and_bad_rows_are_named(
    labels: LabelStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.csv"
    path.write_text("was,n\nWie lang ist der Rhein?,1\n,2\n", encoding="utf-8")
    assert main(["import", str(path), "--column", "was", "--overlap", "2", "--importer", "me"]) == 0
    said = capsys.readouterr()
    assert said.out == "1 new prompts from column 'was', 0 known already, 1 bad rows\n"
    assert said.err == "row 3: The prompt is empty.\n"
    (item,) = labels.items()
    assert (item.importer, item.origin, item.wanted) == ("me", "a.csv", 2)


def test_many_bad_rows_and_none_good(labels: LabelStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text("{\n" * 103, encoding="utf-8")
    assert main(["import", str(path)]) == 1
    assert "and 3 more" in capsys.readouterr().err


def test_standard_input_and_people(
    labels: LabelStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", StringIO("one?\ntwo?\n"))
    assert main(["import", "-", "--annotator", "ann", "--annotator", "bob"]) == 0
    assert {item.wanted for item in labels.items()} == {2}
    assert labels.next_item("cy") is None
    assert labels.next_item("bob") is not None
    assert capsys.readouterr().out.startswith("2 new prompts, 0 known")


def test_what_goes_wrong_is_said_in_two_sentences(
    labels: LabelStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["import", str(tmp_path / "missing.csv")]) == 1
    said = capsys.readouterr()
    assert said.err == "The file cannot be read (No such file or directory).\nCheck its path and rights.\n"
    assert said.out == ""


def test_labels_go_out(labels: LabelStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (prompt,) = queue(labels, 1)
    labels.save_label(label(prompt, tier=1))
    labels.save_label(label(prompt, tier=2))
    path = tmp_path / "labels"
    command = ["export", str(path), "--kind", "jsonl", "--leading", "--source", "people", "--without-texts"]
    assert main(command) == 0
    assert capsys.readouterr().out == f"1 labels: {path}\n"
    (row,) = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert (row["tier"], row["prompt"]) == (2, None)


def test_counts_and_agreement(labels: LabelStore, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["agreement"]) == 0
    assert "no shared prompts" in capsys.readouterr().out
    texts = queue(labels, 30, overlap=2)
    for number, text in enumerate(texts):
        labels.save_label(label(text, "ann", number % 3 + 1))
        labels.save_label(label(text, "bob", number % 3 + 1))
    assert main(["counts"]) == 0
    said = capsys.readouterr().out
    assert "prompts            30 (0 without text)" in said
    assert "labels that count  people 60" in said
    assert main(["agreement"]) == 0
    said = capsys.readouterr().out
    assert "Fleiss' kappa                   1.000 [1.000, 1.000]" in said
    assert "Cohen's kappa, ann and bob: 1.000 [1.000, 1.000] on 30 prompts" in said


def test_texts_can_go(labels: LabelStore, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    queue(labels, 2)
    labels.add_items(["a third"], "another")
    assert main(["purge"]) == 0
    assert "nothing is deleted" in capsys.readouterr().out
    with labels.access.writing("The test could not write") as connection:
        old = now() - timedelta(days=10)
        connection.execute(update(TextRow).where(TextRow.author == "importer").values(created_at=old))
    monkeypatch.setenv("RETENTION_DAYS", "11")
    get_settings.cache_clear()
    assert main(["purge"]) == 0
    assert main(["purge", "--days", "9"]) == 0
    assert main(["purge", "--author", "another"]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "0 texts were deleted",
        "2 texts were deleted",
        "1 texts of another were deleted",
    ]
    assert labels.counts().items == (0, 3)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_explains_itself(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert f"usage: python -m feedback {command}" in capsys.readouterr().out


def test_an_unknown_command_lists_the_known_ones() -> None:
    done = subprocess.run([sys.executable, "-m", "feedback", "nonsense"], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 2
    assert "agreement" in done.stderr
    assert done.stdout == ""


def test_the_speed_script_measures(capsys: pytest.CaptureFixture[str]) -> None:
    small = ["--prompts", "40", "--annotators", "2", "--labels", "5", "--pause-s", "0"]
    assert main(["speed", *small]) in {0, 1}, "whether this machine is quick enough is not for a test to say"
    said = capsys.readouterr().out
    assert "2 annotators at once, 10 labels" in said
    assert "| label safe on disk |" in said
