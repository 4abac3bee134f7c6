"""Names of the fine-tuned encoder's outputs, one per router that reads it."""

from __future__ import annotations

from collections.abc import Mapping

CHAT = "logits_3way"
"""Logits of encoder-3way: simple, general, reasoning."""

QUALITY = "logits_quality"
"""Logits of encoder-quality: weak, strong."""

N_ROUTES: Mapping[str, int] = {CHAT: 3, QUALITY: 2}
"""Output → its number of routes."""
