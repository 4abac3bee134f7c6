"""A router of one's own in one file: the more a prompt asks, the rather it goes to the strong LLM."""

from pathlib import Path

import numpy as np
import uvicorn
from numpy.typing import NDArray

from app import create_app, start_warm_up
from router_models import RouterPanel, load_panel
from router_models.base import Router
from router_models.card import RouterCard
from router_models.prompt_batch import PromptBatch
from settings import get_settings

CARD = RouterCard(
    router="question-marks",
    title="Question marks",
    family="own",
    routes=("weak", "strong"),
    method="Counts question marks: the more there are, the likelier the strong LLM is needed.",
    threshold=0.5,
    caution="Nobody has measured it.",
)


class QuestionMarksRouter(Router):
    """P(weak) falls by two fifths with every question mark."""

    evidence_kind = "It counts question marks; what they ask plays no part."

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.floating]:
        weak = 0.6 ** np.array([prompt.count("?") for prompt in prompts])
        return np.column_stack([weak, 1 - weak])


def panel_with_it() -> RouterPanel:
    """The panel that ships, and this router after it."""
    panel = load_panel()
    panel.add(QuestionMarksRouter(CARD, Path(), panel.encoders))
    return panel


if __name__ == "__main__":
    settings, panel = get_settings(), panel_with_it()
    start_warm_up(panel)
    uvicorn.run(create_app(panel, settings), host=settings.host, port=settings.port)
