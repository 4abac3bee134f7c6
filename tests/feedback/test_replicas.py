"""Two processes of the app on one PostgreSQL: what is said in one is known in the other, by HTTP and in browsers."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import httpx
import psycopg
import pytest
from playwright.sync_api import expect, sync_playwright
from pydantic import SecretStr

from feedback.learning.learn import learn
from feedback.rows import sha256
from feedback.store import FeedbackStore
from feedback.version_records import Switch
from feedback.version_store import VersionStore
from feedback.visitor import Visitor
from router_models import RouterPanel
from settings import Settings
from tests.browser.comparing import CompareApp, add_endpoint, ask, choose, ready
from tests.browser.conftest import app_served, launch, visits
from tests.feedback.learning.synthetic import by_topic
from tests.feedback.postgres import Cluster
from tests.llms.misbehaving import misbehaving

PATIENCE_S = 120
PROMPT = "Which of my roses may I prune in autumn?"
CORRECTION = {
    "id": "replica-00001",
    "kind": "correction",
    "prompt": "Where do swifts sleep in summer?",
    "should_be": "general",
    "router": "knn",
    "consent": True,
}


@dataclass(frozen=True)
class Replicas:
    """Addresses of two replicas, what the first one's visitors use, and their database."""

    first: str
    second: str
    compare: CompareApp
    database: str


@pytest.fixture(scope="module")
def replicas(cluster: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Replicas]:
    folder, database = tmp_path_factory.mktemp("replicas"), cluster.new_database()
    shared = {
        "DATABASE_URL": database,
        "SESSION_SECRET": "the same thirty-two letters, or more, in both",
        "ALLOWED_ADDRESSES": "127.0.0.1/32",
    }
    with ExitStack() as stack:
        provider = stack.enter_context(misbehaving())
        served = []
        for name in ("first", "second"):
            (folder / name).mkdir()
            served.append(stack.enter_context(app_served(folder / name, **shared)))
        compare = CompareApp(served[0], folder / "first" / "app.log", folder / "first" / "data", provider)
        yield Replicas(served[0], served[1], compare, database)


def exported(address: str) -> dict[str, dict[str, str]]:
    """Labels as a replica gives them out, by hash of the prompt."""
    answer = httpx.get(f"{address}/label/export.csv", timeout=PATIENCE_S).raise_for_status()
    return {row["prompt_sha256"]: row for row in csv.DictReader(io.StringIO(answer.text))}


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_correction_sent_to_both_is_kept_once_and_given_out_by_both(replicas: Replicas) -> None:
    said = [
        httpx.post(f"{address}/api/feedback", json=CORRECTION, timeout=PATIENCE_S).json()
        for address in (replicas.first, replicas.second)
    ]
    assert said == [{"new": True}, {"new": False}]
    for address in (replicas.first, replicas.second):
        assert exported(address)[sha256(str(CORRECTION["prompt"]))]["tier"] == "2"


def test_a_vote_in_one_becomes_a_prompt_to_label_in_the_other(replicas: Replicas) -> None:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        with visits(browser, replicas.first) as visit:
            page = visit("/compare")
            ready(page)
            sides = ("words=6,answered_by=Otter-9", "words=7,answered_by=Badger-3")
            choose(page, *[add_endpoint(page, replicas.compare.provider, side) for side in sides])
            page.get_by_label("Blind vote").check()
            expect(page.locator("[data-bench]")).to_have_attribute("data-blind", "1")
            ask(page, PROMPT)
            expect(page.locator("[data-vote='left']")).to_be_enabled()
            page.get_by_label("Store my prompt and both answers with the vote").check()
            page.locator("[data-vote='left']").click()
            expect(page.locator("[data-reveal]")).to_contain_text("You said: A is better")
        with visits(browser, replicas.second) as visit:
            page = visit("/label")
            page.get_by_role("tab", name="Import & export", exact=True).click()
            page.locator("#rp-lb-collect").click()
            expect(page.locator("#rp-lb-queue-said")).to_contain_text("joined the queue")
            page.get_by_role("tab", name="Label", exact=True).click()
            page.wait_for_selector("[data-label][data-state=ready]")
            while page.locator("[data-prompt]").inner_text() != PROMPT:
                item = page.locator("[data-label]").get_attribute("data-item")
                page.keyboard.press("s")
                page.wait_for_selector(f"[data-label][data-state=ready]:not([data-item='{item}'])")
            page.keyboard.press("3")
            until(lambda: sha256(PROMPT) in exported(replicas.first))
        browser.close()
    assert exported(replicas.first)[sha256(PROMPT)]["tier"] == "3"
    assert exported(replicas.first) == exported(replicas.second)
    with psycopg.connect(replicas.database) as connection:
        assert connection.execute("SELECT choice FROM votes").fetchall() == [("left",)]


def test_a_version_that_is_switched_on_decides_in_both_and_is_gone_from_both(
    replicas: Replicas, panel: RouterPanel, tmp_path: Path
) -> None:
    def versions() -> set[str]:
        asked = {"prompt": PROMPT, "routers": ["semantic"]}
        return {
            httpx.post(f"{address}/api/decide", json=asked, timeout=PATIENCE_S).json()["decisions"][0]["version"]
            for address in (replicas.first, replicas.second)
        }

    shipped = versions()
    assert len(shipped) == 1
    store = FeedbackStore.open(Settings(data_dir=tmp_path, database_url=SecretStr(replicas.database)))
    kept = VersionStore(store.access)
    learnt = learn(panel.line_up, "semantic", "retrain", by_topic(200), Visitor("browser:abc"))
    version = kept.save(learnt.version, learnt.picks)
    kept.switch(Switch(router="semantic", version_id=version.id, created_by="browser:abc"))
    until(lambda: versions() == {"v1"})
    kept.switch(Switch(router="semantic", version_id=None, created_by="browser:abc", action="back"))
    until(lambda: versions() == shipped)
    store.close()
