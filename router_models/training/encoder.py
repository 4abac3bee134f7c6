"""Trains encoder-3way and encoder-quality: `python -m router_models.training.encoder --data DIR`.

One encoder serves both, so that the panel pays for one forward: its upper layers are fine-tuned for encoder-3way, and
encoder-quality reads the lower ones, which stay as they are. Calibration and the default threshold come from
out-of-fold predictions on the train part; the test part is looked at once, for the cards, with the ONNX file that is
served.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from benchmarks.benchmark import FloatArray
from router_models.encoder import LOWER_FILE, MAX_TOKENS, UPPER_FILE
from router_models.encoder_routers import HEAD_FILE
from router_models.novelty import reference_path
from router_models.training import frozen_encoder
from router_models.training.calibration import Calibration, fit_calibration
from router_models.training.distilbert import MINILM, find_base
from router_models.training.encoder_base import base_tokenizer
from router_models.training.encoder_batches import tokenize
from router_models.training.encoder_cards import Trained, quality_card, three_way_card
from router_models.training.encoder_cross_validation import report
from router_models.training.encoder_data import Examples, chat_examples, joined, outcome_examples, strong_needed
from router_models.training.encoder_figures import ServedModel, quality_figures, three_way_figures
from router_models.training.encoder_fit import Recipe
from router_models.training.encoder_names import CHAT, QUALITY
from router_models.training.encoder_network import RoutingEncoder, save_network
from router_models.training.encoder_quality_head import QualityRecipe
from router_models.training.encoder_trace import export_whole
from router_models.training.encoder_training import TrainingRun, train
from router_models.training.encoder_weights import Int8Weights
from router_models.training.encoder_whole import WholeEncoder
from router_models.training.export_onnx import export_chat_encoder, export_lower, export_quality_head
from router_models.training.judged import add_judged_option, judged_examples
from router_models.training.reference_embeddings import write_reference

COMMAND = "python -m router_models.training.encoder"
FOLDER = "tuned-encoder"
RUN_FOLDER = "run"
N_FOLDS = 3
N_FOLDS_OF_SAMPLE = 2
N_CHECKED = 100
"""Prompts on which 8 bits are compared with the network."""

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Trains both heads, calibrates, exports, evaluates, and writes weights and cards."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.sample and options.out == frozen_encoder.WEIGHTS:
        parser.error("--sample is a trial: give --out another folder than the shipped weights")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    frozen = options.out / frozen_encoder.FOLDER
    if not (frozen / LOWER_FILE).is_file():
        frozen_encoder.main(["--out", str(options.out)])
    judged = [judged_examples(path) for path in options.judged]
    parts = (chat_examples(options.data), joined([outcome_examples(options.data), *judged]))
    examples = {part.head: _sampled(part, options) for part in parts}
    if options.reuse:
        run = TrainingRun.load(options.artifacts / RUN_FOLDER)
    else:
        recipe = replace(Recipe(), bfloat16=options.bfloat16)
        recipe = replace(recipe, epochs=1, soup=1) if options.sample else recipe
        n_folds = N_FOLDS_OF_SAMPLE if options.sample else N_FOLDS
        base = find_base(options.base)
        if options.base != MINILM:
            frozen_encoder.write_tokenizer(base, options.out / FOLDER)
            frozen = options.out / FOLDER
        run = train(examples, base, base_tokenizer(base), recipe, QualityRecipe(), n_folds, options.seed)
        run.save(options.artifacts / RUN_FOLDER)
    calibrations = calibrate(examples, run.logits)
    shift_biases(run.network, calibrations)
    _publish(run, examples, calibrations, options)


def _publish(
    run: TrainingRun,
    examples: Mapping[str, Examples],
    calibrations: Mapping[str, Calibration],
    options: argparse.Namespace,
) -> None:
    """Writes the calibrated network, its ONNX export, and per router the card and the training reference."""
    native = save_network(run.network, options.artifacts)
    own_stem = options.base != MINILM
    served = export(run.network, options.out, own_stem=own_stem, prompts=examples[CHAT].prompts)
    model = ServedModel(options.out, calibrations)
    command = f"{COMMAND} --data DIR" + (f" --base {options.base}" if own_stem else "")
    command += " --bfloat16" if options.bfloat16 else ""
    trained = Trained(examples, run.logits, calibrations, served, options.out, native, command, options.base)
    cards = (
        three_way_card(trained, three_way_figures(model, options.data, options.out, examples[CHAT], options.sample)),
        quality_card(trained, quality_figures(model, options.data, options.sample)),
    )
    for card, part in zip(cards, examples.values(), strict=True):
        (options.out / card.router).mkdir(parents=True, exist_ok=True)
        write_reference(reference_path(options.out, card.reference), part.prompts, options.out, options.seed)
        logger.info("written: %s", card.save(options.out / card.router))
        for figure in card.figures:
            logger.info(
                "%s on %s: %.3f [%.3f, %.3f] beside %s",
                *(figure.metric, figure.dataset, figure.value, figure.low, figure.high, figure.baselines),
            )


def export(network: RoutingEncoder, out: Path, *, own_stem: bool, prompts: Sequence[str] = ()) -> dict[str, list[str]]:
    """Writes what is served; returns the files by head.

    Args:
        network: The calibrated network.
        out: Folder of the routers' weights.
        own_stem: Write its embeddings and lower layers as well, because the sentence encoder has others.
        prompts: On some of them, 8 bits are compared with the network where it is served whole.
    """
    stem = FOLDER if own_stem else frozen_encoder.FOLDER
    if isinstance(network, WholeEncoder):
        tokenizer = base_tokenizer(out / FOLDER)
        export_whole(network, out / FOLDER, tokenize(tokenizer, prompts[:N_CHECKED], MAX_TOKENS))
    else:
        if own_stem:
            export_lower(network.trunk, network.frozen_layers, out / FOLDER / LOWER_FILE, Int8Weights())
        else:
            (out / FOLDER / LOWER_FILE).unlink(missing_ok=True)
        export_chat_encoder(network, out / FOLDER / UPPER_FILE, Int8Weights())
    export_quality_head(network, out / "encoder-quality" / HEAD_FILE)
    lower = f"{stem}/{LOWER_FILE}"
    return {CHAT: [lower, f"{FOLDER}/{UPPER_FILE}"], QUALITY: [lower, f"encoder-quality/{HEAD_FILE}"]}


def calibrate(examples: Mapping[str, Examples], logits: Mapping[str, FloatArray]) -> dict[str, Calibration]:
    """Calibrates each head on its out-of-fold logits; the quality head to "only the strong LLM is right"."""
    calibrations = {}
    for head, part in examples.items():
        targets = np.eye(2)[strong_needed(part)] if head == QUALITY else part.targets
        calibrations[head] = fit_calibration(logits[head], targets)
        logger.info("%s out of fold: %s, %s", head, report(part, logits[head]), calibrations[head])
        logger.info("%s shifted: %s", head, report(part, logits[head] + calibrations[head].shift))
    return calibrations


def shift_biases(network: RoutingEncoder, calibrations: Mapping[str, Calibration]) -> None:
    """Folds each calibration's class shifts into the last bias of its head."""
    with torch.no_grad():
        network.chat_head.outer.bias.add_(torch.tensor(calibrations[CHAT].shift, dtype=torch.float32))
        network.quality_head.bias.add_(torch.tensor(calibrations[QUALITY].shift, dtype=torch.float32))


def _sampled(part: Examples, options: argparse.Namespace) -> Examples:
    if options.sample is None:
        return part
    return part.take(np.random.default_rng(options.seed).permutation(len(part))[: options.sample])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=COMMAND, description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument(
        "--base", default=MINILM, help="encoder to start from (BERT, RoBERTa, DeBERTa, …): folder or Hub id"
    )
    parser.add_argument("--out", type=Path, default=frozen_encoder.WEIGHTS, help="folder of the routers' weights")
    parser.add_argument("--artifacts", type=Path, default=Path("artifacts/encoder"), help="folder of the torch model")
    parser.add_argument("--reuse", action="store_true", help="do not train: take the run that lies in --artifacts")
    parser.add_argument("--seed", type=int, default=0, help="of weights, order and dropout")
    parser.add_argument("--sample", type=int, help="train and test on so many rows only: a quick trial, not a result")
    parser.add_argument("--threads", type=int, default=2, help="threads for torch")
    parser.add_argument("--bfloat16", action="store_true", help="train in bfloat16, where the processor has it")
    add_judged_option(parser)
    return parser


if __name__ == "__main__":
    main()
