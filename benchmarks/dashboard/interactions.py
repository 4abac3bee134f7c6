"""`python -m benchmarks.dashboard.interactions` times the page's calculations on made-up numbers of full size.

Sixty interactions of every kind on 14,000 prompts and 22 routers: the median and the 95th percentile in ms, of wall
time and of processor time (which other programs on the machine do not change, and which counts every thread), and
what comes once per benchmark (its bands), which must stay within a second.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from functools import partial
from types import MappingProxyType

import numpy as np

from benchmarks.dashboard.choice import Goal
from benchmarks.dashboard.costs import typed_costs
from benchmarks.dashboard.curves import quality_curve, quality_curves, random_curve, single_llms
from benchmarks.dashboard.numbers import Numbers, RouterNumbers
from benchmarks.dashboard.operating_point import operating_point
from benchmarks.dashboard.own_results import ROUTES, no_loader
from benchmarks.dashboard.pool import build_pool
from benchmarks.dashboard.ranking import ranking_names
from benchmarks.dashboard.report import confusion, histogram, roc
from benchmarks.dashboard.target import reach
from benchmarks.outcomes import Outcomes
from benchmarks.suite import Entry, Pair

ROWS, ROUTERS = 14_000, 22
LLMS = ("small", "large")


def made_up(n_rows: int = ROWS, n_routers: int = ROUTERS, seed: int = 0) -> Numbers:
    """A benchmark of right and wrong answers, a tenth of the questions asked twice, and routers of rising skill.

    Args:
        n_rows: Number of rows.
        n_routers: Number of routers.
        seed: Of the numbers.
    """
    random = np.random.default_rng(seed)
    hard = random.uniform(0.0, 1.0, n_rows)
    weak = (random.uniform(0.0, 1.0, n_rows) > hard).astype(np.float64)
    strong = (random.uniform(0.0, 1.0, n_rows) > hard / 3.0).astype(np.float64)  # gains most where it is hard
    keys = tuple(f"{number:012x}" for number in random.integers(0, int(0.9 * n_rows) + 1, n_rows))
    routers = {}
    for number in range(n_routers):
        noise = 1.0 - number / max(n_routers, 1)
        p_strong = np.round((1.0 - noise) * hard + noise * random.uniform(0.0, 1.0, n_rows), 5)
        name = "prompt-length" if number == 0 else f"router-{number}"
        routers[name] = RouterNumbers(name, ROUTES, np.column_stack([1.0 - p_strong, p_strong]), 0.5, "transfer")
    outcomes = Outcomes(keys, None, dict(zip(LLMS, (weak, strong), strict=True)))
    entry = Entry("made-up", "Made-up numbers", no_loader, pair=Pair(*LLMS, "Made up."))
    return Numbers(entry, outcomes, MappingProxyType(routers))


def main() -> None:
    """Measures and prints the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.dashboard.interactions", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--routers", type=int, default=ROUTERS)
    parser.add_argument("--repeat", type=int, default=60, help="interactions of each kind")
    options = parser.parse_args()
    numbers = made_up(options.rows, options.routers)
    names = ranking_names(numbers)
    basis = typed_costs(numbers, {"small": 0.2, "large": 5.0})
    print("| what | p50 ms | p95 ms | p50 ms of processor | p95 ms of processor |\n|---|---|---|---|---|")
    _time(f"once per benchmark: resamples and {len(names)} bands", partial(quality_curves, numbers, names), 1)
    random = np.random.default_rng(1)

    def a_name() -> str:
        return str(random.choice(np.array(names)))

    def curves() -> None:
        quality_curves(numbers, names)
        random_curve(numbers)
        single_llms(numbers)

    def one_curve_in_usd() -> None:
        quality_curve(numbers, a_name(), typed_costs(numbers, {"small": 0.2, "large": float(random.uniform(1, 9))}))

    def slider() -> None:
        operating_point(numbers, a_name(), float(random.uniform(0.2, 0.8)), basis, "prompt-length")

    def target() -> None:
        reach(numbers, Goal("quality", float(random.uniform(0.6, 0.75))), basis)

    def report() -> None:
        router = a_name()
        roc(numbers, router)
        confusion(numbers, router, float(random.uniform(0.2, 0.8)))
        histogram(numbers, router)

    def pool() -> None:
        build_pool(
            numbers, LLMS, typed_costs(numbers, {"small": 0.2, "large": float(random.uniform(1, 9))}), [a_name()]
        )

    kinds: dict[str, Callable[[], None]] = {
        "all curves again": curves,
        "one curve in USD at new prices": one_curve_in_usd,
        "slider: operating point against prompt length": slider,
        "target: router and threshold for a quality": target,
        "router report": report,
        "pool of two, one router": pool,
    }
    for what, call in kinds.items():
        _time(what, call, options.repeat)


def _time(what: str, call: Callable[[], object], repeat: int) -> None:
    wall, processor = [], []
    for _ in range(repeat):
        start, start_processor = time.perf_counter(), time.process_time()
        call()
        wall.append((time.perf_counter() - start) * 1000)
        processor.append((time.process_time() - start_processor) * 1000)
    cells = [f"{np.quantile(of, q):.0f}" for of in (wall, processor) for q in (0.5, 0.95)]
    print(f"| {what} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
