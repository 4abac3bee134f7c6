"""Out-of-fold scores of routers whose own training scripts leave none: prompt length and the encoders."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.data import gsm8k, mmlu
from benchmarks.split import question_key
from errors import DataError
from router_models.card import RouterCard, load_card
from router_models.registry import WEIGHTS
from router_models.training.calibration import fit_calibration
from router_models.training.encoder_data import Examples, chat_examples, outcome_examples, strong_needed
from router_models.training.encoder_names import CHAT, QUALITY
from router_models.training.out_of_fold import save_out_of_fold
from router_models.training.outcome_data import N_FOLDS
from router_models.training.prompt_length import ROUTER as LENGTH
from router_models.training.prompt_length import fit

LOGITS_FILE = "out_of_fold.npz"
"""As `TrainingRun.save` writes it; read here without torch."""

SAME_TEMPERATURE = 1e-3
"""Cards round; calibrating the same logits again gives the same temperature within this."""

ROUTERS = {CHAT: "encoder-3way", QUALITY: "encoder-quality"}


def write_encoder_out_of_fold(data: Path, run: Path, folder: Path, weights: Path = WEIGHTS) -> list[Path]:
    """Writes a file per encoder router, calibrated as the router is.

    Args:
        data: Folder of the public data sets.
        run: Folder of the training run.
        folder: Of the out-of-fold scores.
        weights: Folder of the routers' weights that came from this run.

    Raises:
        OSError: The run has no out-of-fold logits.
        ValueError: The logits are of other examples than the data sets hold now.
        DataError: The run is not the one that the weights came from.
    """
    examples = {CHAT: chat_examples(data), QUALITY: outcome_examples(data)}
    with np.load(run / LOGITS_FILE, allow_pickle=False) as arrays:
        logits = {CHAT: arrays["chat"], QUALITY: arrays["quality"]}
    cards = {head: load_card(weights / router) for head, router in ROUTERS.items()}
    return [_write(examples[head], logits[head], card, folder) for head, card in cards.items()]


def _write(examples: Examples, logits: FloatArray, card: RouterCard, folder: Path) -> Path:
    if len(examples) != len(logits):
        raise ValueError(f"the run has {len(logits)} logits of {card.router}, the data {len(examples)} examples")
    targets = np.eye(2)[strong_needed(examples)] if examples.head == QUALITY else examples.targets
    calibration = fit_calibration(logits, targets)
    if abs(calibration.temperature - card.temperature) > SAME_TEMPERATURE:
        raise DataError(
            f"The encoders' run was calibrated at {calibration.temperature:.4f}, the weights of {card.router} at "
            f"{card.temperature:.4f}: they are of different runs.",
            "Train the encoders again, or name the run of these weights with --run.",
        )
    p_strong = 1 - calibration.probabilities(logits)[:, 0]
    return save_out_of_fold(card, examples.keys, examples.sources, p_strong, folder)


def write_length_out_of_fold(data: Path, folder: Path, weights: Path = WEIGHTS) -> Path:
    """Writes the scores of prompt-length, fitted on the other folds.

    Args:
        data: Folder of the public data sets.
        folder: Of the out-of-fold scores.
        weights: Folder of the routers' weights.
    """
    parts = [loaded.part("train") for loaded in (mmlu.load(data), gsm8k.load(data))]
    keys = [[question_key(question) for question in part.questions] for part in parts]
    folds = [np.array([int(key, 16) // 5 % N_FOLDS for key in of_part]) for of_part in keys]
    p_strong = [np.empty(len(part)) for part in parts]
    for fold in range(N_FOLDS):
        model = fit([part.take(np.flatnonzero(of_part != fold)) for part, of_part in zip(parts, folds, strict=True)])
        for part, of_part, scores in zip(parts, folds, p_strong, strict=True):
            rows = np.flatnonzero(of_part == fold)
            scores[rows] = model.p_strong([part.prompts[row] for row in rows])
    names = [part.name for part in parts for _ in range(len(part))]
    flat = [key for of_part in keys for key in of_part]
    return save_out_of_fold(load_card(weights / LENGTH), flat, names, np.concatenate(p_strong), folder)
