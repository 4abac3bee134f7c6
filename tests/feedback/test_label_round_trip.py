"""What goes out comes back: prompts of any kind, through every kind of file."""

from __future__ import annotations

import itertools
import json
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from feedback.exporting import export_labels, write_rows
from feedback.import_records import FileKind, Reading
from feedback.importing import import_file, prompts_of
from feedback.label_store import LabelStore
from router_models.prompts import clean_prompt, readable
from tests.feedback.labelling import label

NASTY = [
    '<script>alert("1")</script> & <b>bold</b>',
    "=cmd|' /C calc'!A0",
    "+49 30 12345",
    "-1 + 2",
    "@somebody",
    "\tbegins with a tab",
    "'quoted' from the start",
    "'=already guarded",
    'says "yes", and; no | maybe\tso',
    "two\nlines\r\nand\rthree",
    "‮right to left‬, 😀, ä, 漢字, \u2028 separated",
    "'; DROP TABLE labels; --",
    "x" * 150_000,
]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1).filter(readable)
NUMBERS = itertools.count()


@pytest.mark.parametrize("kind", ["csv", "jsonl", "parquet"])
def test_nasty_prompts_and_comments_come_back_as_they_were(
    sqlite_labels: LabelStore, tmp_path: Path, kind: FileKind
) -> None:
    sqlite_labels.add_items(NASTY, "importer", origin="=1+1.csv")
    for prompt in NASTY:
        sqlite_labels.save_label(label(prompt, comment=prompt[:2_000]))
    path = tmp_path / f"labels.{kind}"
    assert export_labels(sqlite_labels, path) == len(NASTY)
    assert list(prompts_of(path, Reading(kind), "prompt")) == NASTY
    assert list(prompts_of(path, Reading(kind), "comment")) == [prompt[:2_000] for prompt in NASTY]
    report = import_file(sqlite_labels, path, "importer")
    assert (report.new, report.duplicates, report.reading.column) == (0, len(NASTY), "prompt")


@given(texts=st.lists(TEXTS, min_size=1, max_size=8))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_any_prompts_come_back_from_any_file(tmp_path: Path, texts: list[str]) -> None:
    for kind in ("csv", "jsonl", "parquet"):
        path = tmp_path / f"{next(NUMBERS)}.{kind}"
        rows = [{"prompt": prompt, "number": number} for number, prompt in enumerate(texts)]
        assert write_rows(path, kind, {"number": int, "prompt": str}, rows) == len(texts)
        reading = Reading(kind)
        assert list(prompts_of(path, reading, None)) == [clean_prompt(prompt) for prompt in texts]
        assert (reading.rows, reading.bad_rows, reading.column) == (len(texts), 0, "prompt")
        path.unlink()


def test_every_file_says_the_same_of_a_label(sqlite_labels: LabelStore, tmp_path: Path) -> None:
    for number, prompt in enumerate(NASTY[:5]):
        sqlite_labels.add_items([prompt], f"importer-{number}")
        sqlite_labels.save_label(label(prompt, tier=number % 3 + 1, seconds=number / 2, rating=number + 1))
    for kind in ("csv", "jsonl", "parquet"):
        export_labels(sqlite_labels, tmp_path / f"labels.{kind}")
    lines = (tmp_path / "labels.jsonl").read_text(encoding="utf-8").splitlines()
    from_json = [json.loads(line) for line in lines]
    from_parquet = pq.read_table(tmp_path / "labels.parquet").to_pylist()
    for plain, typed in zip(from_json, from_parquet, strict=True):
        assert set(plain) == set(typed)
        for name, value in typed.items():
            assert plain[name] == (value.isoformat() if name.endswith("_at") else value)
