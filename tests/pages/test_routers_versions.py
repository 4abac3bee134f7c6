"""Two versions of a router on the Routers page: what differs is shown, and what is equal is said to be."""

from __future__ import annotations

from collections.abc import Sequence
from html import unescape
from pathlib import Path

import pytest

from errors import BadInputError, UnavailableError, UnknownNameError
from feedback.learning.learn import learn
from feedback.store import FeedbackStore
from feedback.version_records import BrokenVersionError, Switch, Version
from feedback.version_store import VersionStore
from feedback.visitor import Visitor
from pages._routers_desk import RoutersDesk
from pages._routers_versions import MOST_PROMPTS, SHIPPED, Versions, figure_rows
from router_models import Decision, RouterPanel, load_panel
from router_models.base import Router
from router_models.card import Figure, RouterCard
from settings import Settings
from tests.feedback.learning.synthetic import by_topic

ME = Visitor("browser:abc", name="Ada", may_learn=True)
PROMPTS = ["What should I know about pruning old roses in Hobart?", "Thanks, and good night!"]


class Bench:
    """A panel, a store, and two versions of knn in it that learnt in different ways."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(_env_file=None, data_dir=folder, database_url=None, hf_token=None)
        self.feedback = FeedbackStore.open(self.settings)
        self.store = VersionStore(self.feedback.access)
        self.panel: RouterPanel = load_panel()
        self.versions = Versions(self.panel, lambda: self.feedback)

    def learn(self, task: str) -> Version:
        labels = by_topic(200, noise=0.1)
        learnt = learn(self.panel.line_up, "knn", task, labels, ME)  # type: ignore[arg-type]
        return self.store.save(learnt.version, learnt.picks)


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    made = Bench(tmp_path_factory.mktemp("versions") / "data")
    made.learn("retrain")
    made.learn("threshold")
    return made


def ids(bench: Bench) -> list[str]:
    """What ships, v1 and v2."""
    ((_, choices),) = bench.versions.choices()
    return [choice.id for choice in choices]


def test_without_anything_learnt_there_is_nothing_to_compare_and_the_way_to_it_is_shown(tmp_path: Path) -> None:
    empty = Bench(tmp_path / "data")
    assert empty.versions.choices() == []
    desk = RoutersDesk(empty.panel, empty.settings, lambda: empty.feedback)
    html = str(desk.versions(ME, {})["html"])
    assert "No router has learnt anything here yet" in html
    assert 'href="/label"' in html


def test_the_choices_are_the_shipped_version_and_all_that_was_learnt(bench: Bench) -> None:
    ((title, choices),) = bench.versions.choices()
    assert title == bench.panel["knn"].title
    assert [choice.title for choice in choices] == ["as it ships", "v1", "v2"]
    assert choices[0].id == SHIPPED
    assert [choice.decides for choice in choices] == [True, False, False]
    assert all("by Ada" in choice.more for choice in choices[1:])
    bench.store.switch(Switch(router="knn", version_id=choices[1].id, created_by="ada"))
    ((_, after),) = bench.versions.choices()
    assert [choice.decides for choice in after] == [False, True, False]
    bench.store.switch(Switch(router="knn", version_id=None, created_by="ada"))


def test_each_side_decides_as_its_version_does(bench: Bench) -> None:
    shipped, learnt, tuned = ids(bench)
    found = bench.versions.compared("knn", shipped, learnt, ["", *PROMPTS, PROMPTS[0]])
    assert sorted(row.prompt for row in found.prompts) == sorted(PROMPTS), "each prompt once"
    by_prompt = {row.prompt: row for row in found.prompts}
    own = bench.panel.decisions(bench.panel.run(PROMPTS[0], only=["knn"]))[0]
    assert by_prompt[PROMPTS[0]].left.p_strong == pytest.approx(own.p_strong, abs=1e-6)
    assert abs(by_prompt[PROMPTS[0]].moved) > 0.01, "what it learnt moves the prompt that it learnt from"
    assert found.left.version != found.right.version
    order = [row.differs for row in found.prompts]
    assert order == sorted(order, reverse=True), "those that differ come first"
    assert found.differing == sum(order)
    same_scores = bench.versions.compared("knn", shipped, tuned, PROMPTS)
    assert {row.moved for row in same_scores.prompts} == {0.0}, "only its threshold was learnt"
    assert same_scores.same_scores
    assert not found.same_scores
    kept = [row for row in same_scores.figures if row.same]
    assert [row.left for row in kept] == list(same_scores.left.figures), "its scores' figures still hold"
    assert same_scores.right.threshold != same_scores.left.threshold


def test_the_panel_stays_as_it_was(bench: Bench) -> None:
    before = dict(bench.panel.line_up.now)
    bench.versions.compared("knn", *ids(bench)[1:], PROMPTS)
    assert dict(bench.panel.line_up.now) == before


def test_the_page_shows_both_sides_and_escapes_prompts(bench: Bench) -> None:
    desk = RoutersDesk(bench.panel, bench.settings, lambda: bench.feedback)
    form = str(desk.versions(ME, {})["html"])
    assert form.count('data-of-router="knn"') == 6
    shipped, learnt, _ = ids(bench)
    sent = {"router": "knn", "left": shipped, "right": learnt, "prompts": "\n".join([*PROMPTS, "<img src=x> why?"])}
    html = str(desk.compared(ME, sent)["html"])
    assert "<img" not in html
    said = unescape(html)
    for text in ("<img src=x> why?", "as it ships", "· v1", "of 3 prompts differently", "labels of this installation"):
        assert text in said
    assert "on the other's held-out labels" in said
    tuned = str(desk.compared(ME, {**sent, "right": ids(bench)[2]})["html"])
    assert "only their thresholds differ" in tuned
    assert f"{len(bench.panel['knn'].card.figures)} figures are the same for both" in tuned


@pytest.mark.parametrize(
    ("left", "right", "prompts", "what"),
    [
        (SHIPPED, SHIPPED, PROMPTS, "Both sides are the same version"),
        (SHIPPED, "1", [" ", ""], "There is no prompt"),
        (SHIPPED, "1", [f"Prompt {n}" for n in range(MOST_PROMPTS + 1)], f"{MOST_PROMPTS + 1} prompts are too many"),
    ],
)
def test_what_cannot_be_compared_is_said(bench: Bench, left: str, right: str, prompts: list[str], what: str) -> None:
    with pytest.raises(BadInputError, match=what):
        bench.versions.compared("knn", left, right, prompts)


def test_versions_that_are_not_there_or_of_another_router_are_refused(bench: Bench) -> None:
    with pytest.raises(UnknownNameError, match="There is no such version"):
        bench.versions.compared("knn", SHIPPED, "nowhere", PROMPTS)
    with pytest.raises(BadInputError, match="versions of different routers"):
        bench.versions.compared("semantic", SHIPPED, ids(bench)[1], PROMPTS)
    with pytest.raises(UnknownNameError, match="There is no router"):
        bench.versions.compared("nowhere", SHIPPED, ids(bench)[1], PROMPTS)


def test_one_comparison_runs_at_a_time(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped, learnt, _ = ids(bench)
    decided = Versions._decisions

    def decide_with_a_rival(versions: Versions, made: Router, name: str, prompts: Sequence[str]) -> list[Decision]:
        with pytest.raises(UnavailableError, match="Somebody is comparing versions right now"):
            Versions(bench.panel, lambda: bench.feedback).compared("knn", shipped, learnt, PROMPTS)
        return decided(versions, made, name, prompts)

    with monkeypatch.context() as patched:
        patched.setattr(Versions, "_decisions", decide_with_a_rival)
        assert len(bench.versions.compared("knn", shipped, learnt, PROMPTS).prompts) == len(PROMPTS)
    with pytest.raises(UnknownNameError):
        bench.versions.compared("knn", SHIPPED, "nowhere", PROMPTS)
    assert bench.versions.compared("knn", shipped, learnt, PROMPTS).prompts, "and a failure lets the next one in"


def test_a_version_that_learnt_on_other_weights_says_so(tmp_path: Path) -> None:
    bench = Bench(tmp_path / "data")
    version = bench.learn("threshold")
    base = bench.panel["knn"]
    base.card = base.card.model_copy(update={"version": "2", "files": {"other": "0" * 64}})
    with pytest.raises(BrokenVersionError, match="other weights"):
        bench.versions.compared("knn", SHIPPED, version.id, PROMPTS)


def test_figures_of_the_same_kind_stand_in_one_row() -> None:
    def figure(metric: str, value: float, dataset: str = "mmlu", split: str = "test") -> Figure:
        return Figure(metric=metric, value=value, low=0, high=1, rows=9, dataset=dataset, split=split)

    def card(*figures: Figure) -> RouterCard:
        return RouterCard(router="a", title="A", family="f", routes=("weak", "strong"), method="m", figures=figures)

    labels = "labels of this installation"
    learnt = figure("AUC", 0.8, labels, "held out").model_copy(update={"baselines": {"before learning": 0.6}})
    rows = figure_rows(card(figure("AUC", 0.5), figure("AUC", 0.4, split="transfer")), card(learnt, figure("AUC", 0.7)))
    shown = [(row.dataset, row.left and row.left.value, row.left_before, row.right and row.right.value) for row in rows]
    assert shown == [(labels, None, 0.6, 0.8), ("mmlu", 0.5, None, 0.7), ("mmlu", 0.4, None, None)]
