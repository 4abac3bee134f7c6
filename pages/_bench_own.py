"""A visitor's own results on the Benchmarks page: read, checked, shown beside the others, and gone with the session."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import gradio as gr

from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.own_results import COLUMNS, read_own_results, template
from benchmarks.dashboard.source import OWN
from pages._bench_page import BenchmarksPage, notice
from pages._templates import render

SUFFIXES = [".csv", ".parquet"]


def own_html() -> str:
    """What the file must look like, and an example to start from."""
    href = "data:text/csv;charset=utf-8," + quote(template())
    return render("bench_own.html", columns=COLUMNS, example=href)


class Upload:
    """Takes a file as the benchmark that is shown.

    Args:
        page: The page.
    """

    __name__ = "uploaded"

    def __init__(self, page: BenchmarksPage) -> None:
        self._page = page

    def __call__(self, scheme: str, file: str | None, own: Numbers | None, keep: float) -> tuple[Any, ...]:
        """The state, the message beside the field, and the head of the page for the new results.

        The file itself is deleted once it is read; a file that cannot be used changes nothing.
        """
        if not file:
            return (own, "", *self._page.unchanged())
        try:
            mine = read_own_results(Path(file))
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return (own, notice(error), *self._page.unchanged())
        finally:
            Path(file).unlink(missing_ok=True)
        said = f"{len(mine):,} prompts are shown above as “{mine.entry.title}”, in this session only."
        head = self._page.opened(scheme, mine, OWN, keep)
        return (mine, render("bench_notice.html", sentences=(said,), error=False), *head)


def upload_field() -> gr.File:
    """Where the file is dropped."""
    return gr.File(label="CSV or Parquet", file_types=SUFFIXES, elem_id="rp-bm-own", height=140)
