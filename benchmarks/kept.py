"""Numbers that a command measures and keeps in a file of its own: how such a file is written, read and refused."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from errors import DataError, PlaygroundError

Model = TypeVar("Model", bound=BaseModel)


class Kept(BaseModel):
    """Numbers of such a file: unchangeable, and nothing beside them."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def read_kept(kind: type[Model], path: Path, unknown: str, mend: str) -> Model:
    """Reads a file.

    Args:
        kind: What stands in it.
        path: Where it is.
        unknown: What is not known without it, such as `the routers' times are not known`.
        mend: How to make it anew.

    Raises:
        DataError: It is missing or not in its format.
    """
    try:
        return kind.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise DataError(f"{path} is missing: {unknown}.", mend) from error
    except (OSError, ValidationError) as error:
        raise DataError(f"{path} is cut short, damaged or of an older schema: {unknown}.", mend) from error


def keep(measure: Callable[[], BaseModel], path: Path, indent: int | None = 1) -> int:
    """What the commands do: measures, writes the file and says so; returns the exit code.

    Args:
        measure: Gives the numbers, or raises PlaygroundError.
        path: The file.
        indent: Blanks by which lines are indented; None for a single line.
    """
    try:
        found = measure()
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    path.write_text(found.model_dump_json(indent=indent) + "\n", encoding="utf-8")
    print(f"wrote {path}", file=sys.stderr)
    return 0
