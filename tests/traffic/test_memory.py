"""A hundred thousand rows from file to results, in memory that depends on their texts and little else."""

import json
import subprocess
import sys
from pathlib import Path

ROWS = 100_000
MOST_MIB = 400
LEAST_MIB = 10
"""Less than the texts alone take would be measured wrongly."""

TIMEOUT_S = 900


def test_a_hundred_thousand_rows_are_routed_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "many.csv"
    with path.open("w", encoding="latin-1") as file:
        file.write("id,prompt\n")
        for number in range(2, ROWS + 2):
            text = f"Wie hei\xdft Prompt {number}? " + "ein Wort mehr " * (number % 25)
            file.write(f'{number},"{text}\n' if number == 70_001 else f"{number},{text}\n")
    command = [sys.executable, "-m", "tests.traffic.many_rows", str(tmp_path)]
    root = Path(__file__).parent.parent.parent
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=True, timeout=TIMEOUT_S)
    said = json.loads(done.stdout.splitlines()[-1])
    assert said["rows"] == ROWS - 1
    assert said["bad"] == 1
    assert 0 < said["shown"] < ROWS
    assert LEAST_MIB < said["mib"] < MOST_MIB
    with (tmp_path / "out.csv").open(encoding="utf-8-sig") as file:
        assert sum(1 for _ in file) == ROWS
