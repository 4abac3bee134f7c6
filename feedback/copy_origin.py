"""Whose copy a dataset of the Hub is. An empty database is filled from it; another database's is left alone."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import delete

from feedback.access import Access
from feedback.copy_facts import Facts, ForeignDatasetError, is_empty, keep_facts, new_facts, read_facts, write_facts
from feedback.copy_parts import FACTS, PartName
from feedback.copy_restore import restore
from feedback.copy_tables import CopiedRow
from feedback.hub_dataset import HubDataset

logger = logging.getLogger(__name__)


def settled(access: Access, dataset: HubDataset, folder: Path) -> Facts:
    """Makes database and dataset belong together.

    Args:
        access: The database; filled from the dataset if it is empty.
        dataset: The dataset.
        folder: Where files may be put meanwhile.

    Raises:
        HubError: The Hub refuses or does not answer.
        DataError: They do not belong together, or the dataset was changed by hand.
        StoreError: The database failed.
    """
    known = read_facts(access)
    commit, paths = dataset.files()
    if FACTS not in paths:
        return _begun(access, dataset.repo_id, paths)
    with tempfile.TemporaryDirectory(dir=folder) as name:
        found = Facts.of_dataset(dataset.repo_id, dataset.read(FACTS, commit, Path(name)))
    if known is not None and known.database == found.database:
        return _ours(access, known, found)
    if not is_empty(access):
        raise ForeignDatasetError(
            f"The dataset {dataset.repo_id} holds the feedback of another database.",
            "Set FEEDBACK_DATASET to an empty one, or DATA_DIR or DATABASE_URL to an empty database.",
        )
    with tempfile.TemporaryDirectory(dir=folder) as name:
        dataset.download(commit, Path(name))
        number = restore(access, Path(name), found)
    logger.info("%d rows of feedback were read back from %s", number, dataset.repo_id)
    return found


def _begun(access: Access, dataset: str, paths: Sequence[str]) -> Facts:
    """A copy in a dataset that has none: it has nothing yet, whatever another had."""
    if any(PartName.read(path) for path in paths):
        raise ForeignDatasetError(f"The dataset {dataset} has rows but no {FACTS}.", "Restore it to an earlier commit.")
    facts = new_facts(dataset)
    with access.writing("The copy on the Hub could not be begun", although_refused=True) as connection:
        connection.execute(delete(CopiedRow))
        write_facts(connection, facts)
    return facts


def _ours(access: Access, known: Facts, found: Facts) -> Facts:
    if found.number > known.number + 1:  # one may have arrived whose answer was lost
        raise ForeignDatasetError(
            f"The dataset {found.dataset} has more than this database, which seems to be an older state of itself.",
            "Point DATA_DIR or DATABASE_URL to an empty database: it is then filled from the dataset.",
        )
    if known.dataset != found.dataset:  # it was renamed
        keep_facts(access, found)
    return found
