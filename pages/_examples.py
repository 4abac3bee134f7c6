"""The example prompts that the Route page offers on first sight."""

from __future__ import annotations

from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from errors import DataError
from pages.look import ASSETS

EXAMPLES_FILE = ASSETS / "examples.yaml"


class Example(BaseModel):
    """A prompt to try.

    Attributes:
        kind: What kind of prompt it is, one or two words; unique.
        prompt: The prompt, written for this project.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = Field(min_length=1, max_length=24)
    prompt: str = Field(min_length=1)


def load_examples(path: Path = EXAMPLES_FILE) -> list[Example]:
    """Reads the examples in the order in which they are shown.

    Raises:
        DataError: The file is missing or not of that form.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        examples = TypeAdapter(list[Example]).validate_python(content)
    except (OSError, yaml.YAMLError, ValidationError) as error:
        raise DataError(f"The examples {path} cannot be read: {error}.", "Restore the file.") from error
    kinds = [example.kind for example in examples]
    if len(set(kinds)) < len(kinds):
        raise DataError(f"The examples {path} name a kind twice.", "Give every example its own kind.")
    return examples
