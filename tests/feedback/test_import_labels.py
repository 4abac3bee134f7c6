"""Labels that come with imported prompts: found, kept under whose they are, and never twice."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from feedback.__main__ import main
from feedback.column_names import columns_of
from feedback.exporting import export_labels
from feedback.import_labels import LabelColumns, import_labels, label_columns, readable, tier_of
from feedback.import_records import ImportReport, LabelReport, Reading
from feedback.importing import import_file
from feedback.label_store import LabelStore
from feedback.store import FeedbackStore
from settings import Settings, get_settings
from tests.feedback.labelling import label, queue

ROWS: tuple[dict[str, Any], ...] = (
    {"prompt": "How long is the Rhine?", "needed": "n1", "tier": 1, "annotator": "ben"},
    {"prompt": "Plan a week in Porto.", "needed": "n2", "tier": 2, "annotator": "ben"},
    {"prompt": "Plan a week in Porto.", "needed": "n2", "tier": 3, "annotator": "cleo"},
    {"prompt": "Nobody has labelled me.", "needed": "n3", "tier": None, "annotator": "cleo"},
)


@pytest.fixture
def store(on_sqlite: Settings) -> LabelStore:
    return LabelStore(FeedbackStore.open(on_sqlite).access)


def written(path: Path, rows: Sequence[dict[str, Any]] = ROWS) -> Path:
    """The rows in the format that the name says."""
    if path.suffix == ".parquet":
        pq.write_table(pa.Table.from_pylist(list(rows)), path)
    elif path.suffix == ".jsonl":
        path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    else:
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
    return path


def brought(store: LabelStore, path: Path) -> tuple[ImportReport, LabelReport]:
    """The file with its labels, imported."""
    report = import_file(store, path, "importer")
    columns = label_columns(columns_of(path, report.reading), besides=report.reading.column)
    assert columns is not None
    return report, import_labels(store, path, report.reading, columns, "importer")


def said(store: LabelStore) -> list[tuple[str | None, str, int | None]]:
    return sorted((row.prompt, row.label.annotator, row.label.tier) for row in store.labels(leading_only=True))


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_labels_come_with_their_people_and_a_second_time_nothing_does(
    store: LabelStore, tmp_path: Path, name: str
) -> None:
    path = written(tmp_path / name)
    first = brought(store, path)[1]
    assert (first.new, first.known, first.people, first.bad_rows) == (3, 0, 2, 0)
    assert said(store) == [
        ("How long is the Rhine?", "imported:ben", 1),
        ("Plan a week in Porto.", "imported:ben", 2),
        ("Plan a week in Porto.", "imported:cleo", 3),
    ]
    again = brought(store, path)[1]
    assert (again.new, again.known) == (0, 3)
    assert len(list(store.labels())) == 3
    assert store.disputed() == 1


def test_words_are_read_and_others_are_named_while_their_prompts_go_in(store: LabelStore, tmp_path: Path) -> None:
    rows = [
        {"prompt": "one", "label": "Simple"},
        {"prompt": "two", "label": " reasoning "},
        {"prompt": "three", "label": "hard <b>"},
        {"prompt": " ", "label": "general"},
    ]
    report, labels = brought(store, written(tmp_path / "a.csv", rows))
    assert (report.new, report.reading.bad_rows) == (3, 1)
    assert (labels.new, labels.bad_rows) == (2, 1)
    assert (labels.bad[0].row, labels.bad[0].why) == (4, "“hard <b>” is no tier.")
    assert said(store) == [("one", "imported:", 1), ("two", "imported:", 3)]


def test_what_was_exported_here_brings_nobody_in_twice(store: LabelStore, tmp_path: Path) -> None:
    (text,) = queue(store, 1)
    store.save_label(label(text, "browser:ann", 1))
    store.save_label(label(text, "browser:ann", 2))
    store.save_label(label(text, "gpt", 3, source="judge"))
    path = tmp_path / "labels.csv"
    export_labels(store, path)
    assert brought(store, path)[1].new == 0
    assert len(list(store.labels())) == 3


def test_of_an_exported_history_only_what_people_said_at_last_is_imported(store: LabelStore, tmp_path: Path) -> None:
    (text,) = queue(store, 1)
    store.save_label(label(text, "browser:ann", 1))
    store.save_label(label(text, "browser:ann", 2))
    store.save_label(label(text, "gpt", 3, source="judge"))
    path = tmp_path / "labels.csv"
    export_labels(store, path)
    other = LabelStore(FeedbackStore.open(Settings(data_dir=tmp_path / "other", database_url=None)).access)
    assert brought(other, path)[1].new == 1
    assert said(other) == [(text, "imported:browser:ann", 2)]


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.parquet"])
def test_columns_of_other_files_may_be_called_source_and_leads(store: LabelStore, tmp_path: Path, name: str) -> None:
    rows: list[dict[str, Any]] = [
        {"prompt": "one", "tier": 1, "source": "twitter", "leads": "12"},
        {"prompt": "two", "tier": 2, "source": "A support desk", "leads": "0"},
    ]
    report = brought(store, written(tmp_path / name, rows))[1]
    assert (report.new, report.passed_over) == (2, 0)


def test_what_an_export_says_of_others_and_of_the_past_is_passed_over_and_counted(
    store: LabelStore, tmp_path: Path
) -> None:
    rows: list[dict[str, Any]] = [
        {"prompt": "one", "tier": 1, "source": "people", "leads": "false"},
        {"prompt": "one", "tier": 2, "source": "people", "leads": "true"},
        {"prompt": "one", "tier": 3, "source": "judge", "leads": "true"},
        {"prompt": "two", "tier": 3, "source": "Correction", "leads": "true"},
    ]
    report = brought(store, written(tmp_path / "a.csv", rows))[1]
    assert (report.new, report.known, report.passed_over) == (1, 0, 3)
    assert said(store) == [("one", "imported:", 2)]


def test_somebody_who_comes_back_to_an_earlier_tier_is_believed(store: LabelStore, tmp_path: Path) -> None:
    for tier in (1, 2, 1):
        report = brought(store, written(tmp_path / "a.csv", [{"prompt": "one", "tier": tier, "who": "ben"}]))[1]
        assert (report.new, report.known) == (1, 0)
        assert said(store) == [("one", "imported:ben", tier)]
    assert brought(store, tmp_path / "a.csv")[1].new == 0
    rows = [{"prompt": "two", "tier": tier, "who": "ben"} for tier in (1, 2, 1)]
    for new in (1, 0):
        report = brought(store, written(tmp_path / "b.csv", rows))[1]
        assert (report.new, report.known, report.passed_over) == (new, 1 - new, 2)
        assert said(store)[1] == ("two", "imported:ben", 1)


def test_who_imported_a_label_is_kept_with_it_and_with_no_other(store: LabelStore, tmp_path: Path) -> None:
    (text,) = queue(store, 1)
    store.save_label(label(text, "hub:ada", 1))
    brought(store, written(tmp_path / "a.csv", [{"prompt": text, "tier": 3, "annotator": "ben"}]))
    kept = {row.label.annotator: row.label.imported_by for row in store.labels()}
    assert kept == {"hub:ada": None, "imported:ben": "importer"}


def test_many_names_of_a_file_do_not_outvote_one_person_who_labelled_here(store: LabelStore, tmp_path: Path) -> None:
    ours, theirs = queue(store, 2)
    store.save_label(label(ours, "hub:ada", 1))
    store.save_label(label(ours, "hub:ben", 1))
    rows = [{"prompt": text, "tier": 3, "annotator": f"n{n}"} for text in (ours, theirs) for n in range(50)]
    assert brought(store, written(tmp_path / "a.csv", rows))[1].new == 100
    resolved = {found.prompt: (found.tier, found.annotators) for found in store.resolved()}
    assert resolved == {ours: (1, 2), theirs: (3, 50)}


def test_nobody_can_speak_for_somebody_else_by_a_file(store: LabelStore, tmp_path: Path) -> None:
    (text,) = queue(store, 1)
    store.save_label(label(text, "hub:ada", 1))
    brought(store, written(tmp_path / "a.csv", [{"prompt": text, "tier": 3, "annotator": "hub:ada"}]))
    assert said(store) == [(text, "hub:ada", 1)]


@pytest.mark.parametrize(
    ("value", "tier"),
    [
        (1, 1),
        ("2", 2),
        (3.0, 3),
        ("3.0", 3),
        ("General", 2),
        (0, None),
        ("4", None),
        (True, None),
        ("strong", None),
        (2.5, None),
    ],
)
def test_a_tier_is_a_number_or_a_name(value: object, tier: int | None) -> None:
    assert tier_of(value) == tier


def test_columns_are_found_by_their_names_and_the_prompts_are_none_of_them() -> None:
    assert label_columns(["Prompt", "Tier ", "Annotator"]) == LabelColumns("Tier ", "Annotator")
    assert label_columns(["prompt", "score"]) is None
    assert label_columns(["label", "n"], besides="label") is None


def test_the_beginning_of_a_file_says_how_many_cells_name_a_tier(tmp_path: Path) -> None:
    path = written(tmp_path / "a.csv")
    assert readable(path, Reading("csv", column="prompt"), LabelColumns("tier"), 50) == (3, 3)
    assert readable(path, Reading("csv", column="prompt"), LabelColumns("needed"), 50) == (0, 4)


def test_the_command_imports_labels_where_it_is_told_to(
    on_sqlite: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DATA_DIR", str(on_sqlite.data_dir))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    get_settings.cache_clear()
    path = str(written(tmp_path / "a.csv"))
    assert main(["import", path]) == 0
    assert "labels" not in capsys.readouterr().out
    assert main(["import", path, "--labels"]) == 0
    said_of_labels = capsys.readouterr().out
    assert "3 new labels by 2 people, 0 known already" in said_of_labels
    assert "passed over" not in said_of_labels
    judged = [{"prompt": "one", "tier": 1, "source": "judge"}]
    assert main(["import", str(written(tmp_path / "judged.csv", judged)), "--labels"]) == 0
    assert "1 labels of judges, corrections, or changed later were passed over" in capsys.readouterr().out
    plain = tmp_path / "plain.csv"
    plain.write_text("prompt,n\nHow wide is the Rhine?,1\n", encoding="utf-8")
    assert main(["import", str(plain), "--labels"]) == 1
    assert "No column of the file is one of labels." in capsys.readouterr().err
    get_settings.cache_clear()
