"""What tests of several rooms share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from router_models import RouterPanel, load_panel

REPOSITORY = Path(__file__).parent.parent


@pytest.fixture(scope="session")
def panel() -> RouterPanel:
    """The real panel with the embedded weights."""
    return load_panel()


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """The folder of public data sets beside the repository; without it a test is skipped, in CI it fails."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        reason = f"the public data sets are not at {folder}"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
