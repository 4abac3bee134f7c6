"""Trains the hierarchical router: `python -m router_models.training.hierarchical --data DIR`.

Domain, complexity within the domain, route: three linear models on the frozen encoder. Hyper-parameters were chosen by
five-fold cross-validation on the train part, folds by question hash; the test part is looked at once, for the card.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.curves import full_curve
from benchmarks.metrics import accuracy, apgr, auc, ece, pgr
from router_models.card import RouterCard
from router_models.hierarchical import WEIGHTS_FILE
from router_models.training.command_line import training_options, training_parser
from router_models.training.composite_features import wide_features_of
from router_models.training.hierarchical_card import ROUTER, Trained, hierarchical_card
from router_models.training.hierarchical_data import CHAT_SOURCE, DOMAINS, Rows, load_rows
from router_models.training.hierarchical_figures import complexity_correlation, figures_on_test
from router_models.training.hierarchical_fit import HierarchicalModel, fit, p_strong_out_of_fold
from router_models.training.hierarchical_steps import Recipe, steps_out_of_fold, with_chat_domain
from router_models.training.out_of_fold import FOLDER, save_out_of_fold
from router_models.training.outcome_features import CACHE

COMMAND = "python -m router_models.training.hierarchical --data DIR"
DEFAULT_PGR = 0.5
"""The default threshold recovers this share of the quality gap, out of fold on the exam questions."""

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Fits on the train part, evaluates on the test part, and writes weights and card."""
    options = training_options(_parser(), arguments)
    recipe = Recipe()
    rows = load_rows(options.data, sample=options.sample)
    cache = None if options.sample else options.cache
    features = wide_features_of(rows.prompts, cache)
    domains = with_chat_domain(features, rows, recipe)
    p_domain, levels = steps_out_of_fold(features, rows, domains, recipe)
    p_strong = p_strong_out_of_fold(features, p_domain, levels, rows, recipe)
    report(rows, domains, p_domain, levels, p_strong)
    model = fit(features, rows, domains, recipe)
    folder = options.out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    write(model, quantiles(levels, domains), folder / WEIGHTS_FILE)
    trained = Trained(rows, domains, default_threshold(rows, p_strong), folder / WEIGHTS_FILE, COMMAND)
    figures = figures_on_test(model, options.data, rows, options.sample, cache)
    for figure in figures:
        logger.info(
            "%s on %s: %.3f [%.3f, %.3f] beside %s",
            *(figure.metric, figure.dataset, figure.value, figure.low, figure.high, figure.baselines),
        )
    card = hierarchical_card(trained, figures)
    logger.info("written: %s", card.save(folder))
    save_scores(card, rows, p_strong, options.oof)


def save_scores(card: RouterCard, rows: Rows, p_strong: FloatArray, folder: Path) -> Path:
    """Saves P(strong), out of fold, of the rows whose route is known; `p_strong` has shape (n,)."""
    taught = np.flatnonzero(np.isfinite(rows.needed))
    keys = [rows.keys[row] for row in taught]
    return save_out_of_fold(card, keys, rows.sources[taught].tolist(), p_strong[taught], folder)


def report(rows: Rows, domains: IntArray, p_domain: FloatArray, levels: FloatArray, p_strong: FloatArray) -> None:
    """Logs the out-of-fold figures by which the recipe was chosen."""
    for source in np.unique(rows.sources):
        of_source = rows.sources == source
        known = np.flatnonzero(of_source & (domains >= 0))
        logger.info("%s: domain accuracy %.3f", source, accuracy(domains[known], p_domain[known].argmax(axis=1)))
        part = rows.take(np.flatnonzero(of_source))
        own = levels[np.arange(len(rows)), np.maximum(domains, 0)][of_source]
        learnt, by_length = complexity_correlation(part, domains[of_source], own)
        logger.info("%s: rank correlation of complexity %.3f, of length %.3f", source, learnt, by_length)
        judged = np.flatnonzero(of_source & np.isfinite(rows.wins))
        if not judged.size:
            continue
        needed, p = (rows.needed[judged] > 0.5).astype(np.int64), p_strong[judged]
        ranking = auc(needed, p) if source == CHAT_SOURCE else _apgr(rows, judged, p)
        calibration = ece(needed, np.stack([1 - p, p], axis=1))
        logger.info("%s: %.3f (AUC of chats, else APGR), ECE %.3f", source, ranking, calibration)


def _apgr(rows: Rows, judged: IntArray, p_strong: FloatArray) -> float:
    gap = 2 * rows.wins[judged] - 1
    return apgr(p_strong, np.zeros_like(gap), gap)


def default_threshold(rows: Rows, p_strong: FloatArray) -> float:
    """The highest P(strong) at which out-of-fold routing of exam questions recovers `DEFAULT_PGR` of the gap."""
    exams = np.flatnonzero(np.isfinite(rows.wins) & (rows.sources != CHAT_SOURCE))
    gap = 2 * rows.wins[exams] - 1
    curve = full_curve(p_strong[exams], np.zeros_like(gap), gap)
    recovered = np.array([pgr(float(quality), curve.weak, curve.strong) for quality in curve.quality])
    return float(curve.thresholds[np.flatnonzero(recovered >= DEFAULT_PGR)[0]])


def quantiles(levels: FloatArray, domains: IntArray) -> FloatArray:
    """Percentiles 0 to 100 of the out-of-fold complexity of each domain's rows, (101, k)."""
    columns = []
    for domain in range(len(DOMAINS)):
        own = levels[domains == domain, domain]
        columns.append(np.percentile(own if own.size else levels[:, domain], np.arange(101)))
    return np.column_stack(columns)


def write(model: HierarchicalModel, complexity_quantiles: FloatArray, path: Path) -> None:
    """Writes the weights in the form that `HierarchicalRouter` reads."""

    def stacked(models: Sequence[object], attribute: str) -> FloatArray:
        return np.stack([getattr(model, attribute) for model in models], axis=-1).astype(np.float32)

    np.savez_compressed(
        path,
        domains=np.array(DOMAINS),
        domain_weights=model.domain.weights.astype(np.float32),
        domain_bias=model.domain.bias.astype(np.float32),
        complexity_weights=stacked(model.complexity, "weights"),
        complexity_bias=stacked(model.complexity, "bias"),
        complexity_quantiles=complexity_quantiles.astype(np.float32),
        route_weights=stacked(model.route, "weights"),
        route_bias=stacked(model.route, "bias"),
    )


def _parser() -> argparse.ArgumentParser:
    parser = training_parser(COMMAND, __doc__)
    parser.add_argument("--oof", type=Path, default=FOLDER, help="folder of the out-of-fold scores")
    parser.add_argument("--cache", type=Path, default=CACHE, help="npz file that keeps features for the next run")
    return parser


if __name__ == "__main__":
    main()
