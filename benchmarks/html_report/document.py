"""The HTML report as one file: style, scripts, plotly.js, every figure and every table."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import partial
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from benchmarks.dashboard.latency import DEFAULT_USD_PER_HOUR
from benchmarks.dashboard.leaderboard import leaderboard
from benchmarks.dashboard.results import Results
from benchmarks.html_report.benchmark_part import benchmark_part
from benchmarks.html_report.common_parts import (
    answers_part,
    claims_blocks,
    data_parts,
    robustness_blocks,
    training_blocks,
)
from benchmarks.html_report.parts import Block, Html, Part, Words, or_why
from benchmarks.html_report.recolour import dark_of_light
from benchmarks.plots.theme import theme
from benchmarks.published import Published
from errors import PlaygroundError

HERE = Path(__file__).parent
ASSETS = HERE.parents[1] / "assets"
STYLE_SHEETS = (ASSETS / "css" / "tokens.css", ASSETS / "css" / "page.css", ASSETS / "css" / "bench.css")
SCRIPTS = (ASSETS / "js" / "theme.js", ASSETS / "js" / "figures.js", HERE / "report.js")


def html_report(
    folder: Path, published: Sequence[Published], markdown: str, usd_per_hour: float = DEFAULT_USD_PER_HOUR
) -> str:
    """The whole report.

    Args:
        folder: Where the numbers are kept.
        published: From `benchmarks.published.read_published`.
        markdown: docs/RESULTS.md, whose tables it repeats.
        usd_per_hour: What a machine for the routers costs.

    Raises:
        DataError: The manifest or the leaderboard's figures are missing, so that nothing can be shown.
    """
    results = Results(folder)
    parts = _parts(results, published, markdown, usd_per_hour)
    return (
        _environment()
        .get_template("report.html")
        .render(
            stamp=str(results.stamp),
            parts=parts,
            css="\n".join(path.read_text(encoding="utf-8") for path in (*STYLE_SHEETS, HERE / "report.css")),
            scripts=[_inline(path.read_text(encoding="utf-8")) for path in SCRIPTS],
            plotly=_inline(_plotly()),
            dark=json.dumps(dark_of_light()),
        )
    )


def _parts(results: Results, published: Sequence[Published], markdown: str, usd_per_hour: float) -> list[Part]:
    colours, board = theme("light"), leaderboard(results.folder, usd_per_hour=usd_per_hour)
    parts = [answers_part(results, board), Part("Benchmark by benchmark", (), "chapter")]
    for name in results.names:
        try:
            parts.append(benchmark_part(results.numbers(name), board, usd_per_hour, colours))
        except PlaygroundError as error:
            parts.append(Part(results.title(name), [Words("", (str(error),), missing=True)]))
    blocks = {
        "Robustness": or_why(partial(robustness_blocks, results.folder, colours)),
        "Published claims": or_why(partial(claims_blocks, results, published, board)),
        "How the Keras family learnt": or_why(partial(training_blocks, colours)),
    }
    parts.append(Part("All routers", (), "chapter"))
    parts += [Part(title, found) for title, found in blocks.items()]
    try:
        parts += data_parts(results.folder, colours)
    except PlaygroundError as error:
        parts.append(Part("The data", [Words("", (str(error),), missing=True)]))
    return [*parts, Part("All results as tables", [tables_of(markdown)], "chapter")]


def tables_of(markdown: str) -> Block:
    """docs/RESULTS.md as HTML, its headings two levels lower, each table in a box that scrolls by itself."""
    from markdown_it import MarkdownIt

    html = MarkdownIt("commonmark", {"html": False}).enable("table").render(markdown)
    for level in (2, 1):
        for tag in (f"<h{level}>", f"</h{level}>"):
            html = html.replace(tag, tag.replace(str(level), str(level + 2)))
    html = html.replace("<table>", '<div class="rp-scroll" tabindex="0"><table class="rp-table">')
    return Html(html.replace("</table>", "</table></div>"))


def _plotly() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs())


def _inline(script: str) -> str:
    """A script that may stand inside an element: the end tag in one of its strings would end it."""
    return script.replace("</script", "<\\/script")


def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(HERE), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
