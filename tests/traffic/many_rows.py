"""Reads and routes a CSV of 100,000 rows with cheap routers; prints the peak memory that took, in MiB, as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from router_models import load_panel
from traffic.analysis import Analysis, Assumptions
from traffic.columns import preview_of
from traffic.export import write_results
from traffic.intake import read_traffic
from traffic.routing import RoutingRun
from traffic.source import from_file

WAIT_S = 600.0
FROM_NOW_ON = "5"
"""What resets a process's peak in Linux. `ru_maxrss` is no use here: a child begins with its parent's."""


def forget_peak() -> None:
    Path("/proc/self/clear_refs").write_text(FROM_NOW_ON, encoding="ascii")


def peak_mib() -> float:
    """Peak memory since `forget_peak`."""
    status = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) / 1024


def main(folder: Path) -> None:
    panel = load_panel()
    panel.run("Warm up.", ["prompt-length", "keras-dnn"])
    forget_peak()
    before, start = peak_mib(), time.monotonic()
    source = from_file(folder / "many.csv")
    traffic = read_traffic(source, preview_of(source).columns)
    run = RoutingRun(panel, traffic.prompts, ["prompt-length", "always-strong", "random"], groups=False)
    run.start()
    if not run.wait(WAIT_S):
        raise SystemExit(f"The run has not ended within {WAIT_S:g} s.")
    analysis = Analysis(panel.catalogue, traffic, run.result(), Assumptions(panel.catalogue.default_pool.name), 0.03)
    analysis.what_if("prompt-length")
    shown = analysis.disagreement.places(analysis.prompts, only_different=True, search="prompt").size
    write_results(folder / "out.csv", "csv", analysis)
    took = {"rows": len(analysis.routed), "bad": traffic.intake.bad_rows, "shown": int(shown)}
    print(json.dumps(took | {"mib": peak_mib() - before, "seconds": time.monotonic() - start}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
