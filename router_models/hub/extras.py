"""What a classifier needs that serving does not bring, and whether it is there."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from router_models.hub.choice import Kind

NEEDS: Mapping[Kind, str] = {"router": "", "onnx": "", "safetensors": "torch", "keras": "tensorflow"}
"""Framework by kind; '' is none."""

_PACKAGES: Mapping[str, Mapping[str, str]] = {
    "torch": {"torch": "torch", "transformers": "transformers", "safetensors": "safetensors"},
    "tensorflow": {"tensorflow": "tensorflow-cpu", "keras": "keras"},
}
"""Package by module, for each framework."""


def missing_extra(kind: Kind) -> str:
    """The command that installs what is missing to run a kind of classifier; '' if nothing is."""
    packages = _PACKAGES.get(NEEDS[kind], {})
    if all(find_spec(module) is not None for module in packages):
        return ""
    return f"pip install {' '.join(packages.values())}"
