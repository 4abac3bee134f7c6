"""Imports go one way: app → pages, api → feedback, benchmarks → router_models → llms."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
ROOMS = {
    "llms": set(),
    "router_models": {"llms"},
    "router_models/training": {"llms", "router_models", "benchmarks"},
    "benchmarks": {"llms", "router_models"},
    "feedback": {"llms", "router_models", "benchmarks"},
    "traffic": {"llms", "router_models", "benchmarks", "feedback"},
    "api": {"llms", "router_models", "benchmarks", "feedback"},
    "pages": {"llms", "router_models", "benchmarks", "feedback", "traffic"},
}
ONLY_IN = {
    "gradio": {"app", "pages"},
    "fastapi": {"app", "api"},
    "streamlit": {"streamlit_app", "streamlit_traffic"},
    "sqlalchemy": {"feedback"},
    "alembic": {"feedback"},
}
HEAVY = {"torch", "tensorflow", "transformers", "keras", "xllamacpp", "ray", "sklearn", "scipy"}
MAY_BE_HEAVY = {
    ROOT / "llms" / "local.py": {"xllamacpp"},
    ROOT / "router_models" / "batch" / "engines.py": {"ray"},
    ROOT / "router_models" / "hub" / "torch_network.py": {"torch", "transformers"},
    ROOT / "router_models" / "hub" / "keras_network.py": {"keras", "tensorflow"},
}
ALL_ROOMS = {name.partition("/")[0] for name in ROOMS}


def sources() -> list[Path]:
    tops = [path for path in ROOT.glob("*.py") if path.name != "conftest.py"]
    return tops + [path for room in sorted(ALL_ROOMS) for path in (ROOT / room).rglob("*.py")]


def imports(path: Path) -> set[str]:
    """Full names of the modules that a file imports, wherever in the file."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def room_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    if relative.parts[:2] == ("router_models", "training"):
        return "router_models/training"
    return relative.parts[0].removesuffix(".py")


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_imports_only_the_rooms_below_it(path: Path) -> None:
    room = room_of(path)
    names = imports(path)
    if room in ROOMS:
        allowed = ROOMS[room] | {room.partition("/")[0]}
        assert {name.partition(".")[0] for name in names} & ALL_ROOMS <= allowed
    for library, rooms in ONLY_IN.items():
        if library in {name.partition(".")[0] for name in names}:
            assert room in rooms, f"{library} is imported in {room}"


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_serving_code_knows_neither_training_nor_its_frameworks(path: Path) -> None:
    if room_of(path) in {"router_models/training", "benchmarks"}:
        return
    names = imports(path)
    assert not {name for name in names if name.startswith("router_models.training")}
    assert not {name.partition(".")[0] for name in names} & HEAVY - MAY_BE_HEAVY.get(path, set())


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_file_is_longer_than_300_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 300


@pytest.mark.parametrize(
    "statement",
    [
        "from app import create_app; from settings import Settings; from router_models import load_panel;"
        " panel = load_panel(); create_app(panel, Settings()); panel.decide('What is 2 + 2?')",
        "from router_models.__main__ import main; assert main(['What is 2 + 2?', '--json']) == 0",
    ],
    ids=["app", "command line"],
)
def test_neither_torch_nor_tensorflow_is_imported_to_serve(statement: str) -> None:
    check = f"import sys; {statement}; print(sorted({HEAVY!r} & set(sys.modules)), file=sys.stderr)"
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stderr.strip().splitlines()[-1] == "[]"


def test_the_app_starts_without_its_database() -> None:
    check = "import sys, app; print(sorted({'sqlalchemy', 'alembic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", check], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
