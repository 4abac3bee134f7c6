"""Which paths are the JSON API's; all others are pages, and what Gradio needs for them."""

from __future__ import annotations

HEALTH = "/health"

_EXACT = {"/predict", "/route", "/models", "/metrics", HEALTH}
_BELOW = ("/predict/", "/route/", "/api/", "/v1/")


def is_api(path: str) -> bool:
    """Whether a path belongs to the JSON API."""
    return path in _EXACT or path.startswith(_BELOW)
