"""What the members say of each row: out of fold where they learnt from it, plainly everywhere else."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray
from benchmarks.split import question_key
from router_models.base import Router
from router_models.encoder import CHUNK
from router_models.registry import WEIGHTS
from router_models.training.file_hash import sha256_of
from router_models.training.out_of_fold import load_out_of_fold
from router_models.training.outcome_features import CACHE as FEATURES
from router_models.training.outcome_features import features_of, known_batch

CACHE = Path("artifacts/ensemble/votes")
"""git-ignored: a file per member and part, so that a new member costs only its own forwards."""

logger = logging.getLogger(__name__)


def plain_votes(
    members: Sequence[Router],
    part: Benchmark,
    side: str,
    cache: Path | None = CACHE,
    features_cache: Path | None = FEATURES,
) -> FloatArray:
    """P(strong) of every member for every row, as served, (n, m).

    Args:
        members: m routers, loaded or not.
        part: n prompts.
        side: Name of the part, for the cache.
        cache: Folder that keeps votes by member and weights; None keeps none.
        features_cache: File that keeps the frozen encoder's features; None keeps none.
    """
    known = {member.id: _read(member, part, side, cache) for member in members}
    columns = {name: votes for name, votes in known.items() if votes is not None}
    missing = [member for member in members if member.id not in columns]
    if missing:
        logger.info("%s %s: asking %s", part.name, side, ", ".join(member.id for member in missing))
        votes = np.empty((len(part), len(missing)))
        features = features_of(part.prompts, WEIGHTS, features_cache)
        order = np.argsort([len(prompt) for prompt in part.prompts], kind="stable")
        for start in range(0, len(part), CHUNK):
            rows = order[start : start + CHUNK]
            prompts = [part.prompts[row] for row in rows]
            batch = known_batch(prompts, features.take(rows))
            votes[rows] = np.column_stack([1 - member.probabilities(batch)[:, 0] for member in missing])
        for column, member in enumerate(missing):
            columns[member.id] = votes[:, column]
            if cache is not None:
                path = _path(member, part, side, cache)
                path.parent.mkdir(parents=True, exist_ok=True)
                np.savez_compressed(path, p_strong=votes[:, column])
    return np.column_stack([columns[member.id] for member in members])


def honest_votes(
    members: Sequence[Router],
    part: Benchmark,
    oof: Path,
    cache: Path | None = CACHE,
    features_cache: Path | None = FEATURES,
) -> FloatArray:
    """Votes on a train part: of members that learnt from it, only those made out of fold.

    Args:
        members: m routers.
        part: A train part, n rows.
        oof: Folder of the out-of-fold scores.
        cache: As for `plain_votes`.
        features_cache: As for `plain_votes`.

    Returns:
        P(strong), (n, m); NaN where a member learnt from the row and has no out-of-fold vote on it.

    Raises:
        ValueError: A member learnt from this set and left no out-of-fold scores: its plain votes would be too good.
        DataError: A member's out-of-fold scores are of other weights.
    """
    votes = np.empty((len(part), len(members)))
    strangers = [column for column, member in enumerate(members) if not learnt_from(member, part.name)]
    if strangers:
        asked = [members[column] for column in strangers]
        votes[:, strangers] = plain_votes(asked, part, "train", cache, features_cache)
    keys = [question_key(question) for question in part.questions]
    for column in set(range(len(members))) - set(strangers):
        name = members[column].id
        scores = load_out_of_fold(members[column].card, oof)
        votes[:, column] = [scores.get((part.name, key), np.nan) for key in keys]
        missing = int(np.isnan(votes[:, column]).sum())
        if missing == len(part):
            raise ValueError(f"{name} learnt from {part.name} and has no out-of-fold scores in {oof}")
        if missing:
            logger.info("%s: %s has no out-of-fold score of %d of %d rows", part.name, name, missing, len(part))
    return votes


def learnt_from(member: Router, dataset: str) -> bool:
    """Whether a member's card says that it was trained on a data set."""
    return dataset in {data.name for data in member.card.trained_on}


def _path(member: Router, part: Benchmark, side: str, cache: Path) -> Path:
    version = sha256_of(member.folder / "card.json")[:12]
    return cache / f"{part.name}-{side}-{len(part)}-{member.id}-{version}.npz"


def _read(member: Router, part: Benchmark, side: str, cache: Path | None) -> FloatArray | None:
    if cache is None or not (path := _path(member, part, side, cache)).is_file():
        return None
    with np.load(path, allow_pickle=False) as arrays:
        votes: FloatArray = arrays["p_strong"]
    return votes
