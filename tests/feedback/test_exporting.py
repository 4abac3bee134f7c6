"""Labels as files and as a data set of the Hub: everything known of them, and nothing that bites."""

from __future__ import annotations

import csv
import dataclasses
import json
import tracemalloc
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from errors import BadInputError, UnavailableError
from feedback.annotator_names import shown_name
from feedback.exporting import LABEL_COLUMNS, Cell, export_labels, label_cells, rating_cells, write_rows
from feedback.importing import import_file
from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.publishing import ABOUT, publish, write_dataset
from feedback.rows import sha256
from tests.api.serving import serving
from tests.feedback.hub import DATASET, TOKEN, Hub
from tests.feedback.labelling import label, queue, rating

FORMULA = '=HYPERLINK("http://example.org","<b>free</b>")'


@pytest.fixture
def filled(labels: LabelStore) -> LabelStore:
    """Three prompts; one label was changed, one undone, one is a correction without text."""
    texts = [FORMULA, "Eine „übermütige“ Frage,\nzwei Zeilen?", "A third"]
    labels.add_items(texts, "importer", origin="-rivers.csv", overlap=2)
    labels.save_label(label(texts[0], tier=1))
    labels.save_label(label(texts[0], tier=3, comment="@mention", rating=2, seconds=1.5, panel_shown=True))
    labels.save_label(label(texts[1], "bob", None, verdict="unsure"))
    labels.save_label(label(texts[2], "bob", 2))
    labels.undo("bob")
    correction = label("unkept", "visitor", 2, source="correction", router="knn", version="1-abc")
    labels.save_label(correction, prompt="unkept")
    labels.save_rating(rating(stars=1, comment="=cmd"))
    return labels


def test_a_spreadsheet_gets_no_formulas_and_everything_comes_back(filled: LabelStore, tmp_path: Path) -> None:
    assert export_labels(filled, tmp_path / "labels.csv") == 6
    with (tmp_path / "labels.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == tuple(LABEL_COLUMNS)
    assert not [cell for row in rows for cell in row.values() if cell[:1] in set("=+-@\t\r")]
    assert (rows[1]["prompt"], rows[1]["comment"], rows[1]["origin"]) == (f"'{FORMULA}", "'@mention", "'-rivers.csv")
    assert (rows[1]["tier"], rows[1]["tier_name"], rows[1]["leads"], rows[0]["leads"]) == (
        "3",
        "reasoning",
        "true",
        "false",
    )
    kept = [stored.prompt for stored in filled.labels() if stored.prompt]
    assert import_file(filled, tmp_path / "labels.csv", "importer").duplicates == len(kept) == 5


def test_json_has_the_whole_provenance(filled: LabelStore, tmp_path: Path) -> None:
    export_labels(filled, tmp_path / "labels.jsonl")
    rows = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["verdict"] for row in rows] == ["route", "route", "unsure", "route", "undo", "route"]
    assert [row["leads"] for row in rows] == [False, True, True, False, False, True]
    assert {field.name for field in fields(Label)} <= set(rows[0])
    stored = list(filled.labels())[1]
    assert rows[1]["prompt"] == FORMULA, "only spreadsheets take it for a formula"
    assert rows[1]["id"] == stored.label.id
    assert datetime.fromisoformat(rows[1]["created_at"]) == stored.label.created_at
    assert datetime.fromisoformat(rows[1]["imported_at"]) == stored.imported_at
    assert (rows[5]["prompt"], rows[5]["prompt_sha256"], rows[5]["router"], rows[5]["version"]) == (
        None,
        sha256("unkept"),
        "knn",
        "1-abc",
    )


def test_people_have_the_name_that_pages_call_them_by(labels: LabelStore, tmp_path: Path) -> None:
    (prompt,) = queue(labels, 1)
    ann = f"browser:{7:032x}"
    labels.save_label(label(prompt, ann))
    labels.save_rating(rating(author=ann))
    export_labels(labels, tmp_path / "labels.jsonl")
    (row,) = [json.loads(line) for line in (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()]
    assert (row["annotator"], row["annotator_name"]) == (ann, shown_name(ann))
    (stored,) = labels.ratings()
    assert rating_cells(stored)["author_name"] == shown_name(ann)


def test_how_long_it_took_has_the_digits_that_somebody_can_mean(labels: LabelStore) -> None:
    (prompt,) = queue(labels, 1)
    labels.save_label(label(prompt, seconds=3.7400000095367433))
    (stored,) = labels.labels()
    assert stored.label.seconds == 3.7
    older = dataclasses.replace(stored, label=dataclasses.replace(stored.label, seconds=12.339999675750732))
    assert label_cells(older)["seconds"] == 12.3
    unknown = dataclasses.replace(stored, label=dataclasses.replace(stored.label, seconds=None))
    assert label_cells(unknown)["seconds"] is None


def test_parquet_has_types(filled: LabelStore, tmp_path: Path) -> None:
    export_labels(filled, tmp_path / "labels.parquet", sources=["people"], leading_only=True)
    table = pq.read_table(tmp_path / "labels.parquet")
    assert table.column_names == list(LABEL_COLUMNS)
    assert table.schema.field("created_at").type == pa.timestamp("us", tz="UTC")
    assert (table.schema.field("tier").type, table.schema.field("leads").type) == (pa.int64(), pa.bool_())
    assert table["tier"].to_pylist() == [3, None]


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_texts_stay_at_home_if_so_wished_and_nothing_is_a_file_too(
    labels: LabelStore, tmp_path: Path, kind: str
) -> None:
    (prompt,) = queue(labels, 1)
    path = tmp_path / f"labels.{kind}"
    assert export_labels(labels, path) == 0
    labels.save_label(label(prompt, comment="a secret comment"))
    assert export_labels(labels, path, with_texts=False) == 1
    content = path.read_bytes()
    assert prompt.encode() not in content
    assert b"a secret comment" not in content
    assert sha256(prompt).encode() in content


def test_a_file_that_cannot_be_written_is_said_and_nothing_half_is_left(labels: LabelStore, tmp_path: Path) -> None:
    folder = tmp_path / "exports"
    folder.mkdir()
    with pytest.raises(BadInputError, match="'xlsx' is no format"):
        export_labels(labels, folder / "labels.xlsx")
    with pytest.raises(UnavailableError, match="No such file or directory"):
        export_labels(labels, tmp_path / "missing" / "labels.csv")

    def rows() -> Iterator[dict[str, Cell]]:
        yield {"a": "first"}
        raise UnavailableError("The database went away.", "Try again.")

    (folder / "a.csv").write_text("what was there before", encoding="utf-8")
    with pytest.raises(UnavailableError, match="went away"):
        write_rows(folder / "a.csv", None, {"a": str}, rows())
    assert [path.name for path in folder.iterdir()] == ["a.csv"]
    assert (folder / "a.csv").read_text(encoding="utf-8") == "what was there before"


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_any_number_of_rows_needs_little_memory(tmp_path: Path, kind: str) -> None:
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    rows = ({"text": f"{number} {'x' * 1_000}", "at": moment} for number in range(30_000))
    tracemalloc.start()
    assert write_rows(tmp_path / f"a.{kind}", None, {"text": str, "at": datetime}, rows) == 30_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * 2**20


def test_the_data_set_has_a_card_that_names_its_parts(filled: LabelStore, tmp_path: Path) -> None:
    rows = write_dataset(filled, tmp_path, "somebody/river-labels")
    assert rows == {"resolved": 1, "labels": 6, "ratings": 1}
    card = (tmp_path / "README.md").read_text(encoding="utf-8")
    front = yaml.safe_load(card.split("---")[1])
    assert [config["config_name"] for config in front["configs"]] == list(ABOUT)
    assert [config.get("default", False) for config in front["configs"]] == [True, False, False]
    for config in front["configs"]:
        assert pq.read_table(tmp_path / config["data_files"]).num_rows == rows[config["config_name"]]
    assert "# river-labels" in card
    resolved = pq.read_table(tmp_path / "data" / "resolved.parquet").to_pylist()
    assert [(row["prompt"], row["tier"], row["tier_name"], row["source"]) for row in resolved] == [
        (FORMULA, 3, "reasoning", "people")
    ]


def test_labels_are_published_in_one_commit_and_again_in_another(
    filled: LabelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = Hub()
    with serving(hub.app()) as address:
        monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", address)
        published = publish(filled, DATASET, TOKEN)
        filled.undo("ann")
        publish(filled, DATASET, TOKEN)
        with pytest.raises(UnavailableError, match=r"could not be sent to the Hub \(401\)"):
            publish(filled, DATASET, "hf_another")
    assert published.rows == {"resolved": 1, "labels": 6, "ratings": 1}
    assert published.url.endswith(DATASET)
    assert hub.private is True
    assert hub.messages == ["6 labels, 1 ratings", "7 labels, 1 ratings"]
    assert set(hub.commits[0]) == {"README.md", *(f"data/{part}.parquet" for part in ABOUT)}
    numbers = [pq.read_table(pa.BufferReader(state["data/labels.parquet"])).num_rows for state in hub.commits]
    assert numbers == [6, 7]


def test_a_hub_that_cannot_be_reached_is_said(labels: LabelStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(UnavailableError, match="could not be sent to the Hub"):
        publish(labels, "somebody/labels", "hf_token")
    with pytest.raises(UnavailableError, match="'a/b/c' is no name of a data set"):
        publish(labels, "a/b/c", "hf_token")
