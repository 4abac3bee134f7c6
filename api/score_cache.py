"""Scores of prompts that were routed already: a bounded memory of what does not change."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass

from router_models.decision import RouterScore
from router_models.request_facts import Attachment


@dataclass(frozen=True, slots=True)
class Asked:
    """Everything a score depends on; thresholds, prices and pools come later and need no router.

    Attributes:
        router: Router id.
        prompt_hash: Of the cleaned prompt; the cache holds no prompts.
        novelty: Whether the score says how far the prompt is from the router's training prompts.
        temperature: What the request says, for routers that read it.
        attachment: Likewise.
        version: Of the router: a learnt version scores anew.
    """

    router: str
    prompt_hash: bytes
    novelty: bool = False
    temperature: float | None = None
    attachment: Attachment | None = None
    version: str = ""


def hash_of(prompt: str) -> bytes:
    """The hash by which a cleaned prompt is known."""
    return hashlib.sha256(prompt.encode()).digest()


class ScoreCache:
    """The scores that were asked for last. Safe to use from many threads at once.

    Args:
        size: How many are kept; 0 keeps none.
    """

    def __init__(self, size: int) -> None:
        self._size = size
        self._scores: OrderedDict[Asked, RouterScore] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._scores)

    def get(self, asked: Asked) -> RouterScore | None:
        """The score, if it is kept."""
        with self._lock:
            score = self._scores.get(asked)
            if score is not None:
                self._scores.move_to_end(asked)
            return score

    def put(self, asked: Asked, score: RouterScore) -> None:
        """Keeps a score; the one that was not asked for longest goes."""
        if not self._size:
            return
        with self._lock:
            self._scores[asked] = score
            self._scores.move_to_end(asked)
            while len(self._scores) > self._size:
                self._scores.popitem(last=False)
