"""Reading a router's weights from an npz file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from errors import UnavailableError


def read_arrays(path: Path, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """Reads the named arrays of an npz file, without unpickling anything.

    Raises:
        UnavailableError: The file is missing, broken, or lacks one of the arrays.
    """
    try:
        with np.load(path, allow_pickle=False) as arrays:
            return {name: arrays[name] for name in names}
    except (OSError, ValueError, KeyError, BadZipFile) as error:
        raise UnavailableError(
            f"The weights {path} cannot be read: {error}.",
            "Restore the file from the repository, or run the router's training script again.",
        ) from error
