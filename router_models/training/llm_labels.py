"""Fits temperature and route biases of `llm-classifier` and `llm-router` to the local LLM, and writes their cards.

`python -m router_models.training.llm_labels --data DIR`. The LLM itself is not trained. Everything is chosen on train;
test rows are looked at once, for the cards. Samples are drawn with a fixed seed, because an LLM is slow without a GPU.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.optimize import minimize

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.data import coding_factual, nexos
from llms.chat import Message
from llms.label_probabilities import Question, begins, label_shares
from llms.local import local_llm
from router_models.card import RouterCard
from router_models.encoder import Encoders
from router_models.llm_classifier import LlmClassifierRouter, category_question
from router_models.llm_labels import CONTENT_FREE, TURN, LlmLabelRouter, calibrated_labels, cut_prompt, shifted_routes
from router_models.llm_router import LlmRouter
from router_models.registry import WEIGHTS
from router_models.rules import read_categories
from router_models.training.command_line import training_options, training_parser
from router_models.training.file_hash import sha256_of
from router_models.training.llm_labels_card import (
    COMMAND,
    CategoryResult,
    classifier_card,
    coding_factual_figures,
    router_card,
)
from router_models.training.llm_readings import Readings
from router_models.training.llm_states import StateReader
from router_models.training.temperature import negative_log_likelihood

TRAIN_ROWS, TEST_ROWS = 400, 600
ARTIFACTS = Path("artifacts")
logger = logging.getLogger(__name__)


@dataclass(frozen=True, eq=False)
class Fit:
    """Temperature of the labels and a bias per route, the first route's being 0."""

    temperature: float
    bias: FloatArray


def label_log_probabilities(
    readings: Readings, name: str, prompts: Sequence[str], questions: Sequence[Question]
) -> FloatArray:
    """Log-probability of each label, (n, n_labels), of questions that differ in their last turn only."""
    around = [_around(prompt, one) for prompt, one in zip(prompts, questions, strict=True)]
    before, afters = around[0][0], [after for _, after in around]
    labels = questions[0].labels

    def read(reader: StateReader) -> dict[str, FloatArray]:
        lasts = reader.states(prompts, before, afters)[1]
        stated = reader.next_tokens(lasts, lambda text: any(begins(text, label) for label in labels))
        return {"log_p": np.log([list(label_shares(row, labels).values()) for row in stated])}

    return readings.kept(name, [before, *prompts, *afters], read)["log_p"]


def main(arguments: Sequence[str] | None = None) -> None:
    """Asks, fits, evaluates and writes both cards."""
    parser = training_parser(COMMAND, __doc__)
    parser.add_argument("--threads", type=int, default=1, help="threads of PyTorch")
    options = training_options(parser, arguments)
    artifacts = options.out if options.sample else ARTIFACTS
    readings = Readings(local_llm().file(), artifacts / "llm_labels", options.threads)
    chat = nexos.load(options.data)
    learn = _sampled(chat.part("train"), options.sample or TRAIN_ROWS)
    held_out = _sampled(chat.part("test"), options.sample or TEST_ROWS)
    twofold = coding_factual.load(options.data).part("test")
    twofold = _sampled(twofold, options.sample) if options.sample else twofold
    for card in (
        train_classifier(readings, learn, held_out, twofold),
        train_router(readings, learn, held_out),
    ):
        folder = options.out / card.router
        folder.mkdir(parents=True, exist_ok=True)
        card.save(folder)
        for f in card.figures:
            logger.info("%s %s %s %.3f [%.3f, %.3f]", card.router, f.dataset, f.metric, f.value, f.low, f.high)


def train_classifier(readings: Readings, learn: Benchmark, held_out: Benchmark, twofold: Benchmark) -> RouterCard:
    """Card of `llm-classifier`, measured on chat prompts and on telling code from facts."""
    blank = classifier_card(learn, (), 1.0, np.zeros(3), sha256_of(local_llm().file()))
    router = LlmClassifierRouter(blank, Path(), Encoders(WEIGHTS))
    fit, probabilities = _fit_and_apply(readings, router, learn, held_out)
    categories = read_categories()["coding-factual"]
    questions = [category_question(categories, cut_prompt(prompt)) for prompt in twofold.prompts]
    log_p = _ask(readings, "coding-factual", twofold.prompts, questions)
    free = _ask(readings, "coding-factual-free", CONTENT_FREE, [category_question(categories, p) for p in CONTENT_FREE])
    p_category = calibrated_labels(log_p, _mean_log(free), 1.0)
    columns = [categories.ids.index(name) for name in twofold.routes]
    figures = coding_factual_figures(twofold, p_category[:, columns], np.exp(log_p)[:, columns])
    result = CategoryResult(held_out, probabilities, figures)
    return classifier_card(learn, result, fit.temperature, fit.bias, sha256_of(local_llm().file()))


def train_router(readings: Readings, learn: Benchmark, held_out: Benchmark) -> RouterCard:
    """Card of `llm-router`, measured on chat prompts."""
    blank = router_card(learn, (), 1.0, np.zeros(3), sha256_of(local_llm().file()))
    router = LlmRouter(blank, Path(), Encoders(WEIGHTS))
    fit, probabilities = _fit_and_apply(readings, router, learn, held_out)
    result = CategoryResult(held_out, probabilities, ())
    return router_card(learn, result, fit.temperature, fit.bias, sha256_of(local_llm().file()))


def fit_labels(router: LlmLabelRouter, log_p: FloatArray, free: FloatArray, labels: IntArray) -> Fit:
    """Temperature and route biases of least negative log-likelihood.

    Args:
        router: Says what follows from label probabilities.
        log_p: Stated log-probabilities of train prompts, (n, n_labels).
        free: Those of a content-free prompt, (n_labels,).
        labels: Index of the route each prompt should get, (n,).
    """

    def loss(parameters: FloatArray) -> float:
        routes = router.to_routes(calibrated_labels(log_p, free, float(np.exp(parameters[0]))))
        bias = [0.0, *parameters[1:]]
        return negative_log_likelihood(np.log(shifted_routes(routes, bias)), labels)

    found = minimize(loss, np.zeros(len(router.routes)), method="Nelder-Mead", options={"maxiter": 800}).x
    return Fit(float(np.exp(found[0])), np.append(0.0, found[1:]))


def _fit_and_apply(
    readings: Readings, router: LlmLabelRouter, learn: Benchmark, held_out: Benchmark
) -> tuple[Fit, FloatArray]:
    def asked(part: str, prompts: Sequence[str]) -> FloatArray:
        return _ask(readings, f"{router.id}-{part}", prompts, [router.question(prompt) for prompt in prompts])

    free = _mean_log(asked("free", CONTENT_FREE))
    fit = fit_labels(router, asked("train", learn.prompts), free, learn.route_labels)
    routes = router.to_routes(calibrated_labels(asked("test", held_out.prompts), free, fit.temperature))
    logger.info("%s: temperature %.2f, biases %s", router.id, fit.temperature, np.round(fit.bias, 2))
    return fit, shifted_routes(routes, fit.bias.tolist())


def _ask(readings: Readings, name: str, prompts: Sequence[str], questions: Sequence[Question]) -> FloatArray:
    """Asks about whole prompts, which the questions hold cut to length."""
    return label_log_probabilities(readings, name, [cut_prompt(prompt) for prompt in prompts], questions)


def _mean_log(log_p: FloatArray) -> FloatArray:
    mean: FloatArray = np.log(np.exp(log_p).mean(axis=0))
    return mean


def _around(prompt: str, question: Question) -> tuple[str, str]:
    """The rendered question before and behind the prompt, up to the label."""
    *earlier, last = question.messages
    before = "".join(_rendered(message) for message in earlier) + "<|im_start|>user\n" + TURN
    behind = last.content[len(TURN) + len(prompt) :]
    return before, f"{behind}<|im_end|>\n<|im_start|>assistant\n{question.opening}"


def _rendered(message: Message) -> str:
    return f"<|im_start|>{message.role}\n{message.content}<|im_end|>\n"


def _sampled(part: Benchmark, rows: int) -> Benchmark:
    if rows >= len(part):
        return part
    return part.take(np.sort(np.random.default_rng(0).choice(len(part), rows, replace=False)))


if __name__ == "__main__":
    main()
