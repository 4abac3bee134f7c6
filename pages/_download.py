"""Where a file for a browser is written, so that nothing of it stays behind."""

from __future__ import annotations

import tempfile
from pathlib import Path


def download_path(name: str) -> Path:
    """A path of that name in a new folder of Gradio's cache, out of which the app sweeps old files.

    Args:
        name: As the browser shall save it.
    """
    from gradio.utils import get_upload_folder

    cache = Path(get_upload_folder())
    cache.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix="download-", dir=cache)) / name
