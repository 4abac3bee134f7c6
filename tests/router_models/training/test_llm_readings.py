"""Readings are kept by model and texts; files are hashed again once they change."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from router_models.training import llm_readings
from router_models.training.file_hash import sha256_of
from router_models.training.llm_readings import Readings
from router_models.training.llm_states import StateReader


class Reader:
    """Stands for a loaded LLM, and counts how often one was loaded."""

    loaded = 0

    def __init__(self, gguf: Path, threads: int) -> None:
        type(self).loaded += 1


def test_what_was_read_is_not_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(llm_readings, "StateReader", Reader)
    gguf = tmp_path / "llm.gguf"
    gguf.write_bytes(b"one")
    asked: list[int] = []

    def compute(reader: StateReader) -> dict[str, np.ndarray]:
        asked.append(len(asked))
        return {"twice": np.arange(3) * 2}

    def read(texts: list[str]) -> list[int]:
        twice: list[int] = Readings(gguf, tmp_path / "kept", 1).kept("some", texts, compute)["twice"].tolist()
        return twice

    assert read(["a", "b"]) == read(["a", "b"]) == [0, 2, 4]
    assert (len(asked), Reader.loaded) == (1, 1)
    read(["ab"])
    assert len(asked) == 2
    gguf.write_bytes(b"another model")
    read(["a", "b"])
    assert len(asked) == 3


def test_a_changed_file_has_another_hash(tmp_path: Path) -> None:
    path = tmp_path / "weights"
    path.write_bytes(b"abc")
    assert sha256_of(path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    path.write_bytes(b"abd")
    os.utime(path, ns=(1, 1))
    assert sha256_of(path) != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
