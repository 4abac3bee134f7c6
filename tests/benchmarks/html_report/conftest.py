"""A folder of numbers with a few benchmarks, so that a whole report takes seconds."""

import json
import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from benchmarks.dashboard.row_facts import FOLDER


def small_folder(into: Path, names: Sequence[str]) -> Path:
    """A copy of the kept numbers whose manifest knows these benchmarks only."""
    folder = Path(shutil.copytree(FOLDER, into / "numbers"))
    path = folder / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["scored"] = {name: manifest["scored"][name] for name in names}
    path.write_text(json.dumps(manifest), encoding="utf-8")
    return folder


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_folder(tmp_path_factory.mktemp("report"), ("gsm8k", "coding-factual"))
