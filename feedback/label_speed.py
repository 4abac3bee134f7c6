"""`python -m feedback speed`: how long a label takes to be safe and the next prompt to come, with many at once."""

from __future__ import annotations

import argparse
import random
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from feedback.label_records import Label, PanelScore
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from settings import Settings, get_settings

TARGET_MS = 50.0
_SCORED_AT_ONCE = 2_000


@dataclass
class Timings:
    """Milliseconds of every call, of all annotators."""

    saved_ms: list[float] = field(default_factory=list)
    next_ms: list[float] = field(default_factory=list)
    progress_ms: list[float] = field(default_factory=list)


def main(arguments: list[str]) -> int:
    """Prints a table of medians and 95th percentiles; returns 1 where a target is missed.

    Args:
        arguments: What follows `speed` on the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m feedback speed", description=__doc__)
    parser.add_argument("--prompts", type=int, default=100_000)
    parser.add_argument("--annotators", type=int, default=20)
    parser.add_argument("--labels", type=int, default=30, help="by each annotator")
    parser.add_argument("--pause-s", type=float, default=1.0, help="between two labels of one annotator")
    parser.add_argument("--overlap", type=int, default=2)
    parser.add_argument("--here", action="store_true", help="in the database of the settings, which should be empty")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as folder:
        settings = get_settings() if options.here else Settings(data_dir=Path(folder), database_url=None)
        feedback = FeedbackStore.open(settings)
        store = LabelStore(feedback.access)
        start = time.perf_counter()
        fill(store, options.prompts, options.overlap)
        print(f"{options.prompts:,} prompts imported and scored in {time.perf_counter() - start:.1f} s")
        timings = measure(store, options.annotators, options.labels, options.pause_s)
        feedback.close()
    return report(timings, options)


def fill(store: LabelStore, prompts: int, overlap: int) -> None:
    """Queues so many made-up prompts and scores them at random."""
    draw = random.Random(0)
    store.add_items(_prompts(prompts), "speed", origin="speed", overlap=overlap)
    for start in range(0, prompts, _SCORED_AT_ONCE):
        chunk = [sha256(prompt) for prompt in _prompts(min(prompts, start + _SCORED_AT_ONCE), start)]
        store.save_scores([PanelScore(digest, draw.random(), draw.random()) for digest in chunk])


def measure(store: LabelStore, annotators: int, labels: int, pause_s: float) -> Timings:
    """Lets annotators label at once, each in a thread, out of step, and times what they wait for."""
    timings, together = Timings(), threading.Barrier(annotators)

    def annotate(number: int) -> None:
        name, draw = f"annotator-{number}", random.Random(number)
        together.wait()
        time.sleep(draw.uniform(0, pause_s))
        for _ in range(labels):
            begun = time.perf_counter()
            item = store.next_item(name)
            fetched = time.perf_counter()
            if item is None:
                return
            time.sleep(draw.uniform(0, 2 * pause_s))
            label = Label(prompt_sha256=item.prompt_sha256, annotator=name, tier=draw.choice((1, 2, 3)))
            clicked = time.perf_counter()
            store.save_label(label)
            timings.saved_ms.append((time.perf_counter() - clicked) * 1000)
            timings.next_ms.append((fetched - begun) * 1000)
            begun = time.perf_counter()
            store.progress(name)
            timings.progress_ms.append((time.perf_counter() - begun) * 1000)

    threads = [threading.Thread(target=annotate, args=(number,)) for number in range(annotators)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return timings


def percentile(values: list[float], share: float) -> float:
    """The value below which that share of the values lies (nearest rank)."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _prompts(end: int, start: int = 0) -> Iterator[str]:
    return (
        f"Which of the numbers {number} and {number * 7 % 1001} is larger, and by how much?"
        for number in range(start, end)
    )


def report(timings: Timings, options: argparse.Namespace) -> int:
    """Prints the table; returns 1 where a target is missed."""
    print(
        f"{options.annotators} annotators at once, {len(timings.saved_ms):,} labels, "
        f"one per {options.pause_s:g} s each\n\n| what | p50 | p95 | target p95 |\n|---|---|---|---|"
    )
    missed = False
    for what, values, target in (
        ("label safe on disk", timings.saved_ms, TARGET_MS),
        ("next prompt", timings.next_ms, TARGET_MS),
        ("progress", timings.progress_ms, None),
    ):
        p95 = percentile(values, 0.95)
        missed |= target is not None and p95 > target
        wanted = "" if target is None else f"≤ {target:g} ms"
        print(f"| {what} | {percentile(values, 0.5):.1f} ms | {p95:.1f} ms | {wanted} |")
    return int(missed)
