"""Commands end quietly where nobody reads on, and with their own exit code where somebody does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def test_the_exit_code_is_the_commands_own() -> None:
    script = "from command_line import exit_code; raise SystemExit(exit_code(lambda: print('said') or 3))"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (3, "said\n", "")


def test_a_reader_who_leaves_early_is_no_error() -> None:
    script = "from command_line import exit_code; raise SystemExit(exit_code(lambda: print('line\\n' * 100_000) or 0))"
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdout.readline() == "line\n"
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(timeout=60) == 1


@pytest.mark.parametrize("module", ["benchmarks", "llms", "router_models"])
def test_every_command_of_the_project_ends_so(module: str) -> None:
    source = (ROOT / module / "__main__.py").read_text(encoding="utf-8")
    assert "sys.exit(exit_code(main))" in source
