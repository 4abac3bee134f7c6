"""How the Keras family learnt: curves by epoch, and the table of architectures, configurations and seeds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bootstrap import Estimate
from benchmarks.keras_study import STUDY_FILE, Configuration, Interval, KerasStudy, Run, load_study
from errors import UnknownNameError

PREFIX = "keras-"


@dataclass(frozen=True)
class LearningCurve:
    """One network's training, a number per epoch.

    Attributes:
        configuration: `published`, `published without class weights` or `tuned`.
        seed: Of the network.
        train_loss: With dropout and, where classes are weighted, weighted.
        validation_loss: On the validation part.
        train_accuracy: Share right.
        validation_accuracy: Share right.
        shipped: Whether the router averages this network.
    """

    configuration: Configuration
    seed: int
    train_loss: tuple[float, ...]
    validation_loss: tuple[float, ...]
    train_accuracy: tuple[float, ...]
    validation_accuracy: tuple[float, ...]
    shipped: bool


@dataclass(frozen=True)
class SeedRow:
    """One architecture in one configuration.

    Attributes:
        router: Id of the router of that architecture.
        configuration: As above.
        seeds: Networks trained.
        over_seeds: Metric → mean over single networks with the t interval of that mean.
        spread: Metric → lowest and highest network.
        shipped: Metric → the average of the networks, with bootstrap intervals; empty if it is not shipped.
        published: Metric → published figure of that architecture; empty where there is none.
        recipe: Setting → value.
    """

    router: str
    configuration: Configuration
    seeds: int
    over_seeds: dict[str, Estimate]
    spread: dict[str, tuple[float, float]]
    shipped: dict[str, Estimate]
    published: dict[str, float]
    recipe: dict[str, float | int | str | tuple[int, ...] | None]


def learning_curves(router: str, path: Path = STUDY_FILE) -> list[LearningCurve]:
    """Curves of every network of a Keras router, by configuration and seed.

    Raises:
        UnknownNameError: The router is not of the Keras family.
        DataError: The study is missing or damaged.
    """
    runs = [run for run in load_study(path).runs if f"{PREFIX}{run.architecture}" == router]
    if not runs:
        what = f"No learning curves were kept of {router[:60]!r}."
        raise UnknownNameError(what, "Choose a router of the Keras family; the others are not trained in epochs.")
    return [
        LearningCurve(
            run.configuration,
            one.seed,
            one.curves.train_loss,
            one.curves.validation_loss,
            one.curves.train_accuracy,
            one.curves.validation_accuracy,
            bool(run.shipped),
        )
        for run in runs
        for one in run.seeds
    ]


def seed_table(path: Path = STUDY_FILE) -> list[SeedRow]:
    """The study as a table: architectures × configurations; raises DataError as `load_study`."""
    study = load_study(path)
    return [_row(run, study) for run in study.runs]


def study_note(path: Path = STUDY_FILE) -> str:
    """What must be known beside the table; raises DataError as `load_study`."""
    study = load_study(path)
    return (
        f"{study.train_rows:,} train and {study.test_rows:,} test rows of {study.dataset}; always saying weak has "
        f"accuracy {study.constant_accuracy:.3f}. {study.published_note}"
    )


def _row(run: Run, study: KerasStudy) -> SeedRow:
    metrics: Sequence[str] = tuple(run.seeds[0].metrics)
    values = {metric: [one.metrics[metric] for one in run.seeds if metric in one.metrics] for metric in metrics}
    return SeedRow(
        router=f"{PREFIX}{run.architecture}",
        configuration=run.configuration,
        seeds=len(run.seeds),
        over_seeds=_estimates(run.over_seeds),
        spread={metric: (min(of), max(of)) for metric, of in values.items()},
        shipped=_estimates(run.shipped),
        published=dict(study.published.get(run.architecture, {})),
        recipe=dict(run.recipe),
    )


def _estimates(intervals: dict[str, Interval]) -> dict[str, Estimate]:
    return {metric: Estimate(of.value, of.low, of.high) for metric, of in intervals.items()}
