"""Calibrates the cascade: `python -m router_models.training.cascade --data DIR`.

Nothing is learnt from prompts here: the stages are trained already. From their honest votes on the train parts (see
`router_models.training.ensemble`, which must have run) follow each stage's calibration, the bounds within which it
passes on, and what every threshold costs. The test part is looked at once, for the card.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, BoolArray, FloatArray, IntArray
from benchmarks.split import question_key
from llms.catalogue import Catalogue, load_catalogue
from llms.prices import quote
from llms.tokens import count_tokens
from router_models.base import Router
from router_models.card import BUDGET
from router_models.cascade import WEIGHTS_FILE
from router_models.cascade_budget import BudgetTable, RoutePrices
from router_models.encoder import Encoders
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS
from router_models.registry import WEIGHTS, build_routers
from router_models.training.cascade_card import ROUTER, Trained, cascade_card
from router_models.training.cascade_figures import cascade_figures
from router_models.training.cascade_fit import Cascade, Votes, fit_cascade
from router_models.training.command_line import training_options, training_parser
from router_models.training.composite_figures import strong_needed, test_parts
from router_models.training.ensemble_data import LOADERS, distinct
from router_models.training.ensemble_votes import CACHE as VOTES
from router_models.training.ensemble_votes import honest_votes, plain_votes
from router_models.training.out_of_fold import FOLDER
from router_models.training.outcome_data import N_FOLDS
from router_models.training.outcome_features import CACHE as FEATURES

COMMAND = "python -m router_models.training.cascade --data DIR"
STAGES = ("prompt-length", "hierarchical", "ensemble")
"""No encoder, half of the encoders, all of them."""

AGREEMENT = 0.95
"""Of what an early stage decides, so much must be what the last stage would have said."""

DEFAULT_SHARE = 0.3
"""The default budget pays for about so many strong calls."""

logger = logging.getLogger(__name__)


def main(arguments: Sequence[str] | None = None) -> None:
    """Calibrates on the train parts, evaluates on the test parts, and writes weights and card."""
    options = training_options(_parser(), arguments)
    caches = (None, None) if options.sample else (options.votes, options.features)
    routers = {router.id: router for router in build_routers(Encoders(options.weights, threads=1), options.weights)}
    stages = [routers[name] for name in options.stages.split(",")]
    parts = {name: distinct(load(options.data).part("train")) for name, load in LOADERS.items()}
    if options.sample:
        parts = {name: part.take(range(min(options.sample, len(part)))) for name, part in parts.items()}
    honest = {name: honest_votes(stages, part, options.oof, *caches) for name, part in parts.items()}
    votes, folds = joined(parts, honest)
    cascade = fit_cascade(votes, AGREEMENT)
    catalogue = load_catalogue()
    prices = pool_prices(catalogue)
    table = BudgetTable(cascade.thresholds, cascade.shares, cascade.prompt_tokens)
    budget = default_budget(table, prices)
    report(votes, folds, prices)
    folder = options.out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    write(cascade, stages, folder / WEIGHTS_FILE)
    test = test_parts(options.data, options.sample)
    plain = {name: plain_votes(stages, part, "test", *caches) for name, part in test.items()}
    rates = {name: float(strong_needed(part).mean()) for name, part in parts.items()}
    point = table.point(budget, prices)
    figures = cascade_figures(
        cascade, point, prices, test, plain, rates, {n: prompt_tokens(p) for n, p in test.items()}
    )
    for figure in figures:
        logger.info(
            "%s on %s: %.3f [%.3f, %.3f] beside %s",
            *(figure.metric, figure.dataset, figure.value, figure.low, figure.high, figure.baselines),
        )
    parameters = {BUDGET: budget, "agreement": AGREEMENT, **prices.as_parameters()}
    trained = Trained(
        stages, parts, parameters, float(cascade.thresholds[point]), catalogue, folder / WEIGHTS_FILE, COMMAND
    )
    logger.info("written: %s", cascade_card(trained, figures).save(folder))


def joined(parts: Mapping[str, Benchmark], honest: Mapping[str, FloatArray]) -> tuple[Votes, IntArray]:
    """The calibration mix: every data set weighs the same; rows without an honest vote of every stage are left out.

    Returns:
        The votes, n rows, and the fold of each.
    """
    p_strong, needed, tokens, weights, folds = [], [], [], [], []
    for name, part in parts.items():
        rows = np.flatnonzero(np.isfinite(honest[name]).all(axis=1))
        p_strong.append(honest[name][rows])
        needed.append(strong_needed(part)[rows].astype(np.float64))
        tokens.append(prompt_tokens(part)[rows])
        weights.append(np.full(len(rows), 1 / (len(rows) * len(parts))))
        folds.append(_folds(part)[rows])
    votes = Votes(np.vstack(p_strong), *(np.concatenate(values) for values in (needed, tokens, weights)))
    return votes, np.concatenate(folds)


def _folds(part: Benchmark) -> IntArray:
    return np.array([int(question_key(question), 16) // 5 % N_FOLDS for question in part.questions], dtype=np.int64)


def prompt_tokens(part: Benchmark) -> FloatArray:
    """Tokens of each prompt, (n,), by the tokenizer that stands in for all."""
    return np.array([count_tokens(prompt, "o200k_base").tokens for prompt in part.prompts], dtype=np.float64)


def pool_prices(catalogue: Catalogue) -> RoutePrices:
    """List prices of the default pool's weak and strong LLM, and the answer length that the app assumes."""
    input_usd, output_usd, output_tokens = [], [], []
    for route in ("weak", "strong"):
        llm = catalogue[catalogue.default_pool.serves[route]]
        quoted = quote(catalogue, llm.id, 0, 0)
        if quoted is None:
            raise ValueError(f"{llm.id} has no price")
        input_usd.append(float(quoted.price.input_usd_per_mtok))
        output_usd.append(float(quoted.price.output_usd_per_mtok))
        output_tokens.append(float(DEFAULT_OUTPUT_TOKENS + (DEFAULT_REASONING_TOKENS if llm.reasoning else 0)))
    return RoutePrices(
        (input_usd[0], input_usd[1]), (output_usd[0], output_usd[1]), (output_tokens[0], output_tokens[1])
    )


def default_budget(table: BudgetTable, prices: RoutePrices) -> float:
    """What the first threshold with at most `DEFAULT_SHARE` strong calls costs, rounded up to whole cents, in USD."""
    point = int(np.flatnonzero(table.shares <= DEFAULT_SHARE)[0])
    return float(np.ceil(table.usd_per_1000(prices)[point] * 100) / 100)


def report(votes: Votes, folds: IntArray, prices: RoutePrices) -> None:
    """Logs, per held-out fold and budget, what was spent: whether budgets are kept on prompts not calibrated on."""
    for fold in np.unique(folds):
        cascade = fit_cascade(votes.take(np.flatnonzero(folds != fold)), AGREEMENT)
        held_out = votes.take(np.flatnonzero(folds == fold))
        table = BudgetTable(cascade.thresholds, cascade.shares, cascade.prompt_tokens)
        dearest, cheapest = table.usd_per_1000(prices)[[0, -1]]
        for part in (0.1, 0.3, 0.5, 0.8):
            budget = float(cheapest + part * (dearest - cheapest))
            point = table.point(budget, prices)
            stage, p_strong = cascade.decide(held_out.p_strong, point)
            spent = spent_usd_per_1000(held_out, p_strong >= cascade.thresholds[point], prices)
            by_stage = np.bincount(stage, weights=held_out.weights, minlength=held_out.p_strong.shape[1]).round(2)
            logger.info(
                "fold %d: budget %.3f USD, spent %.3f, decided by stage %s", fold, budget, spent, by_stage.tolist()
            )


def spent_usd_per_1000(votes: Votes, strong: BoolArray, prices: RoutePrices) -> float:
    """What the LLMs' answers to 1,000 such prompts cost.

    Args:
        votes: n prompts.
        strong: Which of them go to the strong LLM, (n,).
        prices: Of the two LLMs.
    """
    routes = strong.astype(np.int64)
    read = votes.tokens * np.array(prices.input_usd_per_mtok)[routes]
    written = (np.array(prices.output_tokens) * prices.output_usd_per_mtok)[routes]
    return float(votes.weights @ (read + written)) / 1_000


def write(cascade: Cascade, stages: Sequence[Router], path: Path) -> None:
    """Writes the weights in the form that `CascadeRouter` reads."""
    np.savez_compressed(
        path,
        stages=np.array([stage.id for stage in stages]),
        slopes=cascade.slopes,
        intercepts=cascade.intercepts,
        lower=cascade.lower,
        upper=cascade.upper,
        thresholds=cascade.thresholds,
        shares=cascade.shares,
        prompt_tokens=cascade.prompt_tokens,
    )


def _parser() -> argparse.ArgumentParser:
    parser = training_parser(COMMAND, __doc__)
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="folder of the stages' weights")
    parser.add_argument("--stages", default=",".join(STAGES), help="router ids, cheapest first, separated by commas")
    parser.add_argument("--oof", type=Path, default=FOLDER, help="folder of the out-of-fold scores")
    parser.add_argument("--votes", type=Path, default=VOTES, help="folder that keeps stages' votes for the next run")
    parser.add_argument("--features", type=Path, default=FEATURES, help="npz file that keeps features")
    return parser


if __name__ == "__main__":
    main()
