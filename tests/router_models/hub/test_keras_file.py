"""`.keras` files with code, foreign classes, names of files and other surprises; Keras itself is not asked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

from errors import BadInputError
from router_models.hub.keras_file import check_keras

DENSE = {"module": "keras.layers", "class_name": "Dense", "config": {"units": 2}, "registered_name": None}


def model(*layers: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"module": "keras", "class_name": "Sequential", "config": {"layers": list(layers)}, **more}


def write(path: Path, config: Any, **files: bytes) -> Path:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("config.json", config if isinstance(config, bytes) else json.dumps(config))
        archive.writestr("metadata.json", "{}")
        archive.writestr("model.weights.h5", b"numbers")
        for name, content in files.items():
            archive.writestr(name, content)
    return path


def test_layers_of_keras_are_let_through(tmp_path: Path) -> None:
    vectors = {"module": "keras.layers", "class_name": "TextVectorization", "config": {"vocabulary": ["a", "b"]}}
    policy = {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}
    config = model(vectors, {**DENSE, "config": {"units": 2, "dtype": policy}})
    assert check_keras(write(tmp_path / "x.keras", config)) == config


@pytest.mark.parametrize(
    ("layer", "said"),
    [
        ({"module": "keras.layers", "class_name": "Lambda", "config": {"function": "x"}}, "a Lambda layer"),
        ({"class_name": "__lambda__", "config": {"value": "x"}}, "__lambda__"),
        ({"module": "builtins", "class_name": "function", "config": "exec"}, "a function layer"),
        ({"module": "keras.layers", "class_name": "TFSMLayer", "config": {}}, "TFSMLayer"),
        ({"module": "os", "class_name": "system", "config": {}}, "os.system, which is not part of Keras"),
        ({"module": "keras.utils", "class_name": "get_file", "config": {}}, "keras.utils.get_file"),
        ({"module": "keras.config", "class_name": "enable_unsafe_deserialization"}, "not part of Keras"),
        ({"module": None, "class_name": "Own", "config": {}, "registered_name": "mine>Own"}, "code of its author"),
        ({"module": "keras.layers", "class_name": ["Dense"], "config": {}}, "runs code"),
        (
            {"module": "keras.layers", "class_name": "StringLookup", "config": {"vocabulary": "/etc/passwd"}},
            "wants to read the file “/etc/passwd”",
        ),
    ],
)
@pytest.mark.parametrize("depth", [0, 3])
def test_code_and_files_are_refused_at_any_depth(tmp_path: Path, layer: dict[str, Any], said: str, depth: int) -> None:
    for _ in range(depth):
        layer = {**DENSE, "config": {"inner": [layer]}}
    with pytest.raises(BadInputError, match=said):
        check_keras(write(tmp_path / "x.keras", model(DENSE, layer)))


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"evil.py": b"x"}, "it holds evil.py"),
        ({"../x": b"x"}, "it holds ../x"),
        ({"assets/../../x": b"x"}, "it holds assets"),
        ({"assets/bomb": b"\0" * 60_000_000}, "unpacks to 60 MB"),
    ],
)
def test_other_files_and_bombs_are_refused(tmp_path: Path, files: dict[str, bytes], said: str) -> None:
    with pytest.raises(BadInputError, match=said):
        check_keras(write(tmp_path / "x.keras", model(DENSE), **files))


@pytest.mark.parametrize("config", [b"{", b"[]", b"\xff"])
def test_a_broken_configuration_is_refused(tmp_path: Path, config: bytes) -> None:
    with pytest.raises(BadInputError, match="is not loaded"):
        check_keras(write(tmp_path / "x.keras", config))


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.keras"
    path.write_bytes(b"\x89HDF\r\n\x1a\n")
    with pytest.raises(BadInputError, match="cannot be read"):
        check_keras(path)
    with ZipFile(path, "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(BadInputError, match=r"lacks config\.json or model\.weights\.h5"):
        check_keras(path)
