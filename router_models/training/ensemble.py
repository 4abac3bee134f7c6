"""Trains the ensemble: `python -m router_models.training.ensemble --data DIR`.

Votes are honest: out of fold where a member learnt from the row (artifacts/oof, which every router's own training
script writes), plain elsewhere. How much each vote weighs is chosen by five-fold cross-validation on the train part,
folds by question hash; the test part is looked at once, for the card. A member that is not there, or has no out-of-fold
scores of a set it learnt from, is left out and named.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray
from benchmarks.curves import full_curve
from benchmarks.metrics import apgr, auc, ece, pgr
from router_models.base import Router
from router_models.encoder import Encoders
from router_models.ensemble import WEIGHTS_FILE, log_odds
from router_models.registry import WEIGHTS, build_routers
from router_models.training.command_line import training_options, training_parser
from router_models.training.composite_features import wide_features_of
from router_models.training.composite_figures import strong_needed_figures, test_parts
from router_models.training.ensemble_blend import blend_of, blended_out_of_fold
from router_models.training.ensemble_card import ROUTER, Trained, ensemble_card
from router_models.training.ensemble_data import KINDS, Taught, load_taught
from router_models.training.ensemble_fit import (
    EnsembleModel,
    Recipe,
    fit,
    honest_head_votes,
    out_of_fold,
)
from router_models.training.ensemble_out_of_fold import write_encoder_out_of_fold, write_length_out_of_fold
from router_models.training.ensemble_stack import stack_out_of_fold
from router_models.training.ensemble_votes import CACHE as VOTES
from router_models.training.ensemble_votes import learnt_from, plain_votes
from router_models.training.out_of_fold import FOLDER, load_out_of_fold, save_out_of_fold
from router_models.training.outcome_features import CACHE as FEATURES

COMMAND = "python -m router_models.training.ensemble --data DIR"
MEMBERS = (
    "prompt-length",
    "keras-dnn",
    "keras-bilstm",
    "keras-bilstm2",
    "keras-cnn",
    "keras-cnn-lstm",
    "encoder-3way",
    "encoder-quality",
    "semantic",
    "knn",
    "kmeans",
    "similarity-weighted",
    "matrix-factorization",
    "hierarchical",
)
"""Every learnt router of the default panel that is no composite of this kind itself; LLM-based ones are too slow."""

DEFAULT_PGR = 0.5
"""The default threshold recovers this share of the quality gap, out of fold on the exam questions."""

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fits on the train part, evaluates on the test part, and writes weights, card and out-of-fold scores."""
    options = training_options(_parser(), arguments)
    if options.run.is_dir():
        write_encoder_out_of_fold(options.data, options.run, options.oof)
    write_length_out_of_fold(options.data, options.oof)
    votes_cache, features_cache = (None, None) if options.sample else (options.votes, options.features)
    members = usable(options.members.split(","), options.oof)
    taught = load_taught(options.data, members, options.oof, options.sample, votes_cache, features_cache)
    recipe = Recipe()
    votes = honest_head_votes(taught, recipe)
    stack_c = [choose(of_kind, part, recipe) for of_kind, part in zip(votes, taught, strict=True)]
    unseen = out_of_fold(taught, votes, stack_c, recipe)
    p_strong = blended_out_of_fold(unseen)
    blend = blend_of(unseen)
    logger.info("gate sharpened by %.2f", blend.sharpness)
    report(taught, votes, p_strong, [*(member.id for member in members), *(f"own head, {kind}" for kind in KINDS)])
    model = fit(taught, votes, stack_c, recipe, blend)
    folder = options.out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    write(model, members, folder / WEIGHTS_FILE)
    figures = []
    for name, part in test_parts(options.data, options.sample).items():
        odds = log_odds(plain_votes(members, part, "test", votes_cache, features_cache))
        scores = model.p_strong(odds, wide_features_of(part.prompts, features_cache))
        rate = next((rate_of(kind, name) for kind in taught if name in kind.sources), None)
        note = "Transfer: not trained on this set." if rate is None else "In-domain."
        figures += strong_needed_figures(part, scores, rate, note)
    for figure in figures:
        logger.info(
            "%s on %s: %.3f [%.3f, %.3f] beside %s",
            *(figure.metric, figure.dataset, figure.value, figure.low, figure.high, figure.baselines),
        )
    threshold = default_threshold(taught, p_strong)
    trained = Trained(taught, members, model, threshold, folder / WEIGHTS_FILE, COMMAND)
    card = ensemble_card(trained, figures)
    logger.info("written: %s", card.save(folder))
    keys = [key for part in taught for key in part.keys]
    sources = [source for part in taught for source in part.sources]
    save_out_of_fold(card, keys, sources, np.concatenate(p_strong), options.oof)


def usable(names: Sequence[str], oof: Path) -> list[Router]:
    """Routers that load and whose votes on train rows can be honest; the others are named in the log.

    Raises:
        DataError: Out-of-fold scores are of other weights than a router has.
    """
    routers = {router.id: router for router in build_routers(Encoders(WEIGHTS, threads=1))}
    sets = [name for sources in KINDS.values() for name in sources]
    found = []
    for name in names:
        router = routers.get(name)
        if router is None or router.family == "unavailable":
            logger.warning("left out: %s is not in the registry or has no card", name)
            continue
        scored = {dataset for dataset, _ in load_out_of_fold(router.card, oof)}
        dishonest = [dataset for dataset in sets if learnt_from(router, dataset) and dataset not in scored]
        if dishonest:
            logger.warning("left out: %s has no out-of-fold scores of %s", name, ", ".join(dishonest))
            continue
        found.append(router)
    return found


def choose(votes: FloatArray, part: Taught, recipe: Recipe) -> float:
    """The inverse regularisation of least cross-validated loss; all are logged with what they rank."""
    losses = {}
    for c in recipe.stack_c:
        p = stack_out_of_fold(votes, part, c)
        losses[c] = float(
            -np.average(part.needed * np.log(p) + (1 - part.needed) * np.log(1 - p), weights=part.weights)
        )
        logger.info("%s, C %g: loss %.4f, %s", part.kind, c, losses[c], ranking(part, p))
    return min(losses, key=losses.__getitem__)


def ranking(part: Taught, scores: FloatArray) -> dict[str, float]:
    """APGR of each set with outcomes, AUC of each set with labels."""
    figures = {}
    sources = np.array(part.sources)
    for source in dict.fromkeys(part.sources):
        rows = sources == source
        gap = 2 * part.wins[rows] - 1
        if (gap == 0).any():
            figures[source] = round(apgr(scores[rows], np.zeros_like(gap), gap), 4)
        else:
            figures[source] = round(auc(part.needed[rows].astype(np.int64), scores[rows]), 4)
    return figures


def report(
    taught: Sequence[Taught], votes: Sequence[FloatArray], p_strong: Sequence[FloatArray], names: Sequence[str]
) -> None:
    """Logs what each vote ranks alone, and the ensemble, all out of fold."""
    for part, of_kind, p in zip(taught, votes, p_strong, strict=True):
        for column, name in enumerate(names):
            logger.info("%s, %s alone: %s", part.kind, name, ranking(part, of_kind[:, column]))
        logger.info("%s, plain mean of votes: %s", part.kind, ranking(part, _standardised(of_kind).mean(axis=1)))
        calibration = ece(part.needed.astype(np.int64), np.stack([1 - p, p], axis=1))
        logger.info("%s, ensemble: %s, ECE %.3f, %d rows", part.kind, ranking(part, p), calibration, len(part))


def _standardised(votes: FloatArray) -> FloatArray:
    result: FloatArray = (votes - votes.mean(axis=0)) / (votes.std(axis=0) + 1e-9)
    return result


def rate_of(part: Taught, name: str) -> float:
    """How often the strong route was needed in one set's train part."""
    return float(part.needed[np.array(part.sources) == name].mean())


def default_threshold(taught: Sequence[Taught], p_strong: Sequence[FloatArray]) -> float:
    """The highest P(strong) at which out-of-fold routing of exam questions recovers `DEFAULT_PGR` of the gap."""
    exams = list(KINDS).index("exam questions")
    gap = 2 * taught[exams].wins - 1
    curve = full_curve(p_strong[exams], np.zeros_like(gap), gap)
    recovered = np.array([pgr(float(quality), curve.weak, curve.strong) for quality in curve.quality])
    return float(curve.thresholds[np.flatnonzero(recovered >= DEFAULT_PGR)[0]])


def write(model: EnsembleModel, members: Sequence[Router], path: Path) -> None:
    """Writes the weights in the form that `EnsembleRouter` reads."""
    np.savez_compressed(
        path,
        members=np.array([member.id for member in members]),
        kinds=np.array(list(KINDS)),
        gate_weights=model.gate.weights.astype(np.float32),
        gate_bias=model.gate.bias.astype(np.float32),
        head_weights=np.stack([head.weights for head in model.heads], axis=1).astype(np.float32),
        head_bias=np.array([head.bias for head in model.heads], dtype=np.float32),
        vote_weights=np.stack([stack.weights for stack in model.stacks], axis=1),
        vote_means=np.stack([stack.means for stack in model.stacks], axis=1),
        vote_bias=np.array([stack.bias for stack in model.stacks]),
    )


def _parser() -> argparse.ArgumentParser:
    parser = training_parser(COMMAND, __doc__)
    parser.add_argument("--oof", type=Path, default=FOLDER, help="folder of the out-of-fold scores")
    parser.add_argument("--run", type=Path, default=Path("artifacts/encoder/run"), help="the encoders' training run")
    parser.add_argument("--members", default=",".join(MEMBERS), help="router ids, separated by commas")
    parser.add_argument("--votes", type=Path, default=VOTES, help="folder that keeps members' votes for the next run")
    parser.add_argument("--features", type=Path, default=FEATURES, help="npz file that keeps features")
    return parser


if __name__ == "__main__":
    main()
