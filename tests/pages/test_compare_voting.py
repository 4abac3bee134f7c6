"""Blind mode without a browser: what the page shows until the vote, and what the vote stores and reveals."""

import dataclasses
import re
import sqlite3
import threading
from pathlib import Path

import gradio as gr
import pytest

from errors import UnavailableError
from llms.completion_cache import CompletionCache
from llms.completions import Completions
from pages import _compare_blind
from pages._compare_callbacks import CompareCallbacks
from pages._visitor import visitor_of
from router_models import RouterPanel
from settings import Settings
from tests.llms.misbehaving import Misbehaving, text_of
from tests.pages.comparing import PAIR, Desk, Parts, whole

BLIND = {**PAIR, "blind": "1"}
PROMPT = "Name the four seasons."


def side_by_choice(monkeypatch: pytest.MonkeyPatch, swapped: int) -> None:
    """Sides as drawn: 1 exchanges them."""

    def drawn(_bits: int) -> int:
        return swapped

    monkeypatch.setattr(_compare_blind.secrets, "randbits", drawn)


def sides_of(desk: Desk) -> list[str]:
    """LLMs from left to right."""
    answers = [desk.session.answer(place) for place in (0, 1)]
    return [answer.llm for answer in answers if answer is not None]


def stripped(page: Parts) -> dict[str, str]:
    """The page without ids of the conversation."""
    return {name: re.sub(r'data-conversation="\w+"', "", str(value)) for name, value in page.items()}


def test_until_the_vote_the_page_is_the_same_whichever_side_is_whose(
    panel: RouterPanel, server: Misbehaving, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = []
    for swapped in (0, 1):
        side_by_choice(monkeypatch, swapped)
        desk = Desk(panel, server, tmp_path)
        desk.does("adjusted", values=BLIND)
        steps = desk.asks(PROMPT, values=BLIND)
        assert sides_of(desk) == (["gpt-4.1", "gpt-4.1-nano"] if swapped else ["gpt-4.1-nano", "gpt-4.1"])
        pages.append(stripped(whole(steps)))
    assert pages[0] == pages[1]
    for name in ("head0", "head1", "foot0", "foot1", "chat0", "chat1", "ticker", "vote"):
        assert "gpt-4.1" not in pages[0][name], name
        assert "$" not in pages[0][name], name


def test_sides_are_drawn_at_random(desk: Desk) -> None:
    first = set()
    for _ in range(24):
        desk.does("restarted", values=BLIND)
        desk.asks(PROMPT, values=BLIND)
        answer = desk.session.answer(0)
        assert answer is not None
        first.add(answer.llm)
    assert first == {"gpt-4.1", "gpt-4.1-nano"}


def test_a_failure_tells_no_name_until_the_reveal(desk: Desk, server: Misbehaving) -> None:
    desk.does("keyed", endpoint={"base_url": server.base_url, "model": "status=401"})
    page = whole(desk.asks(PROMPT, values={**BLIND, "c0": "llm:own:status-401"}))
    failed = next(place for place in (0, 1) if "no whole answer" in page[f"foot{place}"])
    assert "127.0.0.1" not in page[f"foot{failed}"]
    assert "data-retry" in page[f"head{failed}"]
    assert "disabled" in page["vote"]
    refused = desk.does("voted", vote="left", values={})
    assert "Wait until both answers are complete" in refused["bench"]
    assert desk.session.veiled
    revealed = desk.does("voted", vote="", values={})
    assert "Revealed without a vote" in revealed["vote"]
    assert "refused the key" in revealed[f"foot{failed}"]
    assert desk.store.counts().turns == 0


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"c1": "llm:claude-haiku-4.5"}, "One of the two cannot answer: There is no key"),
        ({"c1": "llm:gpt-4.1-nano"}, "answered by the same LLM"),
    ],
)
def test_without_two_that_can_answer_there_is_no_contest(
    desk: Desk, server: Misbehaving, values: dict[str, str], said: str
) -> None:
    page = whole(desk.asks(PROMPT, values={**BLIND, **values}))
    assert said in page["bench"]
    assert server.requests == []
    assert not desk.session.veiled


def test_a_vote_is_kept_with_numbers_and_without_text(desk: Desk) -> None:
    desk.asks(PROMPT, values=BLIND)
    page = desk.does("voted", vote="left", values={})
    assert "You said: A is better" in page["vote"]
    assert "stored without prompt and answers" in page["vote"]
    assert "gpt-4.1" in page["head0"]
    (vote,) = desk.store.votes()
    assert vote.vote.choice == "left"
    assert [vote.left_llm, vote.right_llm] == sides_of(desk)
    left = desk.session.answer(0)
    assert left is not None
    assert left.completion is not None
    assert left.completion.cost is not None
    assert vote.left_cost_usd == left.completion.cost.usd


def test_a_vote_is_by_the_same_author_as_the_visitors_ratings(desk: Desk) -> None:
    desk.asks(PROMPT, values=BLIND)
    desk.does("voted", vote="left", values={})
    (vote,) = desk.store.votes()
    request = gr.Request(session_hash="tab", cookies=desk.cookies)
    assert vote.vote.author == visitor_of(request, desk.settings).author
    assert vote.vote.author.startswith("browser:")


def test_texts_are_kept_only_with_the_consent_that_comes_with_the_vote(desk: Desk) -> None:
    def texts() -> set[str]:
        with sqlite3.connect(desk.settings.data_dir / "feedback.sqlite3") as database:
            return {text for (text,) in database.execute("SELECT text FROM texts")}

    desk.asks(PROMPT, values={**BLIND, "consent": "1"})
    page = desk.does("voted", vote="left", values={})
    assert "stored without prompt and answers" in page["vote"]
    assert texts() == set()
    desk.asks("Another prompt", values=BLIND)
    page = desk.does("voted", vote="left", values={"consent": "1"})
    assert "stored with the prompt and both answers" in page["vote"]
    assert texts() == {"Another prompt", text_of(5)}


def test_a_second_vote_on_the_same_turn_changes_nothing(desk: Desk) -> None:
    desk.asks(PROMPT, values=BLIND)
    clicks = [threading.Thread(target=desk.does, args=("voted",), kwargs={"vote": vote}) for vote in ("left", "right")]
    for click in clicks:
        click.start()
    for click in clicks:
        click.join()
    assert sum(desk.store.counts().votes.values()) == 1
    assert desk.store.counts().completions == 2


def test_a_vote_that_cannot_be_kept_is_said_and_can_be_given_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.asks(PROMPT, values=BLIND)

    def full(*_: object) -> None:
        raise UnavailableError("Your vote could not be saved: the disk is full.", "Free some space.")

    with monkeypatch.context() as broken:
        broken.setattr(desk.store, "save_vote", full)
        page = desk.does("voted", vote="tie", values={})
    assert "the disk is full" in page["bench"]
    assert desk.session.veiled
    assert "You said: Both equally good" in desk.does("voted", vote="tie", values={})["vote"]
    assert desk.store.counts().votes["tie"] == 1


def test_the_chosen_router_and_the_panel_are_judged(desk: Desk, panel: RouterPanel) -> None:
    values = {**BLIND, "router": "always-strong"}
    desk.asks(PROMPT, values=values)
    left = desk.session.answer(0)
    assert left is not None
    strong, weak = ("left", "right") if left.llm == "gpt-4.1" else ("right", "left")
    page = desk.does("voted", vote=strong, values={})
    title = panel["always-strong"].title
    assert f"{title} would have been right." in page["vote"]
    assert desk.session.outcome is not None
    verdicts = desk.session.outcome.verdicts
    assert set(panel.immediate_ids) <= set(verdicts)
    judged = [verdict for verdict in verdicts.values() if verdict.ruling != "not judged"]
    right = sum(verdict.ruling == "right" for verdict in judged)
    assert f"{right} of {len(judged)} routers" in page["vote"]
    assert verdicts["always-weak"].ruling == "wrong"
    assert weak != strong


def test_on_a_tie_an_answer_from_the_cache_counts_at_what_it_would_have_cost(
    panel: RouterPanel, server: Misbehaving, tmp_path: Path
) -> None:
    desk = Desk(panel, server, tmp_path)
    desk.completions = Completions(panel.catalogue, desk.settings, CompletionCache(tmp_path, 8))
    desk.callbacks = CompareCallbacks(panel, desk.settings, desk.completions, desk.open_store)
    desk.asks(PROMPT, values={"c0": "llm:gpt-4.1", "c1": "llm:gpt-4.1", "columns": "2", "cache": "1"})
    desk.does("restarted", values=PAIR)
    desk.asks(PROMPT, values={**BLIND, "cache": "1", "router": "always-strong"})
    kept = {completion.llm: completion.from_cache for completion in _compare_blind._completions(desk.session)}
    assert kept == {"gpt-4.1": True, "gpt-4.1-nano": False}
    desk.does("voted", vote="tie", values={})
    assert desk.session.outcome is not None
    rulings = {name: desk.session.outcome.verdicts[name].ruling for name in ("always-strong", "always-weak")}
    assert rulings == {"always-strong": "wrong", "always-weak": "right"}


def test_the_next_prompt_after_a_reveal_is_a_new_contest(desk: Desk) -> None:
    desk.asks(PROMPT, values=BLIND)
    first = desk.session.comparison_id
    desk.does("voted", vote="both bad", values={})
    page = whole(desk.asks("Another one", values=BLIND))
    assert desk.session.comparison_id != first
    assert desk.session.veiled
    assert [message["content"] for message in page["chat0"]] == ["Another one", text_of(5)]


def test_follow_ups_before_the_vote_keep_the_sides(desk: Desk, server: Misbehaving) -> None:
    desk.asks(PROMPT, values=BLIND)
    sides = sides_of(desk)
    desk.asks("And in French?", values=BLIND)
    assert sides_of(desk) == sides
    assert desk.session.turn == 1
    assert len(server.requests[-1].body["messages"]) == 3
    desk.does("voted", vote="right", values={})
    assert desk.store.votes()[0].vote.turn == 1


def test_a_decision_that_is_kept_says_nothing_of_the_turn_that_is_voted_on(desk: Desk) -> None:
    desk.asks(PROMPT, values=BLIND)
    made = desk.callbacks._planner.panel.decide(PROMPT)[0]
    for kept_from, known in ((None, True), (0, False)):
        answer = desk.session.answer(0)
        assert answer is not None
        asked = dataclasses.replace(made, router="llm-router")
        desk.session.columns[0].answers[0] = dataclasses.replace(answer, decision=asked, kept_from=kept_from)
        controls = desk.callbacks._controls(desk.session)
        assert ("llm-router" in desk.callbacks._voting._decisions(desk.session, controls)) == known


class TestWhoCanBeCompared:
    @pytest.fixture
    def nobody(self, panel: RouterPanel, server: Misbehaving, tmp_path: Path) -> Desk:
        """A visitor of an app without any key."""
        none = {name: None for name in Settings.model_fields if name.endswith(("_api_key", "_token"))}
        return Desk(panel, server, tmp_path, **none)

    def test_without_a_key_it_says_what_a_blind_vote_takes(self, nobody: Desk) -> None:
        page = nobody.opens()["bench"]
        assert "takes two LLMs that can answer, and now only SmolLM2 135M Instruct (this machine) can." in page
        assert "data-open-keys" in page
        assert re.search(r'name="blind"[^>]* disabled aria-describedby="rp-no-contest"', page)

    def test_an_endpoint_makes_it_possible(self, nobody: Desk, server: Misbehaving) -> None:
        nobody.opens()
        page = nobody.does("keyed", endpoint={"base_url": server.base_url, "model": "mine"})["bench"]
        assert "rp-no-contest" not in page
        assert not re.search(r'name="blind"[^>]* disabled', page)

    def test_a_tick_that_came_with_the_address_can_be_taken_away(self, nobody: Desk) -> None:
        page = nobody.opens("blind=1")["bench"]
        assert "rp-no-contest" in page
        assert not re.search(r'name="blind"[^>]* disabled', page)


@pytest.mark.parametrize("vote", ["best", None, 7, ["left"]])
def test_what_is_no_vote_is_refused(desk: Desk, vote: object) -> None:
    desk.asks(PROMPT, values=BLIND)
    assert "no vote that is known" in desk.does("voted", vote=vote, values={})["bench"]
    assert desk.store.counts().turns == 0
