"""What the container would do, without a container: its files, its command, a read-only tree, an ordinary user."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pathspec
import pytest

from tests.browser.conftest import free_port

ROOT = Path(__file__).parent.parent
NOBODY = 65534
PATIENCE_S = 180


def image_files() -> list[str]:
    """What COPY takes: the tracked and new files, less what .dockerignore names."""
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    ignored = pathspec.PathSpec.from_lines("gitignore", (ROOT / ".dockerignore").read_text().splitlines())
    return [name for name in listed if not ignored.match_file(name) and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def image(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The image's /app, which nobody may write."""
    folder = tmp_path_factory.mktemp("image", numbered=True) / "app"
    for name in image_files():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, target)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    yield folder
    for path in (folder, *folder.rglob("*")):
        if path.is_dir():
            path.chmod(0o755)


def test_the_image_holds_what_serving_needs_and_no_more() -> None:
    names = image_files()
    assert {"app.py", "settings.py", "requirements.txt"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "docs/", ".git", "router_models/training/"))]
    assert sum((ROOT / name).stat().st_size for name in names) < 100e6


def test_dockerfile_and_compose_file_are_valid() -> None:
    folder = Path(sys.executable).parent
    subprocess.run([folder / "hadolint", "Dockerfile"], cwd=ROOT, check=True)
    schema = ["check-jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"]
    subprocess.run([folder / schema[0], *schema[1:]], cwd=ROOT, check=True)


def test_it_serves_from_a_read_only_tree_and_ends_cleanly(image: Path, tmp_path: Path) -> None:
    for folder in (tmp_path, *tmp_path.parents):  # an ordinary user must get there
        if folder.owner() == Path.home().owner() and folder != Path("/"):
            folder.chmod(folder.stat().st_mode | 0o055)
    data, temporary, log = tmp_path / "data", tmp_path / "tmp", tmp_path / "log"
    for folder in (data, temporary):
        folder.mkdir(mode=0o777)
        folder.chmod(0o777)
    port = free_port()
    environment = {name: os.environ[name] for name in ("PATH",)} | {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "DATA_DIR": str(data),
        "HF_HOME": str(data / "hub"),
        "HOME": str(temporary),
        "TMPDIR": str(temporary),
        "GRADIO_TEMP_DIR": str(temporary / "gradio"),
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    as_root = os.geteuid() == 0 and os.access(sys.executable, os.X_OK) and readable_by_others(Path(sys.executable))
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "app.py"],
            cwd=image,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
            user=NOBODY if as_root else None,
        )
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                wait(client, process, log)
                decided = client.post("/predict", json={"text": "What is 2 + 2?"})
                assert decided.status_code == 200, decided.text
                assert client.get("/").status_code == 200
                process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=60) in (0, -signal.SIGTERM), log.read_text()
        finally:
            process.kill()
    assert "Traceback" not in log.read_text()
    assert json.loads(decided.text)["route_label"] in ("Weak Model", "Strong Model")


def readable_by_others(path: Path) -> bool:
    """Whether any user may get to a file: a virtual environment below /root is root's alone."""
    return all(folder.stat().st_mode & 0o001 for folder in path.resolve().parents) and all(
        folder.stat().st_mode & 0o001 for folder in path.parents
    )


def wait(client: httpx.Client, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if process.poll() is not None:
            pytest.fail(f"the app ended with {process.returncode}:\n{log.read_text()[-2000:]}")
        try:
            client.get("/health").raise_for_status()
            return
        except httpx.HTTPError:
            time.sleep(0.2)
    pytest.fail(f"the app did not serve:\n{log.read_text()[-2000:]}")
