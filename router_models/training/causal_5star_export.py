"""The fine-tuned LLM of `causal-5star` as it is served: a GGUF, and head and card that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from router_models.card import RouterCard
from router_models.causal_5star import HEAD_FILE, SUFFICES, star_probabilities
from router_models.training.causal_5star_card import five_star_card
from router_models.training.causal_5star_data import StarRows
from router_models.training.causal_5star_folds import RIDGE, OutOfFold, calibration_line
from router_models.training.causal_5star_gguf import write_tuned
from router_models.training.causal_5star_network import StarNetwork
from router_models.training.causal_5star_tuning import LowerStates, Tuning, features_of, tokenize
from router_models.training.file_hash import sha256_of
from router_models.training.operating_point import cheapest_threshold
from router_models.training.ordinal import OrdinalHead

ROUTER = "causal-5star"
GGUF_FILE = "llm.gguf"


def export(
    network: StarNetwork,
    tokenizer: Any,  # noqa: ANN401  transformers types its tokenizers loosely
    source: Path,
    learn: Sequence[StarRows],
    held_out: Sequence[StarRows],
    found: OutOfFold,
    epoch: int,
    plan: Tuning,
    command: str,
    out: Path,
) -> RouterCard:
    """Writes `out/llm.gguf` and `out/causal-5star/{head.npz,card.json}`; returns the card.

    Args:
        network: Trained on all rows for `epoch` epochs.
        tokenizer: The LLM's.
        source: The GGUF that training started from.
        learn: Training rows.
        held_out: Test rows, looked at for the card.
        found: Out-of-fold scores, which calibrate: the network knows its own rows too well.
        epoch: After which the network stopped.
        plan: Hyper-parameters, for the card.
        command: Repeats all of it, flags included; for the card.
        out: Folder to write to.
    """
    low, high = (np.concatenate([getattr(rows, bound) for rows in learn]) for bound in ("low", "high"))
    head, p_strong = calibrated(network.head(), found, epoch, low, high)
    folder = out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / HEAD_FILE, weights=head.weights.astype(np.float32), cuts=head.cuts.astype(np.float32))
    write_tuned(source, out / GGUF_FILE, network.tuned_weights())
    scores = [head.scores(_features(network, tokenizer, rows)) for rows in held_out]
    threshold = cheapest_threshold((high < SUFFICES).astype(np.int64), p_strong)
    card = five_star_card(learn, held_out, scores, head, threshold, sha256_of(out / GGUF_FILE), RIDGE)
    card = card.model_copy(update=_differences(card, source, network.n_tuned, plan, epoch, command))
    card.save(folder)
    return card


def calibrated(
    head: OrdinalHead, found: OutOfFold, epoch: int, low: IntArray, high: IntArray
) -> tuple[OrdinalHead, FloatArray]:
    """The head with slope and cuts that fit its recipe's out-of-fold scores, and P(strong) of these, (n,).

    Args:
        head: Of the network trained on all rows.
        found: Out-of-fold scores; where there were several runs, the first counts for P(strong).
        epoch: After which the network stopped.
        low: Fewest stars of each row, (n,).
        high: Most stars, (n,).
    """
    line = calibration_line(found, epoch, low, high)
    slope = float(line.weights[0])
    stars = star_probabilities(line.scores(found.margin[epoch, 0][:, None]), line.cuts)
    fitted = OrdinalHead(slope * head.weights, line.cuts + slope * head.cuts[SUFFICES - 2])
    return fitted, 1 - stars[:, SUFFICES - 1 :].sum(axis=1)


def _features(network: StarNetwork, tokenizer: Any, rows: StarRows) -> FloatArray:  # noqa: ANN401
    ids, n_before = tokenize(tokenizer, rows.prompts)
    return features_of(network, LowerStates(network, ids, n_before), np.arange(len(rows)))


def _differences(
    card: RouterCard, source: Path, n_tuned: int, plan: Tuning, epoch: int, command: str
) -> dict[str, Any]:
    """What the card says differently from that of the LLM as it is."""
    return {
        "method": "A small LLM, fine-tuned for it, rates the weak LLM's answer from 1 to 5 stars; "
        "weak is picked at 4 or more.",
        "source": card.source.partition("; here")[0]
        + f"; here the LLM is {source.stem}, of which the upper {n_tuned} layers are fine-tuned",
        "parameters": {"ridge": RIDGE, "layers": n_tuned, **asdict(plan), "chosen epoch": epoch},
        "training_command": command,
        "notes": (
            *(note for note in card.notes if not note.startswith("Hidden states")),
            "Figures are of the fine-tuned LLM in PyTorch; it is served with 8 bits in the layers that were tuned.",
            "Calibrated on out-of-fold scores of the same recipe.",
        ),
    }
