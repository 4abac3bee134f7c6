"""The shipped catalogue, and small ones written for a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import yaml

from llms.catalogue import Catalogue, load_catalogue
from llms.pool import ROUTES
from tests.llms.misbehaving import Misbehaving, misbehaving


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The catalogue that ships with the project."""
    return load_catalogue()


@pytest.fixture
def server() -> Iterator[Misbehaving]:
    """A provider that streams, and misbehaves on command."""
    with misbehaving() as running:
        yield running


@pytest.fixture
def write_catalogue(tmp_path: Path) -> Callable[..., Path]:
    """Writes a catalogue of one LLM and one pool; keywords replace fields of the LLM, None drops one."""

    def write(sections: dict[str, Any] | None = None, **fields: Any) -> Path:
        llm = {
            "id": "tiny",
            "title": "Tiny",
            "provider": "nobody",
            "model": "tiny-1",
            "context_tokens": 512,
            "context_source": "the test",
            "modalities": ["text"],
            "modalities_source": "the test",
        }
        llm = {name: value for name, value in (llm | fields).items() if value is not None}
        content = {
            "genai_prices": {
                "version": version("genai-prices"),
                "released": "2026-01-02",
                "source": "the test",
            },
            "llms": [llm],
            "pools": [{"name": "only", "serves": dict.fromkeys(ROUTES, "tiny")}],
        } | (sections or {})
        path = tmp_path / "llms.yaml"
        path.write_text(yaml.safe_dump(content), encoding="utf-8")
        return path

    return write
