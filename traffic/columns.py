"""Which column of a table is what: guessed by name and content, and changed by the user."""

from __future__ import annotations

import reprlib
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from itertools import islice

from errors import BadInputError
from feedback.import_columns import guessed_column
from traffic.reading import LOOKED_AT, Row, column_names, rows_of
from traffic.source import Source

PREVIEW_ROWS = 20
KEPT_CHARACTERS = 400
"""Of each value in a preview: as long as the prompts are there it is held, and more is not shown."""

GUESSED_CHARACTERS = 4_000
"""Of each value that says what a column is."""

LLM_NAMES = ("llm", "model", "llm_used", "model_used", "model_name", "model_id", "engine")
OUTPUT_NAMES = ("output_tokens", "completion_tokens", "answer_tokens", "tokens_out", "generated_tokens")
WEAK_NAMES = ("weak_quality", "quality_weak", "weak_score", "score_weak", "weak_correct", "correct_weak", "weak")
KEY_NAMES = (
    "id",
    "prompt_id",
    "request_id",
    "message_id",
    "row_id",
    "key",
    "uuid",
    "ticket",
    "number",
    "nr",
    "nr.",
    "no.",
)
STRONG_NAMES = tuple(name.replace("weak", "strong") for name in WEAK_NAMES)


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column is what; '' where there is none.

    Attributes:
        prompt: The prompts.
        llm: Which LLM answers each prompt now.
        output_tokens: Length of its answer, tokens.
        weak: How good the weak LLM's answer was: right or wrong, or a number.
        strong: The same of the strong LLM.
        key: The user's own name of each row, which goes along into the download.
    """

    prompt: str
    llm: str = ""
    output_tokens: str = ""
    weak: str = ""
    strong: str = ""
    key: str = ""

    @property
    def wanted(self) -> tuple[str, ...]:
        """All columns that are needed."""
        named = [str(getattr(self, part.name)) for part in fields(self)]
        return tuple(dict.fromkeys(name for name in named if name))


@dataclass(frozen=True, slots=True)
class Preview:
    """The beginning of a table.

    Attributes:
        name: What the user brought.
        names: Its columns.
        columns: What they are taken for.
        rows: The first rows, their texts cut.
        bad: How many of these cannot be read.
    """

    name: str
    names: tuple[str, ...]
    columns: Columns
    rows: tuple[Row, ...]
    bad: int


def preview_of(source: Source) -> Preview:
    """Looks at the beginning of a source and guesses its columns.

    Raises:
        BadInputError: It cannot be read at all, or has no column of text.
    """
    names = column_names(source)
    first: list[Row] = []
    shown: list[Row] = []
    for row in islice(rows_of(source), LOOKED_AT):  # one whole row at a time is held
        if len(shown) < PREVIEW_ROWS:
            kept = {name: _shown(value) for name, value in row.values.items()}
            shown.append(replace(row, values=kept))
        first.append(replace(row, values={name: _told(value) for name, value in row.values.items()}))
    columns = guess_columns(names, first)
    return Preview(source.name, names, columns, tuple(shown), sum(bool(row.problem) for row in shown))


def guess_columns(names: Sequence[str], rows: Sequence[Row]) -> Columns:
    """What the columns of a table are, by their names and the first rows.

    Raises:
        BadInputError: None holds text.
    """
    prompt = guessed_column([row.values for row in rows if row.values])
    if prompt is None:
        raise BadInputError(
            "No column of the first rows holds text.", "Bring a table with a column of prompts, or a prompt a line."
        )
    left = [name for name in names if name != prompt]
    weak, strong = _named(left, WEAK_NAMES), _named(left, STRONG_NAMES)
    both = bool(weak and strong)
    return Columns(
        prompt,
        _named(left, LLM_NAMES),
        _named(left, OUTPUT_NAMES),
        weak if both else "",
        strong if both else "",
        _named(left, KEY_NAMES),
    )


def check_columns(columns: Columns, names: Sequence[str]) -> None:
    """Makes sure that the chosen columns are there and fit together.

    Raises:
        BadInputError: They do not; the message says which.
    """
    for name in columns.wanted:
        if name not in names:
            raise BadInputError(f"There is no column “{name[:60]}”.", f"Choose one of: {', '.join(names[:20])}.")
    if not columns.prompt:
        raise BadInputError("No column of prompts is chosen.", "Choose one.")
    if bool(columns.weak) != bool(columns.strong):
        raise BadInputError(
            "Quality is given for one LLM only.", "Choose a column for the weak and for the strong LLM."
        )
    if columns.weak and columns.weak == columns.strong:
        raise BadInputError("One column cannot be the quality of both LLMs.", "Choose two columns.")


def _shown(value: object) -> object:
    """A value, cut; a list or an object in words."""
    if value is None or isinstance(value, bool | int | float):
        return value
    return (value if isinstance(value, str) else reprlib.repr(value))[:KEPT_CHARACTERS]


def _told(value: object) -> object:
    """What a value says of its column: its text, cut; None for anything else."""
    return value[:GUESSED_CHARACTERS] if isinstance(value, str) else None


def _named(names: Sequence[str], known: Sequence[str]) -> str:
    """The first column of a known name; of a nested one its last part counts."""
    last = {
        name.rpartition(".")[2].strip().lower().replace(" ", "_").replace("-", "_"): name for name in reversed(names)
    }
    return next((last[name] for name in known if name in last), "")
