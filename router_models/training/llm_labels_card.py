"""Cards of the routers that ask an LLM for a label: accuracy, macro F1 and calibration on test rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

import numpy as np

from benchmarks.benchmark import Benchmark, FloatArray
from benchmarks.data import nexos
from benchmarks.metrics import accuracy, auc, brier, ece, macro_f1
from router_models.card import Figure, RouterCard, TrainingData
from router_models.causal_5star import GGUF
from router_models.training.figures import measure

COMMAND = "python -m router_models.training.llm_labels --data DIR"
SPLIT = "question hash mod 5: parts 2–4 train, parts 0–1 test; a sample of each"
CAUTION = "Asks SmolLM2-135M unless ROUTER_LLM says otherwise: so small an LLM is a weak judge of prompts."
NOTES = (
    "Figures are for the local LLM; with another one, its probabilities are shown as stated, without the fit.",
    "The stated reason is the LLM's own text about the label; it is no proof of how the label came about.",
    "llama.cpp rounds differently with what its cache holds: a probability may differ by 0.03 after a restart.",
    "Where a provider states the first 20 alternatives only, a label beyond them counts as next to impossible.",
)


@dataclass(frozen=True, eq=False)
class CategoryResult:
    """What was measured.

    Attributes:
        held_out: Test rows of nexos.
        probabilities: Calibrated distribution over routes, (n, 3).
        more: Figures on other sets.
    """

    held_out: Benchmark
    probabilities: FloatArray
    more: tuple[Figure, ...]


def classifier_card(
    learn: Benchmark, result: CategoryResult | tuple[()], temperature: float, bias: FloatArray, gguf: str
) -> RouterCard:
    """Card of `llm-classifier`; an empty result makes one without figures, to fit with."""
    return RouterCard(
        router="llm-classifier",
        title="LLM as classifier",
        method="An LLM names the prompt's category, with token log-probabilities; a rule table gives the route.",
        source="Shubhamcl/routing_llms (LLM classifier); contextual calibration: arXiv 2102.09690",
        **_common(learn, result, temperature, bias, gguf),
    )


def router_card(
    learn: Benchmark, result: CategoryResult | tuple[()], temperature: float, bias: FloatArray, gguf: str
) -> RouterCard:
    """Card of `llm-router`; an empty result makes one without figures, to fit with."""
    return RouterCard(
        router="llm-router",
        title="LLM as router",
        method="An LLM picks the route from prompt, length, structure and attachment, with token log-probabilities.",
        source="request attributes: Tryage, arXiv 2308.11601; contextual calibration: arXiv 2102.09690",
        **_common(learn, result, temperature, bias, gguf),
    )


def coding_factual_figures(data: Benchmark, calibrated: FloatArray, stated: FloatArray) -> tuple[Figure, ...]:
    """Accuracy and calibration of the category itself; no parameter was fitted to this set.

    Args:
        data: Test rows.
        calibrated: Distribution over `data.routes` after contextual calibration, (n, 2).
        stated: The same as the LLM states it.
    """
    labels = data.route_labels
    majority = float(np.bincount(labels).max() / len(labels))
    figure = partial(measure, n_rows=len(labels), dataset="coding-factual", split="test, question hash parts 0–1")
    return (
        figure(
            "category accuracy",
            lambda rows: accuracy(labels[rows], calibrated.argmax(axis=1)[rows]),
            baselines={
                "majority class": majority,
                "without contextual calibration": accuracy(labels, stated.argmax(axis=1)),
            },
            published={"routing_llms, semantic": 0.936, "routing_llms, best": 0.974},
        ),
        figure("category ECE", lambda rows: ece(labels[rows], calibrated[rows])),
    )


def _common(
    learn: Benchmark, result: CategoryResult | tuple[()], temperature: float, bias: FloatArray, gguf: str
) -> dict[str, Any]:
    named = zip(nexos.ROUTES, bias.tolist(), strict=True)
    return {
        "family": "llm",
        "routes": nexos.ROUTES,
        "trained_on": (
            TrainingData(
                name="nexos",
                rows=len(set(learn.groups.tolist())),
                licence="MIT (as its README says; queries are from LMSYS Chatbot Arena conversations)",
                origin="Edvard-exe/nexos-hw",
                note="Only a temperature and two biases are fitted. Labels are what an LLM thought suitable.",
            ),
        ),
        "split": SPLIT,
        "figures": (*_chat_figures(learn, result), *result.more) if isinstance(result, CategoryResult) else (),
        "calibrated": True,
        "temperature": round(temperature, 4),
        "parameters": {f"bias_{route}": round(value, 4) for route, value in named},
        "caution": CAUTION,
        "training_command": COMMAND,
        "files": {GGUF: gguf},
        "trained_at": datetime.now(UTC).date(),
        "notes": NOTES,
    }


def _chat_figures(learn: Benchmark, result: CategoryResult) -> Sequence[Figure]:
    labels, p = result.held_out.route_labels, result.probabilities
    picks = p.argmax(axis=1)
    majority = np.full_like(picks, np.bincount(learn.route_labels).argmax())
    shares = np.bincount(learn.route_labels, minlength=p.shape[1]) / len(learn)
    figure = partial(
        measure,
        n_rows=len(labels),
        groups=result.held_out.groups,
        dataset="nexos",
        split="test, question hash parts 0–1, sample",
    )
    return (
        figure(
            "accuracy",
            lambda rows: accuracy(labels[rows], picks[rows]),
            baselines={"majority class": accuracy(labels, majority)},
            published={"nexos-hw, best": 0.790},
        ),
        figure(
            "macro F1",
            lambda rows: macro_f1(labels[rows], picks[rows]),
            baselines={"majority class": macro_f1(labels, majority)},
            published={"nexos-hw, best": 0.7505},
        ),
        figure("AUC", lambda rows: auc(labels[rows], p[rows]), baselines={"random": 0.5}),
        figure("ECE", lambda rows: ece(labels[rows], p[rows])),
        figure(
            "Brier",
            lambda rows: brier(labels[rows], p[rows]),
            baselines={"class shares": brier(labels, np.tile(shares, (len(labels), 1)))},
        ),
    )
