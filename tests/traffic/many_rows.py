"""Reads and routes a CSV of 100,000 rows with cheap routers; prints the peak memory that took, in MiB, as JSON."""

from __future__ import annotations

import json
import resource
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


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(folder: Path) -> None:
    panel = load_panel()
    panel.run("Warm up.", ["prompt-length", "keras-dnn"])
    before, start = peak_mib(), time.monotonic()
    source = from_file(folder / "many.csv")
    traffic = read_traffic(source, preview_of(source).columns)
    run = RoutingRun(panel, traffic.prompts, ["prompt-length", "always-strong", "random"], groups=False)
    run.start()
    run.wait(1000)
    analysis = Analysis(panel.catalogue, traffic, run.result(), Assumptions(panel.catalogue.default_pool.name), 0.03)
    analysis.what_if("prompt-length")
    shown = analysis.disagreement.places(analysis.prompts, only_different=True, search="prompt").size
    write_results(folder / "out.csv", "csv", analysis)
    took = {"rows": len(analysis.routed), "bad": traffic.intake.bad_rows, "shown": int(shown)}
    print(json.dumps(took | {"mib": peak_mib() - before, "seconds": time.monotonic() - start}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
