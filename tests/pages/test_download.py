"""Files for a browser lie where old ones are swept, each in a folder of its own."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from gradio.utils import get_upload_folder

from pages._download import download_path


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gradio's cache, not made yet."""
    folder = tmp_path / "made" / "cache"
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(folder))
    return folder


def test_a_download_has_its_name_in_gradios_cache(cache: Path) -> None:
    path = download_path("knn-v1.zip")
    assert path.name == "knn-v1.zip"
    assert path.is_relative_to(cache)
    assert Path(get_upload_folder()) == cache
    assert path.parent.is_dir()
    assert not path.exists(), "whoever asks for it writes it"


def test_two_downloads_of_one_name_do_not_meet() -> None:
    first, second = download_path("labels.csv"), download_path("labels.csv")
    first.write_text("mine")
    assert not second.exists()


def test_nobody_else_on_the_machine_can_read_it() -> None:
    folder = download_path("labels.csv").parent
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
