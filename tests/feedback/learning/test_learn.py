"""Learning end to end on the routers that ship: what is there to learn is learnt, and noise is not."""

from __future__ import annotations

import numpy as np
import pytest

from errors import BadInputError, UnknownNameError
from feedback.learning.figures import APGR, ECE, GAINED, RIGHT, SERVED
from feedback.learning.labelled import TooFewLabelsError
from feedback.learning.learnt import card_of, learnt_router
from feedback.learning.report import read_report
from feedback.learning.target import Target
from feedback.records import weights_version
from router_models import RouterPanel
from router_models.card import RouterCard
from tests.feedback.learning.conftest import Learn
from tests.feedback.learning.synthetic import at_random, by_topic, labels_of, prompts

SEEDS = range(4)
RETRAINED = ("semantic", "encoder-3way", "encoder-quality", "knn", "kmeans", "similarity-weighted")
OTHERS = ("What is a good soup?", "Prove that there are infinitely many primes.", "x = 1\n" * 30, "¿Qué hora es?")


@pytest.mark.parametrize("router", RETRAINED)
def test_what_the_embeddings_can_see_is_learnt(learned: Learn, router: str) -> None:
    """The tier follows the topic, but for every seventh label: the curve rises, with its interval above 0."""
    report = learned(router, "retrain", by_topic(200, noise=0.15)).report
    better = report.figure(APGR)
    assert better.difference.low is not None and better.difference.low > 0, report.sentence
    assert report.verdict == "better"
    assert report.sentence.startswith(f"{APGR} +.")
    right = report.figure(RIGHT)
    assert right.after.value is not None and right.before.value is not None
    assert right.after.value > right.before.value + 0.1
    quality = np.array(report.after.quality) - np.array(report.before.quality)
    assert quality[5:15].min() > 0


def test_noise_is_not_learnt(learned: Learn) -> None:
    """On labels at random 95 % intervals cover 0: of four seeds and two routers one may miss by bad luck."""
    reports = [
        learned(router, "retrain", at_random(150, seed)).report for router in ("semantic", "knn") for seed in SEEDS
    ]
    verdicts = [report.verdict for report in reports]
    assert verdicts.count("within noise") >= len(verdicts) - 1, verdicts
    assert verdicts.count("better") <= 1
    gains = [report.figure(APGR).difference.value or 0.0 for report in reports]
    assert abs(float(np.mean(gains))) < 0.02


def test_the_version_says_of_single_prompts_what_it_says_of_batches(learned: Learn, panel: RouterPanel) -> None:
    for router in ("semantic", "encoder-quality", "knn"):
        version = learnt_router(learned(router, "retrain", by_topic(200)).version, panel.line_up)
        together = version.predict_proba(OTHERS)
        alone = np.vstack([version.predict_proba([prompt]) for prompt in OTHERS])
        assert together == pytest.approx(alone, abs=1e-4)
        assert together.min() >= 0
        assert together.sum(axis=1) == pytest.approx(1)


def test_confidence_is_calibrated_on_what_was_held_out(learned: Learn) -> None:
    report = learned("semantic", "retrain", by_topic(300, noise=0.2)).report
    before, after = report.figure(ECE).before.value, report.figure(ECE).after.value
    assert after is not None and before is not None
    assert after < 0.15
    assert after < before


def test_a_threshold_reaches_its_target(learned: Learn, panel: RouterPanel) -> None:
    labels = by_topic(300, noise=0.2)
    shares = []
    for share in (0.6, 0.8, 0.95):
        learnt = learned("ensemble", "threshold", labels, Target("quality", share))
        served = learnt.report.figure(SERVED).after
        assert served.low is not None and served.high is not None
        assert served.low - 0.03 <= share <= served.high + 0.03
        assert learnt.report.headline == GAINED
        shares.append(card_of(learnt.version).threshold)
    assert shares == sorted(shares, reverse=True)
    assert len(set(shares)) == 3


def test_a_tuned_threshold_leaves_the_scores_alone(learned: Learn, panel: RouterPanel) -> None:
    learnt = learned("knn", "threshold", by_topic(120), Target("cost", 0.3))
    version = learnt_router(learnt.version, panel.line_up)
    assert version.predict_proba(OTHERS) == pytest.approx(panel["knn"].predict_proba(OTHERS))
    difference = learnt.report.figure(APGR).difference
    assert (difference.value, difference.low, difference.high) == (0, 0, 0)
    assert version.card.threshold != panel["knn"].card.threshold
    assert {"AUC", "APGR", "ECE"} & {figure.metric for figure in panel["knn"].card.figures} <= {
        figure.metric for figure in version.card.figures
    }


def test_weights_move_to_the_router_that_is_right(learned: Learn, panel: RouterPanel) -> None:
    """The labels are what one member says: it gets the weight, and the ensemble gets better on held-out labels."""
    texts = [text for text, _ in prompts()[:260]]
    p = 1 - panel["prompt-length"].predict_proba(texts)[:, 0]
    labels = labels_of([(text, 3 if high else 1) for text, high in zip(texts, p > np.median(p), strict=True)])
    learnt = learned("ensemble", "votes", labels)
    shares = card_of(learnt.version).parameters
    assert max(shares, key=shares.__getitem__) == "trust in prompt-length"
    assert learnt.report.verdict == "better", learnt.report.sentence


def test_every_pick_is_logged_with_its_propensity(learned: Learn, panel: RouterPanel) -> None:
    learnt = learned("ensemble", "votes", by_topic(200))
    assert len(learnt.picks) == learnt.report.learning
    members = {name.removeprefix("trust in ") for name in card_of(learnt.version).parameters}
    assert {pick.router for pick in learnt.picks} <= members
    assert all(0.1 / len(members) <= pick.propensity < 1 for pick in learnt.picks)
    assert len({pick.router for pick in learnt.picks}) > 3


def test_the_card_says_what_it_learnt_from_and_how_good_it_is(learned: Learn, panel: RouterPanel) -> None:
    learnt = learned("semantic", "retrain", by_topic(200))
    card = RouterCard.model_validate_json(learnt.version.card)
    data = card.trained_on[-1]
    assert (data.name, data.rows) == ("labels of this installation", learnt.report.learning)
    assert f"{learnt.report.held_out} more were held out" in data.note
    assert card.calibrated
    assert card.calibration_error is not None
    assert card.calibration_error.baselines["before learning"] == learnt.report.figure(ECE).before.value
    assert learnt.report.sentence in card.notes[0]
    assert card.training_command == "python -m feedback learn --router semantic --task retrain"
    assert card.routes == panel["semantic"].routes
    assert learnt.version.base_version == weights_version(panel["semantic"].card)
    assert read_report(learnt.version.report) == learnt.report


def test_a_card_owns_up_to_noise_and_to_embeddings(learned: Learn) -> None:
    card = RouterCard.model_validate_json(learned("knn", "retrain", at_random(150, seed=2)).version.card)
    assert "within noise" in card.caution
    assert any("embeddings of the labelled prompts" in note for note in card.notes)


def test_too_few_labels_are_refused(learned: Learn) -> None:
    with pytest.raises(TooFewLabelsError, match="too few labels") as refused:
        learned("semantic", "retrain", by_topic(50))
    assert refused.value.mend.startswith("Label about ")
    with pytest.raises(TooFewLabelsError):
        learned("keras-cnn", "threshold", [])


@pytest.mark.parametrize(
    ("router", "task"),
    [
        ("semantic", "threshold"),  # three routes: there is no threshold
        ("cascade", "threshold"),  # its budget sets it
        ("always-weak", "threshold"),
        ("keras-cnn", "retrain"),
        ("semantic", "votes"),
        ("llm-router", "retrain"),
        ("ensemble", "all of it"),
    ],
)
def test_what_a_router_cannot_learn_is_refused(learned: Learn, router: str, task: str) -> None:
    with pytest.raises(BadInputError, match="cannot learn"):
        learned(router, task, by_topic(200))


def test_routers_that_do_not_exist_are_refused(learned: Learn) -> None:
    with pytest.raises(UnknownNameError, match="no router 'oracle'"):
        learned("oracle", "retrain", by_topic(200))


def test_progress_only_grows(learned: Learn) -> None:
    told: list[float] = []
    learned("knn", "retrain", by_topic(200), progress=lambda share, what: told.append(share))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0.0, 1.0)
