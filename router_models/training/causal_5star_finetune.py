"""Fine-tunes the LLM of `causal-5star`: `python -m router_models.training.causal_5star_finetune --data DIR`.

Training starts from the LLM as it is and the head fitted to it, and changes both; what that gains is measured out of
fold on train. With `--export` the LLM is then trained on all rows and written as a GGUF with head and card beside it,
for which the test rows are looked at once. Meant for a GPU; a processor manages a few upper layers (`--layers 2`).
"""

from __future__ import annotations

import argparse
import json
import logging
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np

from benchmarks.benchmark import IntArray
from benchmarks.split import N_PARTS
from llms.local import local_llm
from router_models.causal_5star import SUFFICES
from router_models.training.causal_5star_data import TRAIN_ROWS, StarRows, test_rows, training_rows
from router_models.training.causal_5star_export import export
from router_models.training.causal_5star_folds import RIDGE, OutOfFold, gains, out_of_fold
from router_models.training.causal_5star_gguf import check_architecture
from router_models.training.causal_5star_network import StarNetwork
from router_models.training.causal_5star_tuning import (
    LowerStates,
    Tuning,
    epochs,
    features_of,
    load_network,
    tokenize,
)
from router_models.training.command_line import training_options, training_parser
from router_models.training.ordinal import fit_ordinal

OUT = Path("artifacts/causal-5star-finetuned")
GAINS_FILE = "gains.json"
FINAL_SEED = 0
COMMAND = "python -m router_models.training.causal_5star_finetune --data DIR"
_REPEATED = ("layers", "rate", "epochs", "batch", "folds", "seeds", "all_rows", "sample", "export")
"""Flags on which the result depends; where the data and the outcome lie does not matter, nor what computes."""

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Cross-validates, writes what was gained, and, if asked to, LLM, head and card."""
    options = training_options(_parser(), arguments)
    gguf = local_llm().file()
    check_architecture(gguf)
    learn = _first(training_rows(options.data, {} if options.all_rows else TRAIN_ROWS), options.sample)
    plan = Tuning(options.rate, options.epochs, options.batch)
    network, tokenizer = load_network(gguf, options.layers, options.device or _device())
    states = LowerStates(network, *tokenize(tokenizer, [prompt for rows in learn for prompt in rows.prompts]))
    low, high = (np.concatenate([getattr(rows, bound) for rows in learn]) for bound in ("low", "high"))
    # The remainder is the split's: by it, two folds of the train side would be empty.
    folds = np.array([int(key, 16) // N_PARTS % options.folds for rows in learn for key in rows.keys])
    found = out_of_fold(network, states, low, high, folds, plan, range(options.seeds))
    best = report(learn, found, high, options.out)
    if not options.export:
        return
    if best == 0:
        logger.info("fine-tuning loses out of fold, so nothing is written: the LLM as it is stays")
        return
    fit_all(network, states, low, high, plan, best)
    held_out = _first(test_rows(options.data), options.sample)
    card = export(network, tokenizer, gguf, learn, held_out, found, best, plan, command_of(options), options.out)
    for figure in card.figures:
        logger.info("%s %s %.3f [%.3f, %.3f]", figure.dataset, figure.metric, figure.value, figure.low, figure.high)


def report(learn: Sequence[StarRows], found: OutOfFold, high: IntArray, out: Path) -> int:
    """Logs and writes what each epoch gained; returns the epoch of least loss, 0 being the LLM as it is.

    Args:
        learn: Training rows.
        found: Their out-of-fold scores.
        high: Most stars of each row, (n,).
        out: Folder for `gains.json`.
    """
    losses = found.losses((high < SUFFICES).astype(np.int64))
    gained = gains(learn, found)
    for each in gained:
        logger.info(
            "%s %s, epoch %d: %.3f, gain %+.3f [%+.3f, %+.3f]",
            *(each.dataset, each.metric, each.epoch, each.value, each.gain, each.gain_low, each.gain_high),
        )
    logger.info("loss by epoch: %s", ", ".join(f"{loss:.4f}" for loss in losses))
    out.mkdir(parents=True, exist_ok=True)
    kept = {"losses": losses.round(4).tolist(), "gains": [each.as_dict() for each in gained]}
    (out / GAINS_FILE).write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
    return int(losses.argmin())


def fit_all(network: StarNetwork, states: LowerStates, low: IntArray, high: IntArray, plan: Tuning, epoch: int) -> None:
    """Trains on all rows, with the schedule that was cross-validated, and stops after `epoch` epochs."""
    every = np.arange(len(low))
    frozen = features_of(network, states, every)
    network.set_head(fit_ordinal(frozen, low, high, RIDGE), frozen)
    for _ in islice(epochs(network, states, low, high, every, plan, FINAL_SEED), epoch):
        pass


def _parser() -> argparse.ArgumentParser:
    parser = training_parser(COMMAND, __doc__)
    parser.set_defaults(out=OUT)
    parser.add_argument("--layers", type=int, help="layers to tune, counted from the top; all by default")
    parser.add_argument("--rate", type=float, default=Tuning.rate, help="highest learning rate")
    parser.add_argument("--epochs", type=int, default=Tuning.epochs, help="passes over the training rows")
    parser.add_argument("--batch", type=int, default=Tuning.batch, help="rows of a step")
    parser.add_argument("--folds", type=int, default=5, help="parts of the cross-validation")
    parser.add_argument("--seeds", type=int, default=1, help="runs of the cross-validation")
    parser.add_argument("--device", help="of PyTorch: cuda, cpu, …; the GPU where there is one")
    parser.add_argument("--all-rows", action="store_true", help="learn from all rows, not from the head's sample")
    parser.add_argument("--export", action="store_true", help="train on all rows, then write LLM, head and card")
    return parser


def command_of(options: argparse.Namespace) -> str:
    """The command that repeats a training, with all flags that it depends on, for the card.

    Args:
        options: Of the command line; flags without a value are left out.
    """
    words = [COMMAND]
    for name in _REPEATED:
        value, flag = getattr(options, name), f"--{name.replace('_', '-')}"
        if value is True:
            words.append(flag)
        elif value is not None and value is not False:
            words.append(f"{flag} {value}")
    return " ".join(words)


def _device() -> str:
    import torch

    return "cuda" if torch.cuda.is_available() else "cpu"


def _first(parts: Sequence[StarRows], sample: int | None) -> list[StarRows]:
    return [rows.take(range(min(sample, len(rows)))) if sample else rows for rows in parts]


if __name__ == "__main__":
    main()
