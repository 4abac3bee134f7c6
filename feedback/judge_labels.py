"""Ratings as labels: which tier of LLM a prompt needs, by what the judges said of the weak answer to it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from benchmarks.bootstrap import Estimate, bootstrap
from feedback.judge_agreement import FEWEST, Agreement, rank_correlation, weighted_kappa
from feedback.judge_records import RunRecord
from feedback.judge_results import Judged
from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.resolved_label import TIER_NAMES
from feedback.tables import ID

RULE = (
    "A rating of 4 or more, over all judges and both orders, says that tier 1 ({simple}) does. Below, the prompt gets "
    "the reference's tier, {tier} ({name}). Where the order alone decides between the two, there is no label."
)


@dataclass(frozen=True, slots=True)
class SavedLabels:
    """What became of a run's ratings.

    Attributes:
        new: Labels that are kept now.
        known: Labels that were kept before.
        torn: Prompts without a label, as the order decides.
        unrated: Prompts without a label, as ratings are missing.
    """

    new: int
    known: int
    torn: int
    unrated: int


def rule(reference_tier: int) -> str:
    """How ratings become tiers, for people."""
    return RULE.format(simple=TIER_NAMES[0], tier=reference_tier, name=TIER_NAMES[reference_tier - 1])


def annotator(judges: Sequence[str]) -> str:
    """Under which name the labels of these judges are kept."""
    return " + ".join(judges)[:ID]


def save_labels(
    record: RunRecord, judged: Sequence[Judged], labels: LabelStore, texts: Mapping[str, str] | None = None
) -> SavedLabels:
    """Keeps a label for every prompt of a run whose ratings say one; a second time is harmless.

    Args:
        record: The run.
        judged: What is known of its prompts.
        labels: Where labels are kept.
        texts: Prompts by hash that the store may not know yet, and may keep.

    Raises:
        StoreError: The database failed; labels before that are kept.
        UnknownNameError: The store does not know a prompt, and its text is not among `texts`.
    """
    tier, new, known = record.plan.reference_tier, 0, 0
    for one in judged:
        found, rating = one.tier(tier), one.rating
        if found is None or rating is None:
            continue
        label = Label(
            id=_label_id(record.id, one.prompt_sha256, rating),
            prompt_sha256=one.prompt_sha256,
            annotator=annotator(record.plan.judges),
            tier=found,
            rating=int(rating + 0.5),
            source="judge",
        )
        text = (texts or {}).get(one.prompt_sha256)
        is_new = labels.save_label(label, prompt=text, consent=text is not None)
        new, known = new + is_new, known + (not is_new)
    torn = sum(one.torn for one in judged)
    return SavedLabels(new, known, torn, sum(not one.whole for one in judged))


def with_people(judged: Sequence[Judged], tiers: Mapping[str, int], reference_tier: int) -> Agreement | None:
    """Agreement of judges with people; None where both have said something of fewer than `FEWEST` prompts.

    Kappa compares tiers, the rank correlation the rating with the tier turned round: the better the weak answer, the
    lower the tier that is needed.

    Args:
        judged: What the judges said.
        tiers: What people said, by prompt hash.
        reference_tier: Tier of the LLM behind the reference.
    """
    both = [
        (tier, rating, tiers[one.prompt_sha256])
        for one in judged
        if (tier := one.tier(reference_tier)) and (rating := one.rating) and one.prompt_sha256 in tiers
    ]
    if len(both) < FEWEST:
        return None
    table = np.array(both, dtype=np.float64)

    def kappa(rows: np.ndarray) -> float:
        return weighted_kappa(table[rows, 0], table[rows, 2])

    def spearman(rows: np.ndarray) -> float:
        return rank_correlation(table[rows, 1], -table[rows, 2])

    estimates: list[Estimate] = [bootstrap(metric, len(both)) for metric in (kappa, spearman)]
    return Agreement(len(both), *estimates)


def people_tiers(labels: LabelStore) -> dict[str, int]:
    """What people agree on, by prompt hash.

    Raises:
        StoreError: The database failed.
    """
    resolved = labels.resolved(sources=("people", "adjudicated"))
    return {one.prompt_sha256: one.tier for one in resolved}


def _label_id(run: str, prompt_sha256: str, rating: float) -> str:
    """Says which run it is of; the same rating of the same run is the same label."""
    digest = hashlib.sha256(f"{run} {prompt_sha256} {rating}".encode()).hexdigest()[:24]
    return f"judge-{run[:40]}-{digest}"
