"""The card of `causal-5star`: agreement of stars, routing quality and calibration on test rows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

import numpy as np

from benchmarks.benchmark import FloatArray, IntArray
from benchmarks.data.mmlu import STRONG, WEAK
from benchmarks.metrics import apgr, auc, brier, ece
from router_models.card import Figure, RouterCard, TrainingData
from router_models.causal_5star import GGUF, STARS, SUFFICES, star_probabilities
from router_models.training.causal_5star_data import StarRows
from router_models.training.figures import measure
from router_models.training.judged import JUDGED, judged_data
from router_models.training.ordinal import OrdinalHead

COMMAND = "python -m router_models.training.causal_5star --data DIR"
LICENCES = {
    "gsm8k": ("MIT (questions); outcomes Apache-2.0", "lm-sys/RouteLLM"),
    "mmlu": ("MIT (questions); outcomes Apache-2.0", "lm-sys/RouteLLM"),
    "ray": ("CC BY 4.0", "ray-project/llm-applications"),
    "ray-rated": ("CC BY 4.0", "ray-project/llm-applications"),
}
PUBLISHED = {
    "mmlu": {"RouteLLM causal LLM (Llama-3-8B)": 0.600, "best RouteLLM router": 0.603},
    "gsm8k": {"RouteLLM causal LLM (Llama-3-8B)": 0.622},
    "mt-bench": {"RouteLLM causal LLM (Llama-3-8B)": 0.679, "best RouteLLM router": 0.802},
}


def five_star_card(
    learn: Sequence[StarRows],
    held_out: Sequence[StarRows],
    scores: Sequence[FloatArray],
    head: OrdinalHead,
    threshold: float,
    gguf_sha256: str,
    ridge: float,
) -> RouterCard:
    """Measures the head on the test rows and fills in the card; `scores` are the head's, one array per test set."""
    figures: list[Figure] = []
    for rows, score in zip(held_out, scores, strict=True):
        figures += _figures(rows, star_probabilities(score, head.cuts))
    return RouterCard(
        router="causal-5star",
        title="Causal LLM, five stars",
        family="llm",
        routes=("weak", "strong"),
        method="A small LLM's hidden states rate the weak LLM's answer from 1 to 5 stars; weak is picked at 4 or more.",
        source="RouteLLM, arXiv 2406.18665 (causal LLM classifier), and Anyscale's LLM router (1–5 stars); "
        "here the LLM is SmolLM2-135M-Instruct and is not fine-tuned",
        trained_on=tuple(_trained_on(rows) for rows in learn),
        split="question hash mod 5: parts 2–4 train, parts 0–1 test; ray keeps its own test file",
        figures=tuple(f for f in figures if not math.isnan(f.value)),  # a trial's few rows may lack a class
        calibrated=True,
        threshold=round(threshold, 4),
        parameters={"ridge": ridge},
        caution="Its LLM has 135 million parameters and knows little; learnt from exam questions and documentation.",
        training_command=COMMAND,
        files={GGUF: gguf_sha256},
        trained_at=datetime.now(UTC).date(),
        notes=(
            "Most training answers are only right (4–5 stars) or wrong (1–3); the cut points within these come from "
            "the rated rows, which are few.",
            "Hidden states were read in bfloat16 by PyTorch and are served by llama.cpp from the same 4-bit file.",
            "just-eval rates the depth of another weak LLM's answers (gpt-3.5-turbo-0301): "
            "the head does not carry over.",
            "QWK compares the likeliest whole star with the judge's; a constant guess has 0.",
        ),
    )


def _trained_on(rows: StarRows) -> TrainingData:
    name = rows.name.removesuffix("-train")
    if name.startswith(JUDGED):
        return judged_data(rows)
    licence, origin = LICENCES[name]
    rated = bool((rows.low == rows.high).all())
    note = "stars by GPT-4" if rated else "whether the weak LLM (Mixtral-8x7B) sufficed"
    return TrainingData(name=name, rows=len(set(rows.keys)), licence=licence, origin=origin, note=note)


def _figures(rows: StarRows, p_stars: FloatArray) -> list[Figure]:
    name = rows.name.removesuffix("-test")
    suffices = p_stars[:, SUFFICES - 1 :].sum(axis=1)
    both = np.column_stack([suffices, 1 - suffices])
    needed = (rows.high < SUFFICES).astype(np.int64)
    where = "test" if rows.source is None or name in {"ray", "ray-rated"} else "test, question hash parts 0–1"
    if name in {"mt-bench", "just-eval"}:
        where = "all, never trained on"
    figure = partial(measure, n_rows=len(rows), dataset=name, split=where)
    figures = []
    if bool((rows.low == rows.high).all()):
        stars = p_stars.argmax(axis=1) + 1
        expected = p_stars @ STARS
        figures.append(
            figure("QWK", lambda r: quadratic_weighted_kappa(rows.low[r], stars[r]), baselines={"constant": 0.0})
        )
        figures.append(
            figure("rank correlation", lambda r: _spearman(expected[r], rows.low[r]), baselines={"random": 0.0})
        )
    if rows.source is not None and STRONG in rows.source.quality and name in PUBLISHED:
        weak, strong = rows.source.quality[WEAK], rows.source.quality[STRONG]
        figures.append(
            figure(
                "APGR",
                lambda r: apgr(1 - suffices[r], weak[r], strong[r]),
                baselines={"random": 0.5},
                published=PUBLISHED[name],
            )
        )
    if 0 < needed.sum() < len(needed):
        figures.append(figure("AUC", lambda r: auc(needed[r], 1 - suffices[r]), baselines={"random": 0.5}))
    base = np.full_like(both, needed.mean())
    base[:, 0] = 1 - needed.mean()
    figures.append(figure("ECE", lambda r: ece(needed[r], both[r])))
    figures.append(figure("Brier", lambda r: brier(needed[r], both[r]), baselines={"base rate": brier(needed, base)}))
    return figures


def quadratic_weighted_kappa(stars: IntArray, guessed: IntArray) -> float:
    """Agreement of two ratings 1–5 beyond chance, a disagreement counting by its square; both (n,).

    Source:
        Cohen, Weighted Kappa, 1968.
    """
    difference = (stars[:, None] - guessed[None, :]) ** 2
    expected = float(difference.mean())
    observed = float(((stars - guessed) ** 2).mean())
    return 1.0 - observed / expected if expected else 0.0


def _spearman(expected: FloatArray, stars: IntArray) -> float:
    from scipy.stats import spearmanr

    if np.ptp(expected) == 0 or np.ptp(stars) == 0:
        return float("nan")
    return float(spearmanr(expected, stars).statistic)
