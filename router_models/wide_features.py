"""Everything the frozen encoder knows of a prompt, side by side, for routers with linear models of their own."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch

EMBEDDING_WIDTH = 384


def wide_features(encoders: Encoders, prompts: PromptBatch) -> NDArray[np.float32]:
    """Sentence embedding, mean word embedding, mean state after layer 3 and log number of tokens.

    Returns:
        Features, (n_prompts, 1153); the first `EMBEDDING_WIDTH` columns are the embedding, of unit length.
    """
    return prompts.feature(
        "wide features", lambda: np.hstack([encoders.embeddings(prompts), encoders.lower_means(prompts)])
    )
