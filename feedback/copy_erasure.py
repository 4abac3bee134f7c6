"""Takes texts out of files that the copy on the Hub has already: what its author deletes does not stay there either.

The Hub keeps older commits all the same; `HfApi.super_squash_history` forgets them.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Sequence
from pathlib import Path

from sqlalchemy import Table

from feedback.copy_changes import TableChanges
from feedback.copy_parts import Part, PartName, read_lines
from feedback.copy_rows import copied_tables, key_of
from feedback.hub_dataset import HubDataset

WITH_TEXTS = frozenset({"texts", "judge_answers", "judge_ratings"})
"""Tables with what people or LLMs wrote; in all others there are hashes."""


def erased(dataset: HubDataset, found: Sequence[TableChanges], folder: Path) -> list[Part]:
    """Files of the dataset without the rows that have gone or changed; none where nothing has.

    Args:
        dataset: The dataset.
        found: What has changed.
        folder: Where files may be put meanwhile.

    Raises:
        HubError: The Hub refuses or does not answer.
    """
    outdated = {changed.table: {*changed.gone, *changed.again} for changed in found if changed.table in WITH_TEXTS}
    outdated = {table: keys for table, keys in outdated.items() if keys}
    if not outdated:
        return []
    commit, paths = dataset.files()
    parts: list[Part] = []
    with tempfile.TemporaryDirectory(dir=folder) as name:
        for table in copied_tables():
            for path in paths if table.name in outdated else ():
                part = PartName.read(path)
                if part is not None and (part.kind, part.table) == ("rows", table.name):
                    content = dataset.read(path, commit, Path(name))
                    left = _without(table, path, content, outdated[table.name])
                    parts += [Part(path, left)] if left != content else []
    return parts


def _without(table: Table, path: str, content: bytes, keys: Collection[str]) -> bytes:
    lines = content.splitlines(keepends=True)
    rows = read_lines(path, content)
    return b"".join(line for line, row in zip(lines, rows, strict=True) if key_of(table, row) not in keys)
