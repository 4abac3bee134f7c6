"""One training run of a router over measured outcomes: out-of-fold, calibration, weights, figures, card."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from router_models.card import RouterCard, TrainingData
from router_models.encoder import MAX_TOKENS, Encoders
from router_models.log_odds import logit
from router_models.outcome_router import MOST, OutcomeRouter
from router_models.registry import WEIGHTS
from router_models.training.command_line import training_options, training_parser
from router_models.training.file_hash import sha256_of
from router_models.training.out_of_fold import FOLDER as OOF
from router_models.training.outcome_budget import (
    aiq_figures,
    choose_cost_weight,
    load_trio,
    trio_figures,
    trio_out_of_fold,
)
from router_models.training.outcome_data import Outcomes, load_outcomes
from router_models.training.outcome_features import CACHE, Features, features_of
from router_models.training.outcome_figures import Served, exam_tests, in_domain_figures, transfer_figures
from router_models.training.outcome_fit import (
    Fit,
    apgr_by_set,
    default_threshold,
    fit_p_calibration,
    log_loss,
    out_of_fold,
)
from router_models.training.outcome_honest import honest_predictions, save_scores

SPLIT = "question hash mod 5: parts 2–4 train, parts 0–1 test"
CAUTION = "Learnt from exam questions and puzzles: expect little of it on chat."
NO_LICENCE = "no licence stated for most of its rows"
LICENCES = {
    "mmlu": ("lm-sys/RouteLLM", "Apache-2.0; the questions are MMLU's"),
    "gsm8k": ("lm-sys/RouteLLM and WildEval/ZeroEval", "Apache-2.0; the questions are GSM8K's"),
    "zeroeval-math-l5": ("WildEval/ZeroEval", "Apache-2.0"),
    "zeroeval-crux": ("WildEval/ZeroEval", "Apache-2.0"),
    "mmlu-pro": ("TIGER-AI-Lab/MMLU-Pro", "Apache-2.0"),
    "routerbench-part": ("shuhao02/RouterDC and FrontierCS/Frontier-CS", f"MIT for 297 rows, {NO_LICENCE}"),
    "llmrouter": ("ulab-uiuc/LLMRouter", "MIT"),
}
logger = logging.getLogger(__name__)

Save = Callable[[Outcomes, Features, Path], dict[str, Path]]
"""Fits on all rows and writes the weights below a folder; returns name on the card → file."""


@dataclass(frozen=True)
class Plan:
    """What one training script trains.

    Attributes:
        router: Router id.
        kind: Its class.
        title: As on the card.
        family: As on the card.
        method: As on the card.
        source: As on the card.
        parameters: The recipe's numbers that the router reads from its card.
        fit: Fits a predictor, for out-of-fold predictions and transfer.
        save: Fits on all rows and writes what is served.
        candidates: Other recipes for `--search`, by name.
        notes: As on the card.
    """

    router: str
    kind: type[OutcomeRouter]
    title: str
    family: str
    method: str
    source: str
    parameters: Mapping[str, float]
    fit: Fit
    save: Save
    candidates: Mapping[str, Fit]
    notes: tuple[str, ...] = ()


def run(plan: Plan, arguments: Sequence[str] | None = None) -> RouterCard | None:
    """The command line of a training script; returns the card, or None after `--search`."""
    command = f"python -m router_models.training.{plan.router.replace('-', '_')} --data DIR"
    parser = training_parser(command, plan.method)
    parser.add_argument("--cache", type=Path, default=CACHE, help="where the prompts' features are kept")
    parser.add_argument("--search", action="store_true", help="compare recipes out of fold, and write nothing")
    options = training_options(parser, arguments)
    outcomes = load_outcomes(options.data, sample=options.sample)
    features = features_of(outcomes.prompts, WEIGHTS, options.cache)
    if options.search:
        search(plan, outcomes, features)
        return None
    oof = OOF if options.sample is None else options.out / "oof"
    return train(plan, outcomes, features, options.data, options.out, oof, options.cache, options.sample, command)


def search(plan: Plan, outcomes: Outcomes, features: Features) -> None:
    """Logs what each recipe reaches out of fold."""
    for name, fit in plan.candidates.items():
        found = out_of_fold(fit, outcomes, features)
        logger.info("%s: APGR %s", name, _rounded(apgr_by_set(found.ranking, outcomes)))
        calibrated = fit_p_calibration(found.p_correct, outcomes.quality)
        p = calibrated(logit(np.clip(found.p_correct, 1 - MOST, MOST)))
        logger.info("%s: log-loss %s", name, _rounded(log_loss(p, outcomes)))


def train(
    plan: Plan,
    outcomes: Outcomes,
    features: Features,
    data: Path,
    out: Path,
    oof: Path,
    cache: Path | None,
    sample: int | None,
    command: str,
) -> RouterCard:
    """Calibrates out of fold, fits on all rows, measures what is served, and writes weights and card."""
    honest = honest_predictions(plan.fit, outcomes, features)
    threshold = default_threshold(honest.p_strong[honest.exams], outcomes.take(honest.exams))
    logger.info("out of fold: APGR %s", _rounded(apgr_by_set(honest.found.ranking, outcomes)))
    p_correct = honest.rates(logit(honest.found.p_correct))
    logger.info("out of fold: log-loss %s", _rounded(log_loss(p_correct, outcomes)))
    trio = load_trio(data, "train", sample)
    weight = choose_cost_weight(trio, trio_out_of_fold(outcomes, p_correct, trio))
    folder = out / plan.router
    folder.mkdir(parents=True, exist_ok=True)
    files = plan.save(outcomes, features, out)
    card = RouterCard(
        router=plan.router,
        title=plan.title,
        family=plan.family,
        routes=("weak", "strong"),
        method=plan.method,
        source=plan.source,
        trained_on=_training_data(outcomes),
        split=SPLIT,
        calibrated=True,
        threshold=round(threshold, 4),
        max_tokens=MAX_TOKENS,
        parameters={
            **plan.parameters,
            "slope": round(honest.ranking.slope, 5),
            "shift": round(honest.ranking.shift, 5),
            "p_slope": round(honest.rates.slope, 5),
            "p_shift": round(honest.rates.shift, 5),
            "cost_weight": weight,
        },
        caution=CAUTION,
        reference="outcomes",
        training_command=command,
        trained_at=datetime.now(UTC).date(),
        files={name: sha256_of(path) for name, path in files.items()},
        notes=(
            "Weak and strong are Mixtral-8x7B-Instruct and gpt-4-1106-preview, the pair it was measured on.",
            "P(strong) is the probability that only the strong LLM is right; the default threshold recovers half of "
            "the quality gap out of fold.",
            f"Knows outcomes of {len(outcomes.llms)} LLMs. Among the LLMs of a measured pool it assumes that they err "
            "independently given the prompt.",
            f"With the pool “Measured”, cost weight {weight:.2g} was the most accurate out of fold at no more than the "
            "cost of always gpt-4o; the trio's figures are at that weight.",
            *plan.notes,
        ),
    )
    card.save(folder)
    save_scores(card, outcomes, honest, oof)
    served = Served(plan.kind(card, folder, Encoders(WEIGHTS, threads=1)), WEIGHTS, cache)
    tests = exam_tests(data, sample)
    figures = in_domain_figures(served, tests)
    figures += transfer_figures(plan.fit, data, WEIGHTS, cache, tests, sample)
    figures += aiq_figures(served, data, sample)
    figures += trio_figures(served, data, weight, sample)
    card = card.model_copy(update={"figures": tuple(figures)})
    card.save(folder)
    for figure in figures:
        said = (figure.dataset, figure.metric, figure.value, figure.low, figure.high, figure.split)
        logger.info("%s %s %.3f [%.3f, %.3f] %s", *said)
    return card


def _training_data(outcomes: Outcomes) -> tuple[TrainingData, ...]:
    return tuple(
        TrainingData(
            name=source,
            rows=int((outcomes.sources == source).sum()),
            origin=LICENCES[source][0],
            licence=LICENCES[source][1],
            note=f"{_llms_of(outcomes, source)} LLMs",
        )
        for source in dict.fromkeys(outcomes.sources.tolist())
    )


def _llms_of(outcomes: Outcomes, source: str) -> int:
    return int(np.isfinite(outcomes.quality[outcomes.sources == source]).any(axis=0).sum())


def _rounded(values: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 4) for name, value in values.items()}
