"""`python -m benchmarks.api_load`: the speed targets of the JSON API, over loopback, client and app on one machine."""

from __future__ import annotations

import argparse
import asyncio
import statistics
import time
from functools import partial

from benchmarks.load_client import Load, load
from benchmarks.served_app import WITHOUT_CACHE, ServedApp
from benchmarks.speed import PROMPTS, ROUTER, Row
from router_models import RouterPanel, load_panel
from router_models.encoder import MAX_TOKENS

CLIENTS = 64
BATCH = 1_000
_STEADY_CLIENTS = 4
_SETTLED = 0.2
"""Share of a steady load after which memory counts as settled: threads have started, caches are filled."""

_SAMPLE_S = 5.0


def main() -> None:
    """Measures everything that was asked for and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api_load", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="length of each measurement")
    parser.add_argument("--batches", type=int, default=5, help="timed batches of 1,000 texts; 0 leaves them out")
    parser.add_argument("--minutes", type=float, default=0.0, help="length of the steady load; 0 leaves it out")
    options = parser.parse_args()
    rows: list[Row] = []
    with ServedApp(WITHOUT_CACHE) as app:
        app.wait_until_ready()
        for length in ("short", "medium"):
            rows += asyncio.run(predict_rows(app, options.seconds, length))
        if options.batches:
            rows.append(batch_row(app, load_panel(), options.batches))
    if options.minutes:
        with ServedApp() as app:  # with its cache, as it is served
            app.wait_until_ready()
            rows.append(asyncio.run(memory_row(app, options.minutes * 60)))
    print("| what | measured | against | result | target |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.measured} | {row.reference} | {row.result} | {row.target} |")


def one_text(number: int, length: str = "medium") -> dict[str, object]:
    """A request for one score; every number is another prompt of that length."""
    return {"text": f"{PROMPTS[length]} Variant {number}.", "router": ROUTER}


def many_texts(size: int) -> list[str]:
    """Prompts for a batch, half of them short."""
    return [f"{list(PROMPTS.values())[number % 2]} Variant {number}." for number in range(size)]


async def predict_rows(app: ServedApp, seconds: float, length: str) -> list[Row]:
    """`/predict` with one client, and with many at a time, on prompts of one length."""
    body = partial(one_text, length=length)
    await load(app.port, "/predict", body, clients=2, seconds=min(3.0, seconds))
    one = await load(app.port, "/predict", body, clients=1, seconds=seconds)
    many = await load(app.port, "/predict", body, clients=CLIENTS, seconds=seconds)
    again = await load(app.port, "/predict", body, clients=1, seconds=seconds)
    alone = Load(
        one.seconds + again.seconds,
        one.latencies_ms + again.latencies_ms,
        one.processing_ms + again.processing_ms,
        one.errors + again.errors,
    )  # before and after, so that a machine that gets busier does not flatter
    router_ms = statistics.median(alone.processing_ms)
    return [
        Row(
            f"`POST /predict`, {ROUTER}, {length} prompts, one client, p50",
            f"{alone.p50_ms:.2f} ms",
            f"router alone {router_ms:.2f} ms",
            f"+ {alone.p50_ms - router_ms:.2f} ms",
            "≤ + 5 ms",
        ),
        Row(
            f"{CLIENTS} clients, {length} prompts, throughput",
            f"{many.per_second:,.0f}/s",
            f"one client {alone.per_second:,.0f}/s",
            f"{many.per_second / alone.per_second:.2f} ×",
            "≥ 2 ×",
        ),
        Row(
            f"{CLIENTS} clients, {length} prompts, p99",
            f"{many.p99_ms:.0f} ms",
            f"p50 {many.p50_ms:.0f} ms",
            f"{many.p99_ms / many.p50_ms:.1f} ×",
            "≤ 10 ×",
        ),
        Row(
            f"{CLIENTS} clients, {length} prompts, errors",
            f"{many.errors}",
            f"{len(many.latencies_ms):,} answers",
            "",
            "0",
        ),
    ]


def batch_row(app: ServedApp, panel: RouterPanel, batches: int) -> Row:
    """`/predict/batch` against the bare ONNX session on the same padded arrays, in turns."""
    stem = panel.encoders.tuned_stem
    texts = many_texts(BATCH)
    arrays = list(stem.wordpiece(texts).micro_batches(panel[ROUTER].card.max_tokens or MAX_TOKENS))
    served_s, bare_s = [], []

    def body(_number: int) -> dict[str, object]:
        return {"texts": texts, "router": ROUTER}

    for _ in range(batches + 1):
        start = time.perf_counter()
        stem.lower.run_each([{"input_ids": input_ids, "attention_mask": mask} for _rows, input_ids, mask in arrays])
        bare_s.append(time.perf_counter() - start)
        found = asyncio.run(load(app.port, "/predict/batch", body, clients=1, seconds=0.001))
        served_s += [latency_ms / 1000 for latency_ms in found.latencies_ms]
    served, bare = BATCH / statistics.median(served_s[1:]), BATCH / statistics.median(bare_s[1:])
    return Row(
        f"`POST /predict/batch`, {BATCH:,} texts, {ROUTER}",
        f"{served:,.0f} texts/s",
        f"bare ONNX {bare:,.0f} texts/s",
        f"{served / bare:.0%}",
        "≥ 70 %",
    )


async def memory_row(app: ServedApp, seconds: float) -> Row:
    """Growth of resident memory under a steady load of new prompts, from when it has settled."""
    asking = asyncio.create_task(load(app.port, "/predict", one_text, clients=_STEADY_CLIENTS, seconds=seconds))
    start = time.perf_counter()
    settled_mb = last_mb = app.resident_mb()
    while not asking.done():
        await asyncio.wait([asking], timeout=min(_SAMPLE_S, seconds * _SETTLED / 2))
        last_mb = app.resident_mb()
        if time.perf_counter() - start <= seconds * _SETTLED:
            settled_mb = last_mb
    found = asking.result()
    return Row(
        f"{seconds / 60:.0f} minutes of steady load, resident memory",
        f"{last_mb:.0f} MB",
        f"{settled_mb:.0f} MB after {seconds * _SETTLED / 60:.0f} minutes",
        f"{last_mb / settled_mb - 1:+.1%}, {len(found.latencies_ms):,} answers, {found.errors} errors",
        "< + 5 %",
    )


if __name__ == "__main__":
    main()
