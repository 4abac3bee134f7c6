"""When the copy on the Hub is brought up to date: `CommitScheduler` of the Hub's client, with our own way to push."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from huggingface_hub import CommitScheduler

from feedback.hub_dataset import REPO_TYPE, HubDataset


class Schedule(CommitScheduler):
    """Pushes at once and then every few minutes, in a thread of its own; makes the dataset if it is not there.

    Args:
        push: Brings the copy up to date.
        dataset: Where it is.
        folder: A folder, which the base class wants; nothing in it is uploaded.
        every_minutes: From one push to the next.
    """

    def __init__(self, push: Callable[[], None], dataset: HubDataset, folder: Path, every_minutes: float) -> None:
        self._push = push  # before the base class, which begins at once
        super().__init__(
            repo_id=dataset.repo_id,
            folder_path=folder,
            every=every_minutes,
            repo_type=REPO_TYPE,
            private=True,
            hf_api=dataset.api,
        )

    def push_to_hub(self) -> None:
        """What the base class calls."""
        self._push()
