"""Questions that stand on both sides are found, and there are as few as docs/DATA.md says."""

from __future__ import annotations

from pathlib import Path

from benchmarks.overlap import overlaps

DOCS = Path(__file__).parents[2] / "docs" / "DATA.md"


def test_the_documented_overlaps_are_all_there_are(data_dir: Path) -> None:
    found = overlaps(data_dir)
    assert {held_out for held_out, *_ in found} <= {"ray", "nexos", "mt-bench", "alpaca-eval", "just-eval"}
    text = DOCS.read_text(encoding="utf-8")
    for held_out, learnt, shared, questions in found:
        assert f"| {held_out} | {learnt} | {shared} | {questions} |" in text
        assert shared / questions < 0.02
