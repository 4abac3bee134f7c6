"""Labels as downloads: three formats, what counts or all there was, nothing for who may not, errors in words."""

import csv
import io
import json
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from pages.label_export import install_label_export
from router_models import RouterPanel
from settings import Settings
from tests.pages.labelling import Office, office_with

FORMULA = "=1+1"


@pytest.fixture
def office(panel: RouterPanel, tmp_path: Path) -> Iterator[Office]:
    for office in office_with(panel, tmp_path / "data", [FORMULA]):
        office.say(FORMULA, 1)
        office.say(FORMULA, 2, comment='@home, "quoted"\n<b>')
        yield office


@pytest.fixture
def client(office: Office) -> TestClient:
    app = Starlette()
    install_label_export(app, office.open_store, office.settings)
    return TestClient(app)


def test_what_counts_comes_in_every_format(client: TestClient) -> None:
    rows = list(csv.DictReader(io.StringIO(client.get("/label/export.csv").text)))
    lines = [json.loads(line) for line in client.get("/label/export.jsonl").text.splitlines()]
    table = pq.read_table(io.BytesIO(client.get("/label/export.parquet").content)).to_pylist()
    assert [row["tier"] for row in rows] == ["2"]
    assert [row["tier"] for row in lines] == [row["tier"] for row in table] == [2]
    assert rows[0]["prompt"] == f"'{FORMULA}"
    assert lines[0]["prompt"] == table[0]["prompt"] == FORMULA
    assert rows[0]["comment"].startswith("'@home")


def test_the_history_has_changed_labels_too(client: TestClient) -> None:
    lines = client.get("/label/export.jsonl?history=1").text.splitlines()
    assert [(json.loads(line)["tier"], json.loads(line)["leads"]) for line in lines] == [(1, False), (2, True)]


def test_a_download_has_a_name_is_kept_nowhere_and_leaves_no_file(
    client: TestClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    answer = client.get("/label/export.csv")
    assert 'filename="labels-current.csv"' in answer.headers["content-disposition"]
    assert answer.headers["cache-control"] == "no-store"
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith("labels-")] == []


def test_another_format_is_refused_in_words(client: TestClient) -> None:
    answer = client.get("/label/export.xlsx")
    assert answer.status_code == 422
    assert "Take one of: csv, jsonl, parquet" in answer.text


def test_who_may_not_label_gets_nothing(office: Office, tmp_path: Path) -> None:
    users = tmp_path / "users"
    users.write_text("", encoding="utf-8")
    app = Starlette()
    install_label_export(app, office.open_store, Settings(data_dir=tmp_path, auth_file=users))
    answer = TestClient(app).get("/label/export.csv")
    assert answer.status_code == 403
    assert FORMULA not in answer.text


def test_a_database_that_fails_is_said(client: TestClient, office: Office) -> None:
    with sqlite3.connect(office.folder / "feedback.sqlite3") as other:
        other.execute("ALTER TABLE labels RENAME TO elsewhere")
    answer = client.get("/label/export.csv")
    assert answer.status_code == 503
    assert "database" in answer.text
