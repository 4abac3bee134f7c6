"""The store of labels: the queue, what people said of its prompts, and what it comes to. It knows no page."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from typing import get_args

from feedback import (
    label_items,
    label_more,
    label_queue,
    label_reading,
    label_scores,
    label_verdicts,
    label_writing,
)
from feedback.label_records import (
    Conflict,
    Imported,
    Item,
    Label,
    LabelCounts,
    PanelScore,
    Progress,
    QueuedItem,
    StoredLabel,
    Undone,
)
from feedback.rating_store import RatingStore
from feedback.records import new_id
from feedback.resolved_label import ResolvedLabel, Source

SOURCES: tuple[Source, ...] = get_args(Source)


class LabelStore(RatingStore):
    """Keeps prompts to label, labels and ratings. Safe to use from many threads; every method raises `StoreError`.

    Args:
        access: Transactions on the database (`FeedbackStore.access`).
    """

    def add_items(
        self,
        prompts: Iterable[str],
        importer: str,
        *,
        origin: str = "",
        overlap: int = 1,
        annotators: Sequence[str] = (),
    ) -> Imported:
        """Queues prompts, with their texts; a prompt that is queued already stays as it is.

        Reads `prompts` as it goes and keeps them in chunks: what was read before a failure is kept, and a second try
        is harmless.

        Args:
            prompts: Texts; any number of them.
            importer: Pseudonym of who brings them in, and may delete their texts.
            origin: Where from, such as a file's name.
            overlap: How many annotators should label each.
            annotators: Who should label them; then each of them should, whatever `overlap` says. None: anybody.

        Raises:
            BadInputError: `overlap` is less than 1, or a prompt is empty or too long.
        """
        return label_items.add_items(
            self.access, prompts, importer, origin=origin, overlap=overlap, annotators=annotators
        )

    def add_collected(self, *, overlap: int = 1, limit: int = 1_000) -> Imported:
        """Queues the latest prompts of visitors who let us keep them.

        Args:
            overlap: How many annotators should label each.
            limit: How many prompts to look at.
        """
        return label_items.add_collected(self.access, overlap=overlap, limit=limit)

    def set_overlap(self, overlap: int, *, origin: str | None = None) -> int:
        """Changes how many annotators should label each prompt of the queue that is not assigned.

        Args:
            overlap: At least 1.
            origin: Only prompts from there; None is all.

        Returns:
            How many prompts changed.
        """
        return label_items.set_overlap(self.access, overlap, origin=origin)

    def assign(self, annotators: Sequence[str], *, origin: str | None = None, limit: int | None = None) -> int:
        """Gives open prompts that nobody has labelled and that are assigned to nobody to these annotators, to each all.

        Args:
            annotators: Pseudonyms; at least one.
            origin: Only prompts from there; None is all.
            limit: At most so many prompts, in the queue's order; None is all.

        Returns:
            How many prompts were assigned.
        """
        return label_items.assign(self.access, annotators, origin=origin, limit=limit)

    def by_others(self, annotator: str) -> int:
        """How many finished prompts this annotator could label too, as `open_too` counts them."""
        return label_more.by_others(self.access, annotator)

    def open_too(self, annotator: str) -> int:
        """Opens finished prompts that others have labelled and this annotator has not, at most 200, to one more person.

        Returns:
            How many prompts were opened; settled, discarded and assigned ones stay closed.
        """
        return label_more.open_too(self.access, annotator)

    def next_item(self, annotator: str, *, besides: Collection[str] = ()) -> QueuedItem | None:
        """The prompt that this annotator should label next, held for them for some minutes.

        What they hold already comes first, so that a reloaded page shows the same prompt. Then, by a fixed share, a
        prompt of the random part, or the one that the panel is least sure and least of one mind about. Nobody gets a
        prompt that they have labelled, skipped or discarded, and no prompt goes to more annotators than it should.

        Args:
            annotator: Pseudonym.
            besides: Hashes of prompts that are on the page already (to fetch the one after).

        Returns:
            None if there is nothing left for this annotator at the moment.
        """
        return label_queue.next_item(self.access, annotator, besides=besides)

    def release(self, annotator: str) -> None:
        """Gives back what this annotator holds and will not label now."""
        label_queue.release(self.access, annotator)

    def save_label(self, label: Label, *, prompt: str | None = None, consent: bool = False) -> bool:
        """Keeps a label; when this returns, it is safe on disk.

        A label on a prompt that was handed to somebody else meanwhile is kept too: no work is lost.

        Args:
            label: What was said. A prompt that the store does not know needs `prompt` (a correction, a judge's label);
                it then does not join the annotators' queue.
            prompt: Text of the prompt.
            consent: Whether that text may be kept; else only its hash and length are.

        Returns:
            Whether it is new: False if this id was saved before.

        Raises:
            BadInputError: It is no valid label, or `prompt` is another text than the hash says.
            UnknownNameError: The prompt is not known and `prompt` is None.
        """
        return label_writing.save_label(self.access, label, prompt=prompt, consent=consent)

    def save_imported(self, labels: Sequence[Label]) -> int:
        """Keeps labels that came in a file, all or none, as `feedback.import_labels` makes them.

        Args:
            labels: Without comments; a chunk of them, because others wait meanwhile.

        Returns:
            How many are new; those that lead already, and those on prompts that the store does not know, are left out.
        """
        return label_writing.save_imported(self.access, labels)

    def undo(self, annotator: str, *, label_id: str | None = None) -> Undone | None:
        """Takes back this annotator's latest label that counts, by a row of its own; again, the one before it.

        Args:
            annotator: Pseudonym.
            label_id: Id of the new row, so that a double click undoes once; None makes one.

        Returns:
            What was taken back; None if there is nothing, or if this id was used before.
        """
        return label_writing.undo(self.access, annotator, label_id or new_id())

    def progress(self, annotator: str) -> Progress:
        """Where labelling stands, for all and for this annotator."""
        return label_reading.progress(self.access, annotator)

    def conflicts(self, *, settled: bool = False, limit: int = 100) -> list[Conflict]:
        """Prompts on whose tier people differ, latest first.

        Args:
            settled: Whether to give the adjudicated ones instead of the open ones.
            limit: At most so many.
        """
        return label_verdicts.conflicts(self.access, settled=settled, limit=limit)

    def disputed(self) -> int:
        """How many prompts `conflicts` has open."""
        return label_verdicts.disputed(self.access)

    def adjudicate(
        self, prompt_sha256: str, adjudicator: str, tier: int | None, *, comment: str = "", label_id: str | None = None
    ) -> bool:
        """Settles a prompt: whatever others said, this leads.

        Args:
            prompt_sha256: The prompt.
            adjudicator: Pseudonym.
            tier: 1 to 3; None discards the prompt.
            comment: Why.
            label_id: Made by the caller, so that a double click settles once; None makes one.

        Returns:
            Whether it is new.
        """
        label = Label(
            id=label_id or new_id(),
            prompt_sha256=prompt_sha256,
            annotator=adjudicator,
            verdict="discard" if tier is None else "route",
            tier=tier,
            comment=comment,
            source="adjudicated",
        )
        return label_writing.save_label(self.access, label)

    def resolved(self, *, sources: Collection[Source] = SOURCES, limit: int | None = None) -> list[ResolvedLabel]:
        """One tier per prompt whose text is kept, newest first; prompts without a majority are left out.

        Of the sources asked for the weightiest one that knows leads: adjudicated before people before corrections
        before judges. Within a source most votes lead; where two tiers have as many, the prompt is left out. So is
        one that an adjudicator discarded, or anybody where none did.

        Args:
            sources: Whose labels count.
            limit: At most so many.
        """
        return label_verdicts.resolved(self.access, sources=sources, limit=limit)

    def labels(
        self,
        *,
        sources: Collection[Source] = SOURCES,
        leading_only: bool = False,
        after: int = 0,
        since: datetime | None = None,
    ) -> Iterator[StoredLabel]:
        """All labels in the order in which they came, with full provenance; read in pages, so any number will do.

        Args:
            sources: Whose.
            leading_only: Whether to leave out changed and undone ones, and undos.
            after: Only those with a higher number (`StoredLabel.number`).
            since: Only those from this moment on.
        """
        return label_reading.labels(self.access, sources=sources, leading_only=leading_only, after=after, since=since)

    def items(
        self,
        *,
        lacking: Source | None = None,
        origin: str | None = None,
        with_text: bool = False,
        limit: int | None = None,
    ) -> Iterator[Item]:
        """Prompts as they stand, in the order of their hashes; read in pages.

        Args:
            lacking: Only those without a label that counts from this source; None is all.
            origin: Only prompts from there; None is all.
            with_text: Only those whose text is kept.
            limit: At most so many.
        """
        return label_reading.items(self.access, lacking=lacking, origin=origin, with_text=with_text, limit=limit)

    def annotators(self) -> dict[str, int]:
        """How many prompts each annotator has answered, by pseudonym, the busiest first."""
        return label_reading.annotators(self.access)

    def origins(self) -> dict[str, int]:
        """How many prompts came from where, the most first."""
        return label_reading.origins(self.access)

    def counts(self) -> LabelCounts:
        """How much is kept."""
        return label_reading.counts(self.access)

    def matrix(self) -> dict[str, dict[str, int]]:
        """Tiers that people gave, for agreement: by prompt hash, then by annotator; prompts of two or more only."""
        return label_verdicts.matrix(self.access)

    def unscored(self, limit: int) -> list[tuple[str, str]]:
        """Hash and text of prompts of the queue that the panel has not scored, at most so many."""
        return label_scores.unscored(self.access, limit)

    def save_scores(self, scores: Sequence[PanelScore]) -> None:
        """Keeps what the panel thinks of prompts and puts them in their places in the queue."""
        label_scores.save_scores(self.access, scores)
