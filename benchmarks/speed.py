"""`python -m benchmarks.speed`: the speed and size targets, measured as ratios within one run."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass

from benchmarks.served_app import ROOT, WITHOUT_CACHE, ServedApp
from router_models import RouterPanel, load_panel
from router_models.encoder import MAX_TOKENS
from router_models.prompt_batch import PromptBatch

PROMPTS = {
    "short": "What is the capital of Finland?",
    "medium": "A train leaves at 9:40 and covers 312 km at 96 km/h. It then waits 25 minutes and returns at 80 km/h. "
    "When is it back, and how long was it on the way altogether?",
    "long": "Summarise the following minutes of a town council meeting in five points for the local paper. "
    + "The chair opened the meeting and the treasurer explained why the bridge costs more than planned. " * 12,
}
ROUTER = "encoder-quality"


@dataclass(frozen=True)
class Row:
    """One line of the table: what was measured, against what, and the target for the ratio or size."""

    what: str
    measured: str
    reference: str
    result: str
    target: str


def main() -> None:
    """Measures everything that was asked for and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.speed", description=__doc__)
    parser.add_argument("--repeat", type=int, default=60, help="timed runs per prompt")
    parser.add_argument("--starts", type=int, default=3, help="timed starts of the app; 0 leaves the server out")
    parser.add_argument("--batch", type=int, default=10_000, help="prompts in the batch; 0 leaves it out")
    options = parser.parse_args()
    panel = load_panel()
    panel.warm_up()
    rows = [panel_against_forward(panel, name, prompt, options.repeat) for name, prompt in PROMPTS.items()]
    if options.starts:
        rows += server_rows(options.starts, options.repeat)
    if options.batch:
        rows.append(batch_against_bare_onnx(panel, options.batch))
    print("| what | measured | against | result | target |\n|---|---|---|---|---|")
    for row in rows:
        print(f"| {row.what} | {row.measured} | {row.reference} | {row.result} | {row.target} |")


def median_ms(call: Callable[[], object], repeat: int) -> float:
    """Median wall time of `repeat` calls in ms, after three that do not count."""
    times = []
    for number in range(repeat + 3):
        start = time.perf_counter()
        call()
        if number >= 3:
            times.append((time.perf_counter() - start) * 1000)
    return statistics.median(times)


def panel_against_forward(panel: RouterPanel, name: str, prompt: str, repeat: int) -> Row:
    """The whole panel on one prompt against one forward of the frozen int8 encoder, tokenization included."""

    def forward() -> None:
        panel.encoders.embeddings(PromptBatch([prompt]))

    def decide() -> None:
        panel.run(prompt)

    one = median_ms(forward, repeat)
    whole = median_ms(decide, repeat)
    return Row(
        f"panel of {len(panel.immediate_ids)}, {name} prompt, p50",
        f"{whole:.2f} ms",
        f"one encoder forward {one:.2f} ms",
        f"{whole / one:.2f} ×",
        "≤ 2.5 ×",
    )


def server_rows(starts: int, repeat: int) -> list[Row]:
    """Time to the first decision, memory after 100 decisions, and `POST /predict` against the router alone."""
    imports = statistics.median(_seconds([sys.executable, "-c", "import gradio"]) for _ in range(starts))
    firsts = []
    for number in range(starts):
        with ServedApp(WITHOUT_CACHE) as app:
            firsts.append(first_decision_s(app))
            if number == starts - 1:
                warm = [_predict_row(app, repeat), _memory_row(app)]
    first = statistics.median(firsts)
    limit = 1.5 * imports + 3
    start = Row(
        "`python app.py` to first decision",
        f"{first:.1f} s",
        f"1.5 × import gradio ({imports:.1f} s) + 3 s = {limit:.1f} s",
        f"{first / limit:.2f} ×",
        "≤ 1 ×",
    )
    return [start, *warm]


def _seconds(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, check=True, cwd=ROOT, capture_output=True)  # noqa: S603  our own command line
    return time.perf_counter() - start


def first_decision_s(app: ServedApp) -> float:
    """Seconds from the start of the process to the first answer of the whole panel.

    Raises:
        RuntimeError: The app ended, did not answer in time, or a router was unavailable.
    """

    def decided() -> bool:
        answer = app.post("/api/decide", {"prompt": PROMPTS["short"]})
        if answer["unavailable"] or not answer["decisions"]:
            raise RuntimeError(f"not every router is available: {answer['unavailable']}")
        return True

    return app.until(decided)


def _predict_row(app: ServedApp, repeat: int) -> Row:
    prompt = PROMPTS["medium"]
    alone: list[float] = []

    def request() -> None:
        answer = app.post("/predict", {"text": prompt, "router": ROUTER})
        alone.append(float(str(answer["processing_time_ms"])))

    whole = median_ms(request, repeat)
    router = statistics.median(alone)
    return Row(
        f"`POST /predict`, {ROUTER}, p50",
        f"{whole:.2f} ms",
        f"router alone {router:.2f} ms",
        f"+ {whole - router:.2f} ms",
        "≤ + 5 ms",
    )


def _memory_row(app: ServedApp) -> Row:
    for number in range(100):
        app.post("/api/decide", {"prompt": f"{list(PROMPTS.values())[number % 3]} ({number})"})
    resident = app.resident_mb()
    return Row("resident memory after 100 decisions", f"{resident:.0f} MB", "", "", "≤ 700 MB")


def batch_against_bare_onnx(panel: RouterPanel, size: int) -> Row:
    """One router on many prompts against the bare ONNX session on the same padded arrays."""
    texts = [f"{prompt} Variant {number}." for number in range(-(-size // 2)) for prompt in list(PROMPTS.values())[:2]]
    texts = texts[:size]
    stem = panel.encoders.tuned_stem
    arrays = list(stem.wordpiece(texts).micro_batches(panel[ROUTER].card.max_tokens or MAX_TOKENS))
    start = time.perf_counter()
    stem.lower.run_each([{"input_ids": input_ids, "attention_mask": mask} for _rows, input_ids, mask in arrays])
    bare_s = time.perf_counter() - start
    start = time.perf_counter()
    panel[ROUTER].predict_proba(texts)
    router_s = time.perf_counter() - start
    return Row(
        f"{size:,} prompts, {ROUTER}",
        f"{size / router_s:,.0f} prompts/s",
        f"bare ONNX {size / bare_s:,.0f} prompts/s",
        f"{bare_s / router_s:.0%}",
        "≥ 80 %",
    )


if __name__ == "__main__":
    main()
