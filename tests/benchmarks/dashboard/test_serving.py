"""What a page imports from here: quick, and without the frameworks of training."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import benchmarks.dashboard as dashboard

ROOT = Path(__file__).parents[3]
FOR_A_PAGE = [
    "results",
    "curves",
    "operating_point",
    "target",
    "leaderboard",
    "pool",
    "report",
    "domains",
    "claims",
    "own_results",
    "explorer",
    "robustness",
    "latency",
    "learning",
    "costs",
]
NOT_TO_SERVE = {"torch", "tensorflow", "sklearn", "scipy", "tqdm", "pyarrow", "pandas", "router_models.training"}


def test_neither_training_nor_its_frameworks_are_imported() -> None:
    imports = "; ".join(f"import benchmarks.dashboard.{name}" for name in FOR_A_PAGE)
    use = (
        "from benchmarks.dashboard.results import load_results; numbers = load_results().numbers('gsm8k'); "
        "from benchmarks.dashboard.report import roc; roc(numbers, 'keras-cnn'); "
        "from benchmarks.dashboard.costs import bases; bases(numbers)"
    )
    check = f"import sys; {imports}; {use}; print(sorted({NOT_TO_SERVE!r} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_list_of_functions_names_every_module_for_a_page() -> None:
    assert dashboard.__doc__
    for name in FOR_A_PAGE:
        assert f"`{name}`" in dashboard.__doc__ or f"{name}." in dashboard.__doc__, name
