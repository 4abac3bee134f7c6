"""Labels as a data set of the Hub: Parquet files and the card that makes `datasets.load_dataset` find them."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from errors import UnavailableError
from feedback.exporting import (
    LABEL_COLUMNS,
    RATING_COLUMNS,
    RESOLVED_COLUMNS,
    Columns,
    label_cells,
    rating_cells,
    resolved_cells,
    write_rows,
)
from feedback.label_store import LabelStore

ABOUT = {
    "resolved": "One tier per prompt: what those who labelled it agree on, or what was settled. Start here.",
    "labels": "Every label ever given, changed and undone ones included: `leads` is true for those that count.",
    "ratings": "Thumbs, stars and comments on answers and on routers' decisions.",
}
"""What each part of the data set holds, in the order of the card; the first is what is loaded without a name."""

COLUMNS: Mapping[str, Columns] = {
    "resolved": RESOLVED_COLUMNS,
    "labels": LABEL_COLUMNS,
    "ratings": RATING_COLUMNS,
}


@dataclass(frozen=True, slots=True)
class Published:
    """Where the data set is, and how many rows each part has."""

    url: str
    rows: Mapping[str, int]


def publish(store: LabelStore, repository: str, token: str | None, *, private: bool = True) -> Published:
    """Writes all labels and ratings to a data set of the Hub, in one commit; makes the data set if need be.

    Args:
        store: Where they are.
        repository: `owner/name`.
        token: With the right to write; None takes the one that `huggingface_hub` finds.
        private: Whether a new data set is seen by its owner only; one that exists stays as it is.

    Raises:
        UnavailableError: The Hub refused, or cannot be reached.
        StoreError: The database failed.
    """
    import httpx2
    from huggingface_hub import HfApi
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError

    with tempfile.TemporaryDirectory() as name:
        rows = write_dataset(store, Path(name), repository)
        api = HfApi(token=token)
        try:
            made = api.create_repo(repository, repo_type="dataset", private=private, exist_ok=True)
            api.upload_folder(
                repo_id=made.repo_id,
                repo_type="dataset",
                folder_path=name,
                commit_message=f"{rows['labels']} labels, {rows['ratings']} ratings",
            )
        except HFValidationError as error:
            raise UnavailableError(f"'{repository}' is no name of a data set.", "Write it as owner/name.") from error
        except (HfHubHTTPError, httpx2.HTTPError, OSError) as error:
            response = getattr(error, "response", None)
            why = type(error).__name__ if response is None else str(response.status_code)
            raise UnavailableError(
                f"The labels could not be sent to the Hub ({why}).",
                "Check HF_TOKEN, its right to write, and the connection, then try again.",
            ) from error
    return Published(str(made), rows)


def write_dataset(store: LabelStore, folder: Path, name: str) -> dict[str, int]:
    """Writes the data set to a folder: `data/*.parquet` and `README.md`.

    Args:
        store: Where the labels are.
        folder: An existing folder.
        name: What the card calls it.

    Returns:
        Rows by part.
    """
    data = folder / "data"
    data.mkdir(exist_ok=True)
    parts = {
        "resolved": map(resolved_cells, store.resolved()),
        "labels": map(label_cells, store.labels()),
        "ratings": map(rating_cells, store.ratings(leading_only=False)),
    }
    rows = {part: write_rows(data / f"{part}.parquet", None, COLUMNS[part], cells) for part, cells in parts.items()}
    (folder / "README.md").write_text(_card(name, rows), encoding="utf-8")
    return rows


def _card(name: str, rows: Mapping[str, int]) -> str:
    configs = "\n".join(
        f"- config_name: {part}\n  data_files: data/{part}.parquet" + ("\n  default: true" if not number else "")
        for number, part in enumerate(ABOUT)
    )
    parts = "\n".join(f"- `{part}` ({rows[part]:,} rows): {about}" for part, about in ABOUT.items())
    columns = "\n".join(f"- `{part}`: {', '.join(f'`{column}`' for column in COLUMNS[part])}" for part in ABOUT)
    return f"""---
configs:
{configs}
task_categories:
- text-classification
tags:
- llm-routing
---
# {name.rpartition("/")[2]}

Which tier of LLM a prompt needs, cheapest first: 1 simple, 2 general, 3 reasoning. Collected with Router Playground.

## Parts

{parts}

## Columns

{columns}

- `prompt` is null where its author did not let it be kept, or had it deleted; `prompt_sha256` stays.
- `annotator`, `author`, `importer` and `imported_by` are pseudonyms.
- `random` prompts came up by chance, all others because routers were unsure or differed: measure on the former.
- `source` is `people`, `adjudicated` (somebody settled a conflict), `correction` (a visitor) or `judge` (an LLM).
"""
