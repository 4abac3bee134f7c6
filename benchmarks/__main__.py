"""`python -m benchmarks --data DIR` scores the routers; `summary` and `report` say what the scores are worth."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.manifest import read_manifest
from benchmarks.places import PLACES_FILE, as_json, mean_places
from benchmarks.published import PUBLISHED_FILE, read_published
from benchmarks.reliability import write_reliability
from benchmarks.report import RESULTS_FILE, report
from benchmarks.suite import entries
from benchmarks.summary import Row, summarise
from command_line import exit_code
from errors import PlaygroundError

FOLDER = Path(__file__).parent.parent / "assets" / "benchmarks"
HTML_FILE = Path("report.html")


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code (0, 1 on an error the user can mend, 2 on wrong usage)."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.command is None and options.data is None:
        parser.error("--data is required: the folder of the public data sets (docs/DATA.md)")
    try:
        if options.command == "summary":
            _summary(options)
        elif options.command == "report":
            _report(options)
        else:
            _score(options)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--data", type=Path, metavar="DIR", help="folder of the public data sets")
    parser.add_argument("--router", action="append", metavar="ID", help="only this router (may be given again)")
    parser.add_argument("--benchmark", action="append", metavar="NAME", help="only this one (may be given again)")
    parser.add_argument("--llm-routers", action="store_true", help="also routers that wait for an LLM, which are slow")
    parser.add_argument("--llm-rows", type=int, default=100, metavar="N", help="prompts for those (default: 100)")
    parser.add_argument("--folder", type=Path, default=FOLDER, help="where the numbers are kept")
    commands = parser.add_subparsers(dest="command")
    summary = commands.add_parser("summary", help="metrics with 95 %% intervals, from the kept numbers alone")
    summary.add_argument("--json", action="store_true", help="print a list of objects")
    written = commands.add_parser(
        "report", help=f"write {RESULTS_FILE.name}, an HTML report, reliability points and places, from them too"
    )
    written.add_argument("--out", type=Path, default=RESULTS_FILE, metavar="FILE", help="the Markdown file to write")
    written.add_argument(
        "--html",
        type=Path,
        default=HTML_FILE,
        metavar="FILE",
        help="the HTML report to write: one file for any browser, without network; too large to be kept in Git "
        "(default: %(default)s in the current folder)",
    )
    for command in (summary, written):
        command.add_argument("--folder", type=Path, default=FOLDER, help="where the numbers are kept")
    return parser


def _score(options: argparse.Namespace) -> None:
    """Runs the panel, so only here are models imported."""
    from benchmarks.scoring import Plan, run
    from router_models import load_panel

    start = time.perf_counter()
    panel = load_panel()
    plan = Plan(
        data_dir=options.data,
        folder=options.folder,
        entries=entries(options.benchmark),
        routers=[panel[name] for name in options.router or panel.ids],
        llm_rows=max(0, options.llm_rows) if options.llm_routers else 0,
    )
    for line in run(plan, panel.ids):
        print(line, file=sys.stderr)
    print(f"{time.perf_counter() - start:.0f} s", file=sys.stderr)


def _summary(options: argparse.Namespace) -> None:
    rows = summarise(options.folder)
    if options.json:
        print(json.dumps([row.as_json() for row in rows], indent=1, ensure_ascii=False))
        return
    for row in rows:
        print(_line(row))


def _line(row: Row) -> str:
    interval = f"{row.value:.3f} [{row.low:.3f}, {row.high:.3f}]"
    return f"{row.benchmark:<18} {row.router:<22} {row.protocol:<10} {row.metric:<34} {interval:<24} n={row.n}"


def _report(options: argparse.Namespace) -> None:
    """Markdown first; only here are plotly and the dashboard imported."""
    from benchmarks.html_report.document import html_report

    rows = summarise(options.folder)
    published = read_published(options.folder / PUBLISHED_FILE)
    text = report(rows, published)
    options.out.write_text(text, encoding="utf-8")
    points = write_reliability(options.folder)
    places = options.folder / PLACES_FILE
    places.write_text(as_json(mean_places(rows, list(read_manifest(options.folder).routes))), encoding="utf-8")
    options.html.write_text(html_report(options.folder, published, text), encoding="utf-8")
    print(f"wrote {options.out}, {options.html}, {points} and {places}", file=sys.stderr)


if __name__ == "__main__":
    sys.exit(exit_code(main))
