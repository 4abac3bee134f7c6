"""Fits the semantic router and its category head: `python -m router_models.training.semantic --data DIR`.

The descriptions in assets/categories.yaml are written by hand. Temperature, biases, rule table and the number of
descriptions that count are chosen by grouped cross-validation on train parts; test parts are looked at once, for the
card.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray, IntArray
from benchmarks.data import coding_factual, gsm8k, mmlu, nexos, ray
from benchmarks.metrics import accuracy, auc, macro_f1
from benchmarks.split import question_key
from router_models.card import RouterCard, load_card
from router_models.category_head import HEAD_FILE, STATE
from router_models.category_similarity import (
    EMBEDDINGS_FILE,
    FITS_FILE,
    CategoryFit,
    category_similarity,
    nearest_mean,
    write_embeddings,
    write_fits,
)
from router_models.encoder import Encoders
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS
from router_models.rules import CategorySet, shipped_categories
from router_models.semantic import SemanticRouter
from router_models.training.command_line import training_options, training_parser
from router_models.training.out_of_fold import FOLDER, save_out_of_fold
from router_models.training.semantic_card import COMMAND, make_card
from router_models.training.semantic_fit import (
    LEAST,
    TableFit,
    choose_nearest,
    fit_table,
    fit_to_categories,
    fit_to_routes,
    fold_of,
    out_of_fold,
)
from router_models.training.semantic_head import STRENGTHS, fit_head, head_out_of_fold, loss_of

NEIGHBOURS = (3, 5, 8, 12, 16)
ROUTER = "semantic"
UNSEEN = {"mmlu": mmlu.load, "gsm8k": gsm8k.load, "ray": ray.load}
DIGITS = 5
logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Data:
    """What it learns from: route labels of chats, and category labels."""

    chats: Benchmark
    categories: Benchmark


def main(arguments: Sequence[str] | None = None) -> None:
    """Fits on the train parts, evaluates on the test parts, and writes weights and card."""
    parser = training_parser(COMMAND, __doc__)
    parser.add_argument(
        "--scores", type=Path, nargs="?", const=FOLDER, help="folder for P(strong) on train parts, out of fold on nexos"
    )
    options = training_options(parser, arguments)
    sample = options.sample
    data = Data(first(nexos.load(options.data), sample), first(coding_factual.load(options.data), sample))
    card, p_nexos = train(data, options.out)
    for figure in card.figures:
        logger.info("%s %s %.3f [%.3f, %.3f]", figure.dataset, figure.metric, figure.value, figure.low, figure.high)
    if options.scores:
        save_scores(options.scores, options.data, data.chats.part("train"), p_nexos, options.out / ROUTER, sample)


def save_scores(
    folder: Path, data_dir: Path, chats: Benchmark, p_chats: FloatArray, weights: Path, sample: int | None
) -> Path:
    """Saves p_strong on train parts: out of fold on nexos, plain on sets that it has never learnt from.

    Args:
        folder: Where to.
        data_dir: Folder of the public data sets.
        chats: The train part of nexos.
        p_chats: Its out-of-fold P(route), (n, n_routes).
        weights: The trained router's folder.
        sample: Rows of each set to use; None for all.
    """
    card = load_card(weights)
    router = SemanticRouter(card, weights, Encoders(WEIGHTS))
    parts = {"nexos": chats}
    parts |= {name: first(load(data_dir).part("train"), sample) for name, load in UNSEEN.items()}
    p_strong = {name: 1 - router.predict_proba(part.prompts)[:, 0] for name, part in parts.items() if name in UNSEEN}
    p_strong["nexos"] = 1 - p_chats[:, 0]
    keys = [question_key(question) for part in parts.values() for question in part.questions]
    names = [name for name, part in parts.items() for _ in part.questions]
    return save_out_of_fold(card, keys, names, np.concatenate([p_strong[name] for name in parts]), folder)


def train(data: Data, out: Path, weights: Path = WEIGHTS) -> tuple[RouterCard, FloatArray]:
    """Fits, evaluates and saves everything to `out/semantic`.

    Args:
        data: Both parts of both sets.
        out: Folder of the routers' weights to write to.
        weights: Folder with the frozen encoder.

    Returns:
        The card, and P(route) of the train chats out of fold, (n, n_routes).
    """
    folder = out / ROUTER
    folder.mkdir(parents=True, exist_ok=True)
    encoders, sets = Encoders(weights), shipped_categories()
    texts = list(dict.fromkeys(text for group in sets.values() for text in _texts(group)))
    write_embeddings(folder / EMBEDDINGS_FILE, texts, encoders.embeddings(PromptBatch(texts)))
    router = SemanticRouter(_untrained(), folder, encoders)
    chats, labelled = data.chats.part("train"), data.categories.part("train")
    batch = PromptBatch(chats.prompts)
    general, p_nexos = fit_general(similarities(router, sets["general"], batch), chats)
    coding = fit_coding(router, sets["coding-factual"], labelled, batch, chats)
    write_fits(folder / FITS_FILE, {"general": general, "coding-factual": coding})
    strength = train_head(encoders, labelled, folder)
    trained = SemanticRouter(_untrained(), folder, encoders)
    card = make_card(trained, data.chats, data.categories, strength)
    card.save(folder)
    return card, p_nexos


def similarities(router: SemanticRouter, categories: CategorySet, batch: PromptBatch) -> dict[int, FloatArray]:
    """Similarity of prompts with categories, (n, n_categories), by the number of descriptions that count."""
    sizes = [len(category.descriptions) for category in categories.categories.values()]
    cosines = router.encoders.embeddings(batch) @ router.embed(_texts(categories)).T
    return {nearest: category_similarity(cosines, sizes, nearest_mean(sizes, nearest)) for nearest in NEIGHBOURS}


def fit_general(similarity: dict[int, FloatArray], chats: Benchmark) -> tuple[CategoryFit, FloatArray]:
    """Temperature, biases and rule table of the general categories, from route labels alone.

    Returns:
        The fit on all rows, and out-of-fold P(route), (n, n_routes).
    """
    labels, folds, k = chats.route_labels, fold_of(chats.questions), len(chats.routes)
    tried = {nearest: out_of_fold(values, labels, folds, k) for nearest, values in similarity.items()}
    for nearest, p in tried.items():
        _log_routes(f"general categories, {nearest} nearest descriptions", p, labels)
    nearest = choose_nearest(tried, labels)
    fit = fit_to_routes(similarity[nearest], labels, k)
    return _category_fit(fit, nearest, shipped_categories()["general"].ids, chats.routes), tried[nearest]


def fit_coding(
    router: SemanticRouter, categories: CategorySet, labelled: Benchmark, batch: PromptBatch, chats: Benchmark
) -> CategoryFit:
    """Temperature and biases from category labels, then the rule table from route labels."""
    target = category_labels(labelled, categories.ids)
    folds = fold_of(labelled.questions)
    tried: dict[int, FloatArray] = {}
    found = similarities(router, categories, PromptBatch(labelled.prompts))
    for nearest, values in found.items():
        tried[nearest] = np.empty(values.shape)
        for fold in np.unique(folds):
            left_out = folds == fold
            temperature, bias = fit_to_categories(values[~left_out], target[~left_out])
            tried[nearest][left_out] = TableFit(temperature, bias, np.eye(2)).p_category(values[left_out])
        right = accuracy(target, tried[nearest].argmax(axis=1))
        loss = loss_of(tried[nearest][:, 0], 1 - target)
        logger.info("coding or factual, %d nearest, out of fold: loss %.3f, accuracy %.4f", nearest, loss, right)
    nearest = choose_nearest(tried, target)
    temperature, bias = fit_to_categories(found[nearest], target)
    p_category = TableFit(temperature, bias, np.eye(2)).p_category(similarities(router, categories, batch)[nearest])
    table = fit_table(p_category, chats.route_labels, len(chats.routes))
    return _category_fit(TableFit(temperature, bias, table), nearest, categories.ids, chats.routes)


def train_head(encoders: Encoders, labelled: Benchmark, folder: Path) -> float:
    """Trains the category head at the strength of least out-of-fold loss, saves it, and returns that strength."""
    states = encoders.lower_means(PromptBatch(labelled.prompts))[:, STATE].astype(np.float64)
    is_coding = 1 - category_labels(labelled, shipped_categories()["coding-factual"].ids)
    folds = fold_of(labelled.questions)
    losses = {}
    for strength in STRENGTHS:
        p = head_out_of_fold(states, is_coding, folds, strength)
        losses[strength] = loss_of(p, is_coding)
        right = accuracy(is_coding, (p >= 0.5).astype(np.int64))
        logger.info("category head, C %g, out of fold: loss %.3f, accuracy %.4f", strength, losses[strength], right)
    best = min(losses, key=losses.__getitem__)
    fit_head(states, is_coding, best).save(folder / HEAD_FILE)
    return best


def category_labels(labelled: Benchmark, ids: Sequence[str]) -> IntArray:
    """Category of each row as an index into `ids`, (n,)."""
    return np.array([ids.index(category) for category in labelled.categories], dtype=np.int64)


def _category_fit(fit: TableFit, nearest: int, ids: Sequence[str], routes: Sequence[str]) -> CategoryFit:
    rules = {
        name: {route: round(float(p), DIGITS) for route, p in zip(routes, row, strict=True)}
        for name, row in zip(ids, fit.table, strict=True)
    }
    bias = {name: round(float(value), DIGITS) for name, value in zip(ids, fit.bias, strict=True)}
    return CategoryFit(nearest=nearest, temperature=round(fit.temperature, DIGITS), bias=bias, rules=rules)


def _texts(categories: CategorySet) -> list[str]:
    return [text for category in categories.categories.values() for text in category.descriptions]


def first(data: Benchmark, sample: int | None) -> Benchmark:
    """The first rows only, for a trial."""
    return data.take(range(min(sample, len(data)))) if sample else data


def _untrained() -> RouterCard:
    return RouterCard(router=ROUTER, title=ROUTER, family="similarity", routes=nexos.ROUTES, method="not trained yet")


def _log_routes(what: str, p: FloatArray, labels: IntArray) -> None:
    picks = p.argmax(axis=1)
    loss = float(-np.log(np.maximum(p[np.arange(len(labels)), labels], LEAST)).mean())
    figures = (loss, accuracy(labels, picks), macro_f1(labels, picks), auc(labels, p))
    logger.info("%s, out of fold: loss %.3f, accuracy %.3f, macro F1 %.3f, AUC %.3f", what, *figures)


if __name__ == "__main__":
    main()
