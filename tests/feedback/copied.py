"""A store with its copy on a stand-in for the Hub."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from sqlalchemy import select

from feedback.copy_rows import copied_tables
from feedback.hub_copy import HubCopy
from feedback.label_records import Label, Rating
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from settings import Settings
from tests.feedback.hub import DATASET, TOKEN
from tests.feedback.samples import comparison, vote

PROMPT = "Which of these two roads is shorter in winter?"


AUTHOR = "browser:1"


def copying(settings: Settings, **options: Any) -> Settings:
    asked = {"feedback_dataset": DATASET, "hf_token": SecretStr(TOKEN), "feedback_copy_minutes": 1000.0}
    return settings.model_copy(update=asked | options)


class Copied:
    """A store with its copy; nothing is uploaded until `push`."""

    def __init__(self, settings: Settings) -> None:
        self.store = FeedbackStore.open(settings)
        self.labels = LabelStore(self.store.access)
        self.copy = HubCopy(self.store.access, settings)

    def push(self) -> None:
        self.copy.push()

    def say_something(self) -> str:
        """A vote, a correction, a rating; id of the comparison."""
        compared = comparison(consent=True)
        self.store.save_comparison(compared)
        self.store.save_vote(vote(compared))
        label = Label(prompt_sha256=sha256(PROMPT), annotator=AUTHOR, tier=2, source="correction", router="knn")
        self.labels.save_label(label, prompt=PROMPT, consent=True)
        self.labels.save_rating(Rating(kind="completion", subject=compared.id, author=AUTHOR, comment="=1+1 <b>"))
        return compared.id

    def close(self) -> None:
        self.copy.close()
        self.store.close()


def contents(store: FeedbackStore) -> dict[str, list[dict[str, Any]]]:
    """All rows of all tables."""
    with store.access.reading("The test could not read") as connection:
        return {
            table.name: sorted(map(dict, connection.execute(select(table)).mappings()), key=str)
            for table in copied_tables()
        }


def fresh(folder: Path, **options: Any) -> Settings:
    return copying(Settings(_env_file=None, data_dir=folder, database_url=None), **options)
