"""What stands beside a version's figures: what was learnt, what before and after are, and whether the gain is one."""

from __future__ import annotations

import pytest

from feedback.learning.figures import APGR, GAINED
from feedback.learning.learnable import LOOK_UPS, TASK_OF
from feedback.learning.report import Compared, Interval, Report, Side, Verdict
from pages._learn_reading import KEPT, LEARNT, MEASURES, reading_of
from tests.feedback.learning.synthetic import by_topic
from tests.pages.learning import SOURCES, Tab


def side(escalated: float, served: float) -> Side:
    return Side(quality=(0.5,), low=(0.4,), high=(0.6,), share_at=escalated, quality_at=served)


def report(verdict: Verdict, low: float | None, high: float | None, headline: str = APGR) -> Report:
    known = Interval(value=0.5, low=0.4, high=0.6)
    middle = None if low is None or high is None else (low + high) / 2
    found = Compared(metric=headline, before=known, after=known, difference=Interval(value=middle, low=low, high=high))
    return Report(
        verdict=verdict,
        sentence="",
        headline=headline,
        figures=(found,),
        shares=(0.5,),
        before=side(0.3, 0.8),
        after=side(0.4, 0.9),
        learning=60,
        held_out=40,
        random=True,
        by_tier={},
        by_source={},
    )


def test_before_is_the_router_as_it_ships_and_after_the_version_on_the_same_labels() -> None:
    reading = reading_of("references", "kmeans", "v2", report("better", 0.02, 0.1))
    assert reading.before.startswith("The router as it ships")
    assert "escalates 30% and serves 80%" in reading.before
    assert reading.after.startswith("v2, on the same 40 held-out labels")
    assert "escalates 40% and serves 90%" in reading.after


def test_a_router_that_looks_up_says_what_the_labels_changed_and_what_they_did_not() -> None:
    said = {router: reading_of("references", router, "v1", report("better", 0.02, 0.1)).learnt for router in LOOK_UPS}
    assert "Its clusters stay as they are." in said["kmeans"]
    assert "Its own neighbours stay as they are." in said["knn"]
    assert len(set(said.values())) == len(LOOK_UPS)
    assert all("labelled prompts stand beside" in learnt for learnt in said.values())


@pytest.mark.parametrize(
    ("verdict", "low", "high", "says"),
    [
        ("better", 0.02, 0.1, "+.02 to +.10 in 95 of 100 draws, which is above zero throughout. So the gain is more"),
        ("worse", -0.1, -0.02, "−.10 to −.02 in 95 of 100 draws, which is below zero throughout. So the loss is more"),
        ("within noise", -0.02, 0.1, "which includes zero. So the difference may be chance"),
        ("within noise", None, None, "do not say how far chance reaches"),
    ],
)
def test_whether_the_gain_lies_beyond_chance_is_said(
    verdict: Verdict, low: float | None, high: float | None, says: str
) -> None:
    assert says in reading_of("head", "semantic", "v1", report(verdict, low, high)).interval


def test_every_kind_every_look_up_and_every_headline_is_explained() -> None:
    assert set(LEARNT) == set(TASK_OF)
    assert set(KEPT) == set(LOOK_UPS)
    assert set(MEASURES) == {APGR, GAINED}
    assert "0.5 is chance" in reading_of("head", "semantic", "v1", report("better", 0.02, 0.1)).measure
    tuned = reading_of("threshold", "knn", "v1", report("better", 0.02, 0.1, GAINED))
    assert "escalates more" in tuned.measure
    assert "{" not in "".join((tuned.learnt, reading_of("references", "x", "v1", report("better", 0.1, 0.2)).learnt))


def test_the_tab_explains_a_refitted_kmeans(tmp_path_factory: pytest.TempPathFactory) -> None:
    tab = Tab(tmp_path_factory.mktemp("reading") / "data", by_topic(200, noise=0.1))
    assert tab.page.opened("light", "kmeans", "retrain", SOURCES, None)[0] == ""
    html = tab.learn("kmeans", "retrain")[-1][4]
    for said in ("Its clusters stay as they are.", "The router as it ships", "v1, on the same", "The ranking (APGR)"):
        assert said in html
    assert "in 95 of 100 draws" in html.split("data-interval>")[1]
