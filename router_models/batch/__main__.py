"""`python -m router_models.batch INPUT OUTPUT --router ID`: one router over files of prompts of any size."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator, Sequence

from command_line import exit_code
from errors import BadInputError, PlaygroundError
from router_models import load_panel
from router_models.batch.engines import run_local, run_ray
from router_models.batch.from_hub import brought, remembered
from router_models.batch.job import Job
from router_models.batch.pieces import PIECE_ROWS, Piece, cut
from router_models.batch.shards import OutputFolder
from router_models.batch.sources import SourceFile, find_sources
from settings import get_settings


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line; returns the exit code (0, 1 on an error the user can mend, 2 on wrong usage)."""
    options = _parser().parse_args(arguments)
    try:
        if get_settings().routers == "hub":  # workers elsewhere could not be sure to find the same ones there
            print("Batches use the weights that ship with the app, also with ROUTERS=hub.", file=sys.stderr)
        sources = find_sources(options.input)
        job = _plan(sources, options)
        folder = OutputFolder(options.output)
        finished = folder.begin(job)
        folder.sweep()
        if finished:
            print(f"{len(finished)} shards are there already.", file=sys.stderr)
        left = (piece for piece in cut(sources, job.rows) if piece.number not in finished)
        _run(job, left, options)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("Stopped. Run the same command again to go on.", file=sys.stderr)
        return 130
    return 0


def _plan(sources: Sequence[SourceFile], options: argparse.Namespace) -> Job:
    """The job; a router from the Hub is downloaded and tried here, before any worker starts."""
    panel, settings = load_panel(), get_settings()
    hub = None
    if options.labels and not options.hub:
        raise BadInputError("--labels goes with --hub only.", "Leave it out: a router that was added has its routes.")
    if options.hub:
        hub = brought(panel, settings, options.hub, options.labels)
    elif options.router not in panel.ids:
        hub = remembered(panel, options.router, settings)
    if hub is not None:
        from router_models.hub.once import described

        print(f"{hub.id}: {described(hub.model)}", file=sys.stderr)
    router = options.router if hub is None else hub.id
    asked = (options.pool, options.threshold, options.column, options.keep, options.rows)
    return Job.plan(sources, router, *asked, panel=panel, hub=hub)


def _run(job: Job, pieces: Iterator[Piece], options: argparse.Namespace) -> None:
    start = time.perf_counter()
    routed = refused = escalated = 0
    engine = run_ray if options.engine == "ray" else run_local
    for shards, done in enumerate(engine(job, options.output, pieces, options.workers), 1):
        routed, refused, escalated = routed + done.routed, refused + done.refused, escalated + done.escalated
        _say(shards, routed + refused, start)
    share = f", {escalated / routed:.1%} to a dearer LLM" if routed else ""
    without = f"{refused:,} without a decision (column problem says why)"
    print(f"\n{routed:,} rows routed{share}; {without}.", file=sys.stderr)


def _say(shards: int, rows: int, start: float) -> None:
    line = f"{shards:,} shards, {rows:,} rows, {rows / (time.perf_counter() - start):,.0f} rows/s"
    print(f"\r{line}", end="" if sys.stderr.isatty() else "\n", file=sys.stderr, flush=True)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m router_models.batch", description=__doc__)
    parser.add_argument("input", help="a Parquet, JSONL or CSV file, a folder or a pattern; also hf://… and s3://…")
    parser.add_argument("output", help="a new folder for the Parquet shards; the same command goes on where it was")
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--router", metavar="ID", help="which router: one that ships, or one added on the Routers page")
    which.add_argument("--hub", metavar="ID", help="a text classifier of the Hub: owner/name or owner/name@revision")
    parser.add_argument("--labels", default="", help="routes of its labels: easy=weak,hard=strong")
    parser.add_argument("--pool", default="", help="whose LLMs serve the routes (default: the first pool)")
    parser.add_argument("--threshold", type=float, help="operating point (default: the router's own)")
    parser.add_argument("--column", default="", help="the column with the prompts (default: prompt, text, question …)")
    parser.add_argument("--keep", action="append", default=[], metavar="COLUMN", help="a column that goes along")
    parser.add_argument("--rows", type=int, default=PIECE_ROWS, help="rows of a shard")
    parser.add_argument("--engine", choices=("local", "ray"), default="local")
    parser.add_argument("--workers", type=int, default=0, help="processes or actors (default: one per core)")
    return parser


if __name__ == "__main__":
    sys.exit(exit_code(main))
