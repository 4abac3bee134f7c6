"""Learning from labels: thresholds, heads and weights, each measured on labels that were held out from learning."""

from __future__ import annotations
