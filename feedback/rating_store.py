"""The store of ratings, and of the texts that people may delete. It knows no page."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from feedback import ratings, texts
from feedback.access import Access
from feedback.label_records import Rating, StoredRating


class RatingStore:
    """Keeps ratings and deletes texts. Safe to use from many threads; every method raises `StoreError`.

    Args:
        access: Transactions on the database (`FeedbackStore.access`).
    """

    def __init__(self, access: Access) -> None:
        self.access = access

    def save_rating(self, rating: Rating) -> bool:
        """Keeps a rating of an answer or a decision; when this returns, it is safe on disk.

        Returns:
            Whether it is new: False if this id was saved before.

        Raises:
            BadInputError: It is no valid rating.
        """
        return ratings.save_rating(self.access, rating)

    def ratings(self, *, leading_only: bool = True, after: int = 0) -> Iterator[StoredRating]:
        """All ratings in the order in which they came; read in pages. Arguments as for `labels`."""
        return ratings.ratings(self.access, leading_only=leading_only, after=after)

    def delete_texts(self, author: str, prompts: Collection[str] | None = None) -> int:
        """Deletes texts of this author: prompts, answers, comments. Hashes, labels and counts stay.

        A prompt that somebody else brought in too is still kept for them.

        Args:
            author: Pseudonym.
            prompts: Hashes of the texts to delete; None is all of them.

        Returns:
            How many texts went.
        """
        return texts.delete_texts(self.access, author, prompts)

    def purge(self, retention_days: int) -> int:
        """Deletes texts that are older than that, whoever's; 0 deletes nothing. Hashes, labels and counts stay.

        Returns:
            How many texts went.
        """
        return texts.purge(self.access, retention_days)
