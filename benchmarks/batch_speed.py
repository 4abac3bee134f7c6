"""`python -m benchmarks.batch_speed`: files of prompts through a router: throughput, memory, and Ray, in one run."""

from __future__ import annotations

import argparse
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

import psutil
import pyarrow as pa
import pyarrow.parquet as pq

from benchmarks.speed import PROMPTS
from router_models import load_panel
from router_models.encoder import CHUNK
from router_models.prompt_batch import PromptBatch

ROOT = Path(__file__).parent.parent
ROUTER = "encoder-quality"
WORDS = PROMPTS["medium"].split()
LENGTHS = (5, 20)
"""Words of a short prompt, fewest and most."""

GROUP_ROWS = 2_000
BILLION = 1_000_000_000
POLL_S = 0.1
READY_ROWS = 64


@dataclass(frozen=True)
class Measured:
    """One run of the command: rows a second without the start of the processes, and their peak resident memory."""

    rows_per_s: float
    peak_mib: float


def main(arguments: Sequence[str] | None = None) -> None:
    """Measures everything that was asked for and prints the tables of docs/SCALE.md."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.batch_speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=20_000, help="prompts per throughput run")
    parser.add_argument(
        "--memory-rows", type=int, nargs=2, default=(100_000, 300_000), help="prompts of the memory runs"
    )
    parser.add_argument("--memory-router", default="prompt-length", help="router of the memory runs")
    parser.add_argument("--ray", action="store_true", help="also Ray, with one worker and with one per core")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        source = write_prompts(folder / "in.parquet", options.rows)
        cores = os.cpu_count() or 1
        bare, together = bare_rows_per_s(options.rows), bare_at_once(options.rows, cores)
        one = run(source, folder / "one", ROUTER, 1)
        print("| what | measured | against | result | target |\n|---|---|---|---|---|")
        versus("one process", one, bare, "bare ONNX Runtime on one thread", "≥ 80 %")
        print(
            f"| bare ONNX Runtime, {cores} processes at once | {together:,.0f} rows/s | one: {bare:,.0f} rows/s "
            f"| {together / bare:.0%} | what this machine's cores allow |",
            flush=True,
        )
        every = run(source, folder / "all", ROUTER, cores)
        versus(f"{cores} processes", every, one.rows_per_s, "one process", "")
        if options.ray:
            single = run(source, folder / "ray1", ROUTER, 1, "--engine", "ray")
            double = run(source, folder / "ray2", ROUTER, cores, "--engine", "ray")
            versus(f"Ray, {cores} actors", double, single.rows_per_s, "Ray, one actor", "≥ 160 %")
        peaks = [
            run(write_prompts(folder / f"{rows}.parquet", rows), folder / str(rows), options.memory_router, 1).peak_mib
            for rows in options.memory_rows
        ]
        small, large = options.memory_rows
        print(
            f"| peak memory, {large:,} prompts | {peaks[1]:,.0f} MiB | {small:,} prompts: {peaks[0]:,.0f} MiB "
            f"| {peaks[1] / peaks[0]:.0%} | within 10 % |"
        )
        print(f"\n{projection(every.rows_per_s / cores)}")


def versus(what: str, measured: Measured, against: float, whom: str, target: str) -> None:
    """Prints a row: rows a second against others."""
    rate = measured.rows_per_s
    print(
        f"| {what} | {rate:,.0f} rows/s | {whom}: {against:,.0f} rows/s | {rate / against:.0%} | {target} |", flush=True
    )


def short_prompts(rows: int) -> Iterator[str]:
    """So many short prompts, the same for the same number."""
    dice = random.Random(rows)
    for _ in range(rows):
        yield " ".join(dice.choices(WORDS, k=dice.randint(*LENGTHS)))


def write_prompts(path: Path, rows: int, group_rows: int = GROUP_ROWS) -> Path:
    """A Parquet file of so many short prompts, the same for the same number, in row groups of that size."""
    schema = pa.schema([("prompt", pa.string())])
    prompts = short_prompts(rows)
    with pq.ParquetWriter(path, schema) as writer:
        while group := list(islice(prompts, group_rows)):
            writer.write_table(pa.table({"prompt": group}, schema=schema))
    return path


def bare_rows_per_s(rows: int) -> float:
    """What the router's ONNX graph does on one thread with prompts that are tokenized and sorted beforehand."""
    prompts = sorted(short_prompts(rows // 4), key=len)
    panel = load_panel(threads=1)
    panel[ROUTER].load()
    batches = [PromptBatch(prompts[start : start + CHUNK]) for start in range(0, len(prompts), CHUNK)]
    for batch in batches:
        panel.encoders.tokenized(batch)
    start = time.perf_counter()
    for batch in batches:
        panel.encoders.stem.states(batch)
    return len(prompts) / (time.perf_counter() - start)


def bare_at_once(rows: int, processes: int) -> float:
    """The same in several processes at once, all together: cores that share a memory bus do less than their number."""
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        list(pool.map(bare_rows_per_s, [processes * READY_ROWS] * processes))  # started, and the weights read
        return sum(pool.map(bare_rows_per_s, [rows] * processes))


def run(source: Path, output: Path, router: str, workers: int, *more: str) -> Measured:
    """Runs the command on a file, and on a row per worker before: the difference is what rows take without a start."""
    command = [sys.executable, "-m", "router_models.batch"]
    tail = ["--router", router, "--workers", str(workers), *more]
    few = write_prompts(output.with_suffix(".few.parquet"), workers, group_rows=1)
    begun = time.perf_counter()
    small = [*command, str(few), f"{output}-few", *tail, "--rows", "1"]
    subprocess.run(small, cwd=ROOT, check=True, stderr=subprocess.DEVNULL)  # noqa: S603  our own command
    start_s = time.perf_counter() - begun
    begun = time.perf_counter()
    whole = [*command, str(source), str(output), *tail, "--rows", str(GROUP_ROWS)]
    process = subprocess.Popen(whole, cwd=ROOT, stderr=subprocess.DEVNULL)  # noqa: S603  our own command
    peak = peak_bytes(process)
    if process.wait():
        raise RuntimeError(f"the command ended with {process.returncode}")
    rows = pq.ParquetFile(source).metadata.num_rows
    return Measured(rows / max(time.perf_counter() - begun - start_s, 1e-9), peak / 2**20)


def peak_bytes(process: subprocess.Popen[bytes]) -> int:
    """Largest sum of the resident memory of a process and its children until it ends."""
    family, peak, done = psutil.Process(process.pid), 0, threading.Event()
    while process.poll() is None:
        try:
            peak = max(peak, sum(member.memory_info().rss for member in (family, *family.children(recursive=True))))
        except psutil.NoSuchProcess:
            continue
        done.wait(POLL_S)
    return peak


def projection(rows_per_s: float) -> str:
    """How long a billion short prompts take on many such cores, if nothing but the cores limits them."""
    lines = ["| cores | hours for 1 billion short prompts |\n|---|---|"]
    lines += [f"| {cores:,} | {BILLION / rows_per_s / cores / 3600:,.1f} |" for cores in (2, 16, 64, 256, 1024)]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
