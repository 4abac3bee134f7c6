"""Which prompts are worth a label: those of which calibrated routers are unsure, and on which learnt ones differ."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from errors import BadInputError, PlaygroundError
from feedback.label_records import PanelScore

if TYPE_CHECKING:
    from feedback.label_store import LabelStore
    from router_models import RouterPanel
    from router_models.panel import PanelRun

FloatArray = NDArray[np.float64]

CHUNK = 64
"""Prompts that the panel scores at once; visitors have their turn in between."""

REST = 1.0
"""Pause after a chunk, as a share of the time that it took."""

_RETRY_S = 30.0

logger = logging.getLogger(__name__)


def uncertainty(p_strong: FloatArray) -> FloatArray:
    """Mean entropy of the routers' answers to the question whether the cheapest route will do, in bits.

    Args:
        p_strong: Calibrated P(strong) by prompt and router, shape (n_prompts, n_routers).

    Returns:
        0 to 1, shape (n_prompts,).

    Source:
        Lewis and Gale, A sequential algorithm for training text classifiers, SIGIR 1994; with entropy: Settles, Active
        learning literature survey, 2009, section 3.1.
    """
    p = np.clip(p_strong, 1e-12, 1 - 1e-12)
    return np.asarray((-(p * np.log2(p) + (1 - p) * np.log2(1 - p))).mean(axis=1))


def disagreement(p_strong: FloatArray) -> FloatArray:
    """Spread of the routers' answers: their standard deviation as a share of the largest there can be.

    Args:
        p_strong: P(strong) by prompt and learnt router, shape (n_prompts, n_routers).

    Returns:
        0 to 1, shape (n_prompts,).

    Source:
        Query by committee: Seung, Opper and Sompolinsky, COLT 1992.
    """
    return np.asarray(2 * p_strong.std(axis=1))


def panel_scores(panel: RouterPanel, prompts: Mapping[str, str]) -> list[PanelScore]:
    """What the panel's scores of prompts mean for the queue.

    Args:
        panel: The routers; those that wait for an LLM are not asked.
        prompts: Texts by hash.

    Returns:
        One per prompt; without values where the panel refuses the prompt.
    """
    learnt = [name for name in panel.immediate_ids if not panel[name].card.baseline]
    calibrated = {name for name in learnt if panel[name].card.calibrated}
    runs = _runs(panel, prompts, learnt)
    return [_score(digest, runs.get(digest), calibrated) for digest in prompts]


class Prioritizing:
    """Scores the queue's prompts in the background, chunk by chunk; the queue works meanwhile.

    Args:
        store: Its prompts without scores are scored.
        panel: The routers.
        rest: Pause after a chunk, as a share of the time that it took.
    """

    def __init__(self, store: LabelStore, panel: RouterPanel, *, rest: float = REST) -> None:
        self._store, self._panel, self._rest = store, panel, rest
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None
        self._again = threading.Event()
        self._stop = threading.Event()

    def wake(self) -> None:
        """Says that there may be new prompts; returns at once."""
        with self._starting:
            self._again.set()
            if self._thread is None or not self._thread.is_alive():
                self._stop.clear()
                self._thread = threading.Thread(target=self._work, name="priorities", daemon=True)
                self._thread.start()

    def stop(self) -> None:
        """Ends after the chunk at hand, and waits for it."""
        self._stop.set()
        thread = self._thread
        if thread is not None:
            thread.join()

    def wait(self, timeout_s: float) -> bool:
        """Waits until all prompts are scored; whether they are."""
        thread = self._thread
        if thread is not None:
            thread.join(timeout_s)
        return thread is None or not thread.is_alive()

    def _work(self) -> None:
        while not self._stop.is_set():
            self._again.clear()
            try:
                done = self._one_chunk()
            except PlaygroundError as error:  # the database is away, say: prompts keep, and so does the order
                logger.warning("prompts could not be scored for the queue: %s", error)
                self._stop.wait(_RETRY_S)
                continue
            if done:
                continue
            with self._starting:
                if not self._again.is_set():
                    self._thread = None
                    return

    def _one_chunk(self) -> bool:
        """Scores some prompts; False if there are none left."""
        begun = time.monotonic()
        prompts = dict(self._store.unscored(CHUNK))
        if not prompts:
            return False
        self._store.save_scores(panel_scores(self._panel, prompts))
        self._stop.wait(self._rest * (time.monotonic() - begun))
        return True


def _runs(panel: RouterPanel, prompts: Mapping[str, str], routers: Sequence[str]) -> dict[str, PanelRun]:
    """The panel on all prompts at once; one that it refuses must not keep the others from their scores."""
    try:
        return dict(zip(prompts, panel.run_batch(list(prompts.values()), routers, novelty=False), strict=True))
    except BadInputError:
        pass
    found = {}
    for digest, prompt in prompts.items():
        try:
            found[digest] = panel.run(prompt, routers, novelty=False)
        except BadInputError:
            continue
    return found


def _score(digest: str, run: PanelRun | None, calibrated: set[str]) -> PanelScore:
    learnt = [score.p_strong for score in run.scores] if run is not None else []
    sure = [score.p_strong for score in run.scores if score.router in calibrated] if run is not None else []
    if not learnt:
        return PanelScore(digest, None, None)
    return PanelScore(
        digest,
        float(uncertainty(np.array([sure or learnt]))[0]),
        float(disagreement(np.array([learnt]))[0]),
    )
