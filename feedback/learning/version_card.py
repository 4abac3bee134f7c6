"""The card of a learnt version: everything that the card of a router says, measured on held-out labels."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from feedback.learning.figures import ECE
from feedback.learning.learnable import TASK_TITLES, Task
from feedback.learning.report import Compared, Report
from router_models.card import Figure, RouterCard, TrainingData

DATASET = "labels of this installation"
CALIBRATION = "ECE"
"""As cards name it."""

HOW: Mapping[Task, str] = {
    "threshold": "Only its threshold was learnt from {n} labels of this installation.",
    "retrain": "What it says was corrected by what {n} labels of this installation taught it.",
    "votes": "How much each router's vote weighs was learnt from {n} labels of this installation.",
}
EMBEDDINGS = (
    "It holds embeddings of the labelled prompts: not their words, but numbers from which a topic can be guessed. "
    "Mind that before you share it."
)


def version_card(
    base: RouterCard,
    task: Task,
    report: Report,
    on: date,
    *,
    threshold: float | None,
    parameters: Mapping[str, float],
    holds_embeddings: bool,
) -> RouterCard:
    """The card of a version, still without its number.

    Args:
        base: Card of the router as it ships.
        task: What was learnt.
        report: Before and after.
        on: The day.
        threshold: The operating point; None where there are more than two routes.
        parameters: Small learnt numbers, by name.
        holds_embeddings: Whether prompts' embeddings are among its weights.
    """
    kept_figures = base.figures if task == "threshold" else ()
    held_out = "random ones of" if report.random else "all of"
    return base.model_copy(
        update={
            "method": f"{base.method} {HOW[task].format(n=report.learning)}",
            "trained_on": (*base.trained_on, _data(report)),
            "split": f"{base.split}; labels: question hash mod 5, parts 2–4 learn, {held_out} parts 0–1 measure",
            "figures": (*(_figure(compared, report) for compared in report.figures), *kept_figures),
            "calibrated": base.calibrated or task != "threshold",
            "temperature": base.temperature if task == "threshold" else 1.0,
            "threshold": threshold,
            "parameters": {**(base.parameters if task == "threshold" else {}), **parameters},
            "caution": _caution(base, task, report),
            "training_command": f"python -m feedback learn --router {base.router} --task {task}",
            "trained_at": on,
            "version": "learnt",
            "files": {},
            "notes": (
                f"{TASK_TITLES[task]}: {report.sentence}",
                *report.caveats,
                *((EMBEDDINGS,) if holds_embeddings else ()),
                *base.notes,
            ),
        }
    )


def _data(report: Report) -> TrainingData:
    tiers = ", ".join(f"{count} {tier}" for tier, count in report.by_tier.items())
    sources = ", ".join(f"{count} {source}" for source, count in report.by_source.items())
    return TrainingData(
        name=DATASET,
        rows=report.learning,
        licence="this installation's own",
        origin="this installation",
        note=f"{report.held_out} more were held out. Needed tiers: {tiers}. Sources: {sources}.",
    )


def _figure(compared: Compared, report: Report) -> Figure:
    after, before = compared.after, compared.before
    missing = after.value is None or after.low is None or after.high is None
    return Figure(
        metric=CALIBRATION if compared.metric == ECE else compared.metric,
        value=0.0 if after.value is None else after.value,
        low=0.0 if after.low is None else after.low,
        high=1.0 if after.high is None else after.high,
        rows=report.held_out,
        dataset=DATASET,
        split="held out from learning" + (", drawn at random" if report.random else ""),
        baselines={} if before.value is None else {"before learning": before.value},
        note="The labels do not say." if missing else "",
    )


def _caution(base: RouterCard, task: Task, report: Report) -> str:
    said = base.caution if task == "threshold" else ""
    if report.verdict == "better":
        return said
    found = f"What it learnt is {report.verdict} on {report.held_out} held-out labels."
    if report.verdict == "worse":
        found = f"It does worse than before on {report.held_out} held-out labels: {report.headline}."
    return f"{found} {said}".strip()
