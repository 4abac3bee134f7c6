"""Before and after: curves, figures, intervals and the sentence."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.curves import full_curve
from benchmarks.metrics import apgr, area_pgr
from feedback.learning.before_after import SHARES, compare
from feedback.learning.figures import APGR, ECE, ESCALATED, GAINED, METRICS, RIGHT, SERVED, Routed, served_quality
from feedback.learning.labelled import Fewest, Split, split_labels
from feedback.learning.report import Report, read_report
from feedback.learning.target import Target
from feedback.learning.words import percent, signed
from feedback.version_records import BrokenVersionError
from tests.feedback.learning.synthetic import by_topic, labels_of, prompts

FEW = Fewest(10, 5, 2, 1)


def split(count: int = 260) -> Split:
    return split_labels(by_topic(count), FEW)


def two(p_strong: np.ndarray, threshold: float = 0.5) -> Routed:  # type: ignore[type-arg]
    return Routed(np.column_stack([1 - p_strong, p_strong]), threshold)


def noisy(of: Split, knows: float, seed: int = 0) -> Routed:
    """A router that knows so much of what is needed."""
    random = np.random.default_rng(seed)
    needed = (of.held_out.tiers > 1).astype(float)
    return two(np.clip(knows * needed + (1 - knows) * random.random(len(needed)), 0.0, 1.0))


def test_a_better_router_is_better() -> None:
    labels = split()
    report = compare(noisy(labels, 0.0), noisy(labels, 0.45), labels, APGR, Target("quality", 0.8))
    assert report.verdict == "better"
    found = report.figure(APGR)
    assert found.difference.low is not None and found.difference.low > 0
    assert found.before.value == pytest.approx(0.5, abs=0.12)


def test_turned_round_it_is_worse() -> None:
    labels = split()
    report = compare(noisy(labels, 0.45), noisy(labels, 0.0), labels, APGR, None)
    assert report.verdict == "worse"
    assert report.sentence.startswith(f"{APGR} −.")


def test_the_same_router_is_within_noise_by_exactly_nothing() -> None:
    labels = split()
    report = compare(noisy(labels, 0.3), noisy(labels, 0.3), labels, APGR, None)
    assert report.verdict == "within noise"
    for figure in report.figures:
        assert (figure.difference.value, figure.difference.low, figure.difference.high) == (0, 0, 0)


def test_the_interval_covers_nothing_in_about_nineteen_of_twenty_pairs_of_chance() -> None:
    labels = split()
    verdicts = [
        compare(noisy(labels, 0.0, seed), noisy(labels, 0.0, seed + 1000), labels, APGR, None).verdict
        for seed in range(10)
    ]
    assert verdicts.count("within noise") >= 8, verdicts


def test_figures_are_what_they_say() -> None:
    labels = split(120)
    held = labels.held_out
    rows = np.arange(len(held))
    routed = noisy(labels, 0.2)
    cheap, dear = served_quality(held.tiers)
    value = {name: metric(routed, held, rows) for name, metric in METRICS.items()}
    assert value[APGR] == pytest.approx(area_pgr(full_curve(routed.p_strong, cheap, dear)))
    assert value[APGR] == pytest.approx(apgr(routed.p_strong, cheap, dear), abs=0.05)
    escalated = routed.p_strong >= 0.5
    assert value[SERVED] == pytest.approx(np.mean(escalated | (held.tiers == 1)))
    assert value[ESCALATED] == pytest.approx(np.mean(escalated))
    assert value[RIGHT] == pytest.approx(np.mean(escalated == (held.tiers > 1)))
    assert value[GAINED] == pytest.approx(value[SERVED] - (cheap.mean() + escalated.mean() * (1 - cheap.mean())))


def test_three_routes_serve_only_up_to_their_tier() -> None:
    labels = split(120)
    held, rows = labels.held_out, np.arange(len(labels.held_out))
    general = Routed(np.tile([0.2, 0.6, 0.2], (len(held), 1)), None)
    assert METRICS[SERVED](general, held, rows) == pytest.approx(np.mean(held.tiers <= 2))
    assert METRICS[RIGHT](general, held, rows) == pytest.approx(np.mean(held.tiers == 2))
    strong = two(np.ones(len(held)))
    assert METRICS[SERVED](strong, held, rows) == 1.0


def test_curves_begin_and_end_where_they_must() -> None:
    labels = split()
    report = compare(noisy(labels, 0.1), noisy(labels, 0.4), labels, APGR, None)
    cheap = float(np.mean(labels.held_out.tiers == 1))
    for side in (report.before, report.after):
        assert len(side.quality) == len(side.low) == len(side.high) == len(SHARES)
        assert side.quality[0] == pytest.approx(cheap, abs=1e-4)
        assert side.quality[-1] == 1.0
        assert all(low <= value <= high for low, value, high in zip(side.low, side.quality, side.high, strict=True))
    assert report.after.share_at == report.figure(ESCALATED).after.value


def test_reading_it_back_gives_the_same_report() -> None:
    labels = split(120)
    report = compare(noisy(labels, 0.1), noisy(labels, 0.4), labels, APGR, Target("cost", 0.4))
    assert read_report(report.model_dump_json()) == report
    with pytest.raises(BrokenVersionError):
        read_report("{}")


def test_the_sentence_says_whether_the_target_was_reached() -> None:
    labels = split()
    all_strong, none = two(np.ones(len(labels.held_out))), two(np.zeros(len(labels.held_out)))
    said = compare(none, all_strong, labels, GAINED, Target("quality", 0.9)).sentence
    assert "serves 100% instead of" in said
    assert "the target, to serve at least 90%, is reached there" in said
    said = compare(none, all_strong, labels, GAINED, Target("cost", 0.3)).sentence
    assert "to escalate at most 30%, is missed there" in said


def test_what_must_be_known_is_said() -> None:
    texts = prompts()[:200]
    queued = split_labels(labels_of(texts, drawn=False), FEW)
    report = compare(noisy(queued, 0.1), noisy(queued, 0.2), queued, APGR, None)
    assert not report.random
    assert "lean towards prompts on which the routers disagree" in report.caveats[0]
    judged = split_labels(labels_of(texts, source="judge"), FEW)
    report = compare(noisy(judged, 0.1), noisy(judged, 0.2), judged, APGR, None)
    assert report.random
    assert "a judge LLM" in report.caveats[0]
    assert report.by_source == {"judge": 200}


def test_only_one_class_leaves_the_ranking_unknown() -> None:
    labels = Split(
        split().learning, split_labels(labels_of([(t, 1) for t, _ in prompts()]), Fewest(0, 0, 0, 0)).held_out, True, 0
    )
    report: Report = compare(noisy(labels, 0.0), noisy(labels, 0.1), labels, APGR, None)
    assert report.figure(APGR).after.value is None
    assert report.verdict == "within noise"
    assert report.figure(ECE).after.value is not None


@pytest.mark.parametrize(
    ("value", "said"), [(0.04, "+.04"), (-0.021, "−.02"), (0.0, "+.00"), (1.0, "+1.00"), (0.002, "+.002"), (None, "–")]
)
def test_differences_in_words(value: float | None, said: str) -> None:
    assert signed(value) == said


def test_shares_in_words() -> None:
    assert (percent(0.904), percent(None)) == ("90%", "–")
