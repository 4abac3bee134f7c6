"""Looks into a `.keras` file before Keras does: only layers of Keras itself, and no code.

A `.keras` file is a ZIP with `config.json`, `metadata.json` and `model.weights.h5`. Keras' safe mode refuses Lambda
layers; here every named class must be Keras' own as well, and no layer may read a file, because what safe mode lets
through has been a hole more than once (CVE-2025-1550, CVE-2025-8747, CVE-2025-12058).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

from errors import BadInputError

_FILES = {"config.json", "metadata.json", "model.weights.h5"}
_LONGEST_CONFIG = 16 * 1024 * 1024
_MOST_TIMES_LARGER = 20
_SPARE_BYTES = 16 * 1024 * 1024

_MODULES = (
    "keras", "keras.activations", "keras.constraints", "keras.initializers", "keras.layers", "keras.losses",
    "keras.metrics", "keras.models", "keras.optimizers", "keras.optimizers.schedules", "keras.regularizers",
    "keras.src.models.functional", "keras.src.models.model", "keras.src.models.sequential",
)  # fmt: skip
_CLASSES_THAT_RUN_CODE = {
    "Lambda",
    "TFSMLayer",
    "TorchModuleWrapper",
    "JaxLayer",
    "FlaxLayer",
    "__lambda__",
    "function",
}
_FILES_THAT_LAYERS_READ = {"vocabulary", "vocabulary_path", "filepath", "path", "file_path"}


def check_keras(path: Path) -> dict[str, Any]:
    """Makes sure that a `.keras` file holds layers of Keras and numbers; returns its configuration.

    Raises:
        BadInputError: It is no such file, or it holds code, foreign classes or names of files.
    """
    try:
        with ZipFile(path) as archive:
            inside = archive.infolist()
            names = {entry.filename for entry in inside}
            if not _FILES - {"metadata.json"} <= names:
                raise _refused(path, "it lacks config.json or model.weights.h5")
            other = sorted(name for name in names - _FILES if not name.startswith("assets/") or ".." in name)
            if other:
                raise _refused(path, f"it holds {other[0][:60]}")
            unpacked = sum(entry.file_size for entry in inside)
            if unpacked > _MOST_TIMES_LARGER * path.stat().st_size + _SPARE_BYTES:
                raise _refused(path, f"it unpacks to {unpacked / 1e6:,.0f} MB")
            if archive.getinfo("config.json").file_size > _LONGEST_CONFIG:
                raise _refused(path, "its config.json is too long")
            config = json.loads(archive.read("config.json"))
    except (BadZipFile, ValueError, OSError, NotImplementedError, RecursionError) as error:
        raise _refused(path, "it cannot be read") from error
    if not isinstance(config, dict):
        raise _refused(path, "its config.json is not an object")
    _check(path, config)
    return config


def _check(path: Path, config: dict[str, Any]) -> None:
    waiting: list[Any] = [config]
    while waiting:
        held = waiting.pop()
        if isinstance(held, list):
            waiting.extend(held)
        elif isinstance(held, dict):
            _check_object(path, held)
            waiting.extend(held.values())


def _check_object(path: Path, held: dict[str, Any]) -> None:
    name = held.get("class_name")
    if name is not None and (not isinstance(name, str) or name in _CLASSES_THAT_RUN_CODE):
        raise _refused(path, f"it holds a {str(name)[:40]} layer, which runs code of its author")
    module = held.get("module")
    if name is not None and module is not None and module not in _MODULES:
        raise _refused(path, f"it asks for {str(module)[:60]}.{str(name)[:40]}, which is not part of Keras")
    registered = held.get("registered_name")
    if name is not None and registered is not None and (module is None or ">" in str(registered)):
        raise _refused(path, f"it asks for {str(registered)[:60]}, which is code of its author")
    for key in _FILES_THAT_LAYERS_READ & held.keys():
        if isinstance(held[key], str):
            raise _refused(path, f"one of its layers wants to read the file “{held[key][:60]}”")


def _refused(path: Path, what: str) -> BadInputError:
    return BadInputError(
        f"{path.name} is not loaded: {what}.",
        "Ask its author for a .keras file of Keras' own layers, or for ONNX.",
    )
