"""Versions come into a running panel and go again, in every replica."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text

from errors import UnavailableError, UnknownNameError
from feedback.learning.learn import learn
from feedback.learning.target import Target
from feedback.store import FeedbackStore
from feedback.version_follower import VersionFollower
from feedback.version_records import Switch, Version
from feedback.version_store import VersionStore
from feedback.visitor import Visitor
from router_models import RouterPanel, load_panel
from router_models.decision import Decision
from settings import Settings
from tests.feedback.learning.synthetic import by_topic

ROSE = "What should I know about pruning old roses in Hobart?"
ONLY = ("semantic", "knn", "ensemble", "encoder-quality")


class Replica:
    """A panel with its follower on a database."""

    def __init__(self, folder: Path) -> None:
        self.store = FeedbackStore.open(Settings(data_dir=folder, database_url=None))
        self.versions = VersionStore(self.store.access)
        self.panel: RouterPanel = load_panel()
        self.follower = VersionFollower(self.panel, lambda: self.store)

    def decisions(self) -> dict[str, Decision]:
        names = [name for name in self.panel.ids if name.startswith(ONLY)]
        return {made.router: made for made in self.panel.decisions(self.panel.run(ROSE, names, novelty=False))}

    def learn(self, router: str, task: str, target: Target | None = None) -> Version:
        learnt = learn(self.panel.line_up, router, task, by_topic(200), Visitor("browser:abc"), target)
        return self.versions.save(learnt.version, learnt.picks)

    def put(self, version: Version | None, router: str = "", **changes: str) -> None:
        switch = Switch(
            router=version.router if version else router,
            version_id=version.id if version else None,
            created_by="browser:abc",
            **changes,  # type: ignore[arg-type]
        )
        self.versions.switch(switch)
        assert self.follower.check()


@pytest.fixture
def replica(tmp_path: Path) -> Replica:
    return Replica(tmp_path / "data")


def plain(decisions: dict[str, Decision]) -> dict[str, tuple[object, ...]]:
    """Decisions without their times, which never are the same."""
    return {name: (d.route, d.p_strong, d.threshold, d.version, d.reason) for name, d in decisions.items()}


def test_without_a_version_the_panel_is_the_one_that_ships(replica: Replica) -> None:
    ids, routers = replica.panel.ids, dict(replica.panel.line_up.now)
    assert not replica.follower.check()
    replica.learn("semantic", "retrain")
    assert not replica.follower.check()  # learning alone changes nothing
    assert replica.panel.ids == ids == load_panel().ids
    assert dict(replica.panel.line_up.now) == routers


def test_the_active_version_decides_and_a_roll_back_restores_exactly(replica: Replica) -> None:
    before, routers = replica.decisions(), dict(replica.panel.line_up.now)
    replica.put(replica.learn("semantic", "retrain"))
    after = replica.decisions()
    assert after["semantic"].version == "v1"
    assert after["semantic"].escalates
    assert not before["semantic"].escalates
    assert "learnt from labels moves P(escalate)" in after["semantic"].reason
    # Routers made of others go on asking those that they were fitted on.
    others = ("knn", "ensemble", "encoder-quality")
    assert {name: plain(after)[name] for name in others} == {name: plain(before)[name] for name in others}
    replica.put(None, router="semantic", action="back")
    assert dict(replica.panel.line_up.now) == routers
    assert plain(replica.decisions()) == plain(before)


def test_old_and_new_stand_side_by_side(replica: Replica) -> None:
    before = replica.decisions()
    version = replica.learn("semantic", "retrain")
    replica.put(version, slot="beside")
    ids = list(replica.panel.ids)
    assert ids.index("semantic-v1") == ids.index("semantic") + 1
    both = replica.decisions()
    assert plain(both)["semantic"] == plain(before)["semantic"]
    assert both["semantic-v1"].p_strong > both["semantic"].p_strong
    run = replica.panel.run(ROSE, novelty=False)
    replica.put(None, router="semantic", slot="beside")
    assert "semantic-v1" not in replica.panel.ids
    with pytest.raises(UnknownNameError):
        replica.panel.run(ROSE, ["semantic-v1"])
    assert "semantic-v1" in {made.router for made in replica.panel.decisions(run)}  # a page that still shows it


def test_a_run_is_decided_under_the_card_that_made_it(replica: Replica) -> None:
    run = replica.panel.run(ROSE, ["knn"], novelty=False)
    shipped = replica.panel.decisions(run)[0]
    replica.put(replica.learn("knn", "threshold", Target("cost", 0.05)))
    old, new = replica.panel.decisions(run)[0], replica.decisions()["knn"]
    assert (old.threshold, old.version) == (shipped.threshold, shipped.version)
    assert (new.threshold, new.version) != (old.threshold, old.version)
    assert new.p_strong == pytest.approx(old.p_strong)


def test_all_replicas_switch(tmp_path: Path) -> None:
    one, other = Replica(tmp_path / "data"), Replica(tmp_path / "data")
    one.put(one.learn("encoder-quality", "retrain"))
    assert other.decisions()["encoder-quality"].version != "v1"
    assert other.follower.check()
    assert not other.follower.check()
    assert plain(other.decisions()) == plain(one.decisions())
    other.put(None, router="encoder-quality", action="back")
    assert one.follower.check()
    assert plain(one.decisions()) == plain(other.decisions())
    assert one.decisions()["encoder-quality"].version != "v1"


def test_two_followers_of_a_panel_do_not_undo_each_other(replica: Replica) -> None:
    second = VersionFollower(replica.panel, lambda: replica.store)
    replica.put(replica.learn("knn", "threshold"))
    assert not second.check()
    assert replica.panel["knn"].card.version == "v1"


def test_a_tampered_version_decides_nothing(replica: Replica) -> None:
    version = replica.learn("semantic", "retrain")
    with replica.store.access.writing("The test could not write") as connection:
        connection.execute(text("UPDATE versions SET parameters = replace(parameters, 'embedding', 'means')"))
    replica.put(version)
    run = replica.panel.run(ROSE, ["semantic", "knn"], novelty=False)
    assert [gone.router for gone in run.unavailable] == ["semantic"]
    assert "is not what was saved" in run.unavailable[0].what
    assert [score.router for score in run.scores] == ["knn"]
    replica.put(None, router="semantic", action="back")
    assert replica.decisions()["semantic"].version == replica.panel["semantic"].card.version


def test_when_the_store_is_gone_the_panel_stays_as_it_is(replica: Replica, tmp_path: Path) -> None:
    replica.put(replica.learn("knn", "threshold"))
    blocked = tmp_path / "file"
    blocked.write_text("in the way")
    gone = FeedbackStore(Settings(data_dir=blocked / "data", database_url=None))
    with pytest.raises(UnavailableError):
        VersionFollower(replica.panel, lambda: gone).check()
    assert replica.panel["knn"].card.version == "v1"


def test_a_thread_follows_by_itself(replica: Replica) -> None:
    import threading

    installed = threading.Event()
    install = replica.panel.install

    def told(*given: object) -> None:
        install(*given)  # type: ignore[arg-type]
        installed.set()

    replica.panel.install = told  # type: ignore[method-assign]
    version = replica.learn("knn", "threshold")
    replica.versions.switch(Switch(router="knn", version_id=version.id, created_by="browser:abc"))
    replica.follower.start()
    assert installed.wait(timeout=120)
    replica.follower.stop()
    assert replica.panel["knn"].card.version == "v1"
