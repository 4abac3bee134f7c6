"""The command prints every LLM with its price and date, and nothing heavy is loaded before it is needed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from llms.__main__ import main
from llms.catalogue import Catalogue


def test_table_of_the_shipped_catalogue(catalogue: Catalogue, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[1 : len(catalogue.llms) + 1]] == list(catalogue.ids)
    snapshot = catalogue.price_snapshot
    assert f"Prices as of {snapshot.released} (genai-prices {snapshot.version}) unless noted otherwise." in lines
    assert any(line.startswith("o4-mini ") and line.endswith("reasoning") for line in lines)


def test_missing_price_in_the_table(write_catalogue: Callable[..., Path], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--catalogue", str(write_catalogue())]) == 0
    row = capsys.readouterr().out.splitlines()[1]
    assert row.count("no price") == 2
    assert "$" not in row


def test_unusable_catalogue(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--catalogue", str(tmp_path / "absent.yaml")]) == 1
    assert "absent.yaml cannot be read" in capsys.readouterr().err


def test_importing_loads_neither_prices_nor_vocabularies() -> None:
    program = (
        "import sys, llms.cost, llms.tokens, llms.__main__\n"
        "llms.catalogue.load_catalogue()\n"
        "print(*sorted({'genai_prices', 'bpe_openai', 'httpx2'} & set(sys.modules)))\n"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == ""
