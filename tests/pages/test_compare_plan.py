"""Before anything is asked: which LLM each column would ask, why it cannot, and what it would cost."""

import dataclasses
from pathlib import Path

import pytest

from llms.attachment import ImageAttachment, PdfAttachment
from llms.completion import Completion
from pages._compare_columns import Answer, Column, UserTurn
from pages._compare_controls import CompareControls, read_controls
from pages._compare_plan import Planner
from router_models import RouterPanel
from tests.llms.misbehaving import Misbehaving
from tests.pages.comparing import Desk

PROMPT = "Prove that the square root of 2 is irrational."
IMAGE = ImageAttachment("a.png", "image/png", b"x", 10, 10)


def controls(panel: RouterPanel, **values: str) -> CompareControls:
    read, problems = read_controls({"columns": "4", "c3": "llm:smollm2-135m", **values}, panel)
    assert problems == ()
    return read


def plan(desk: Desk, panel: RouterPanel, chosen: CompareControls, *turns: UserTurn) -> dict[int, Answer]:
    given = list(turns) or [UserTurn(PROMPT)]
    planner = Planner(panel, desk.completions)
    columns = desk.session.columns
    return planner.plan(chosen, columns, given, len(given) - 1, desk.session.keys, range(len(chosen.choices)))


def test_the_routed_column_follows_its_router_and_the_others_their_choice(desk: Desk, panel: RouterPanel) -> None:
    strong = plan(desk, panel, controls(panel, router="always-strong"))
    weak = plan(desk, panel, controls(panel, router="always-weak"))
    assert [answer.llm for answer in strong.values()] == ["gpt-4.1", "gpt-4.1", "gpt-4.1-nano", "smollm2-135m"]
    assert weak[0].llm == "gpt-4.1-nano"
    assert strong[0].decision is not None
    assert (strong[0].decision.router, strong[1].decision) == ("always-strong", None)


def test_thresholds_of_the_user_decide(desk: Desk, panel: RouterPanel) -> None:
    low, high = (plan(desk, panel, controls(panel, router="knn", **{"t.knn": t})) for t in ("0", "1"))
    assert (low[0].llm, high[0].llm) == ("gpt-4.1", "gpt-4.1-nano")


def test_an_override_answers_in_place_of_the_pick_which_stays_to_be_seen(desk: Desk, panel: RouterPanel) -> None:
    answer = plan(desk, panel, controls(panel, router="always-strong", override="gpt-4o"))[0]
    assert (answer.llm, answer.overridden) == ("gpt-4o", True)
    assert answer.decision is not None
    assert answer.decision.llm == "gpt-4.1"


class TestFollowUps:
    """The first turn was routed to gpt-4.1; by now the threshold sends everything to the weak LLM."""

    @pytest.fixture
    def routed(self, desk: Desk, panel: RouterPanel) -> Answer:
        first = plan(desk, panel, controls(panel, router="knn", **{"t.knn": "0"}))[0]
        desk.session.columns[0] = Column({0: dataclasses.replace(first, completion=Completion("gpt-4.1", text="So."))})
        return first

    def follow(self, desk: Desk, panel: RouterPanel, how: str, *turns: str, **values: str) -> Answer:
        again = controls(panel, router="knn", follow=how, **{"t.knn": "1"}, **values)
        return plan(desk, panel, again, *map(UserTurn, turns or ("One", PROMPT)))[0]

    def test_routed_again_each_turn_has_a_decision_of_its_own(
        self, desk: Desk, panel: RouterPanel, routed: Answer
    ) -> None:
        answer = self.follow(desk, panel, "route")
        assert (answer.llm, answer.kept_from) == ("gpt-4.1-nano", None)
        assert answer.routed_now is not None
        assert answer.routed_now.llm == "gpt-4.1-nano"

    def test_an_llm_that_is_kept_is_said_to_be_and_no_router_runs(
        self, desk: Desk, panel: RouterPanel, routed: Answer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(Planner, "decide", lambda *_: pytest.fail("a router ran"))
        answer = self.follow(desk, panel, "keep")
        assert (answer.llm, answer.kept_from, answer.routed_now) == ("gpt-4.1", 0, None)
        assert answer.decision == routed.decision
        desk.session.columns[0].answers[1] = answer
        third = self.follow(desk, panel, "keep", "One", "Two", PROMPT)
        assert (third.llm, third.kept_from) == ("gpt-4.1", 0), "kept from where it was routed"

    def test_an_override_goes_before_what_is_kept(self, desk: Desk, panel: RouterPanel, routed: Answer) -> None:
        answer = self.follow(desk, panel, "keep", override="gpt-4o")
        assert (answer.llm, answer.overridden, answer.kept_from) == ("gpt-4o", True, None)

    def test_an_endpoint_that_was_kept_and_is_gone_is_refused_and_the_others_are_planned(
        self, desk: Desk, panel: RouterPanel, routed: Answer
    ) -> None:
        desk.session.columns[0].answers[0] = dataclasses.replace(routed, llm="own:gone")
        chosen = controls(panel, router="knn", **{"t.knn": "1"})
        answers = plan(desk, panel, chosen, UserTurn("One"), UserTurn(PROMPT))
        assert answers[0].refusal is not None
        assert "own:gone" in answers[0].refusal.what
        assert answers[1].asked


def test_another_router_does_not_stay_with_the_last_ones_pick(desk: Desk, panel: RouterPanel) -> None:
    first = plan(desk, panel, controls(panel, router="always-strong"))[0]
    desk.session.columns[0] = Column({0: first})
    answer = plan(desk, panel, controls(panel, router="always-weak"), UserTurn("One"), UserTurn(PROMPT))[0]
    assert answer.llm == "gpt-4.1-nano"


def test_what_has_no_key_is_not_asked_and_says_what_it_would_cost(
    panel: RouterPanel, server: Misbehaving, tmp_path: Path
) -> None:
    desk = Desk(panel, server, tmp_path, openai_api_key=None)
    answer = plan(desk, panel, controls(panel))[1]
    assert not answer.asked
    assert answer.refusal is not None
    assert "OPENAI_API_KEY" in answer.refusal.mend
    assert answer.estimate is not None
    assert answer.estimate.usd
    assert "300 out assumed; prices of 2026" in answer.estimate.note


def test_an_image_is_for_llms_that_see_and_later_turns_remember_it(desk: Desk, panel: RouterPanel) -> None:
    chosen = controls(panel)
    answers = plan(desk, panel, chosen, UserTurn(PROMPT, IMAGE))
    assert answers[1].asked
    assert answers[3].refusal is not None
    assert "does not take images" in answers[3].refusal.what
    assert answers[1].estimate is not None
    assert "without the image's tokens" in answers[1].estimate.note
    assert answers[0].decision is not None
    assert any("image" in warning for warning in answers[0].decision.warnings)
    desk.session.columns[3] = Column({0: Answer("x", "llm:x", completion=Completion("x", text="Seen."))})
    later = plan(desk, panel, chosen, UserTurn(PROMPT, IMAGE), UserTurn("And now?"))
    assert later[3].refusal is not None, "its history holds the image"


def test_the_text_of_a_pdf_is_paid_for(desk: Desk, panel: RouterPanel) -> None:
    chosen = controls(panel)
    pdf = PdfAttachment("a.pdf", "word " * 1000, 1, 1, 5000)
    plain, loaded = (plan(desk, panel, chosen, turn)[1].estimate for turn in (UserTurn(PROMPT), UserTurn(PROMPT, pdf)))
    assert plain is not None
    assert loaded is not None
    assert plain.usd is not None
    assert loaded.usd is not None
    assert loaded.usd > plain.usd * 1


def test_a_router_that_cannot_run_leaves_its_column_without_an_llm(
    desk: Desk, panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    from errors import UnavailableError

    def fail(*_: object) -> None:
        raise UnavailableError("Its weights are gone.", "Restore them.")

    monkeypatch.setattr(panel["knn"], "score", fail)
    answer = plan(desk, panel, controls(panel, router="knn"))[0]
    assert (answer.llm, answer.asked) == ("", False)
    assert answer.router_failure is not None
    assert answer.router_failure.what == "Its weights are gone."
    chosen = plan(desk, panel, controls(panel, router="knn", override="gpt-4o"))[0]
    assert (chosen.llm, chosen.asked) == ("gpt-4o", True), "an override needs no router"


def test_the_same_question_to_the_same_llm_is_planned_once(desk: Desk, panel: RouterPanel) -> None:
    answers = plan(desk, panel, controls(panel, router="always-strong"))
    assert [answer.shared_with for answer in answers.values()] == [None, 0, None, None]


class TestPreview:
    def test_without_a_prompt_only_what_is_known_is_told(self, desk: Desk, panel: RouterPanel) -> None:
        planner = Planner(panel, desk.completions)
        answers = planner.preview(desk.session, controls(panel), "  ")
        assert [answer.llm for answer in answers.values()] == ["", "gpt-4.1", "gpt-4.1-nano", "smollm2-135m"]
        assert all(answer.estimate is None for answer in answers.values())

    def test_a_prompt_shows_decision_and_cost_before_anything_is_sent(
        self, desk: Desk, panel: RouterPanel, server: Misbehaving
    ) -> None:
        answers = Planner(panel, desk.completions).preview(desk.session, controls(panel), PROMPT)
        assert answers[0].decision is not None
        assert answers[1].estimate is not None
        assert server.requests == []

    def test_routers_that_ask_an_llm_are_not_run_for_it(self, desk: Desk, panel: RouterPanel) -> None:
        answers = Planner(panel, desk.completions).preview(desk.session, controls(panel, router="llm-router"), PROMPT)
        assert answers[0].decision is None

    def test_what_is_too_long_to_be_asked_is_not_previewed(self, desk: Desk, panel: RouterPanel) -> None:
        answers = Planner(panel, desk.completions).preview(desk.session, controls(panel), "x" * 200_001)
        assert answers[0].decision is None

    def test_a_prompt_in_place_of_the_last_one_is_not_a_turn_more(self, desk: Desk, panel: RouterPanel) -> None:
        desk.session.turns = [UserTurn("One"), UserTurn("Two")]
        for column in desk.session.columns:
            said = Answer("x", "llm:x", completion=Completion("x", text="A long answer, of some tokens."))
            column.answers = {0: said, 1: said}
        planner, chosen = Planner(panel, desk.completions), controls(panel)
        more, instead = (planner.preview(desk.session, chosen, PROMPT, replaces=replaces)[1] for replaces in (0, 1))
        assert more.request is not None
        assert instead.request is not None
        assert [len(more.request.turns), len(instead.request.turns)] == [5, 3]

    def test_a_blind_vote_is_previewed_without_the_conversation_that_it_ends(
        self, desk: Desk, panel: RouterPanel
    ) -> None:
        desk.session.turns = [UserTurn("One")]
        for column in desk.session.columns:
            column.answers = {0: Answer("x", "llm:x", completion=Completion("x", text="An answer."))}
        answer = Planner(panel, desk.completions).preview(desk.session, controls(panel, blind="1"), PROMPT)[1]
        assert answer.request is not None
        assert len(answer.request.turns) == 1


@pytest.mark.parametrize(("values", "longest"), [({}, [1024, 256]), ({"max_tokens": "64"}, [64, 64])])
def test_the_llm_on_this_machine_writes_less_unless_the_user_says_how_much(
    desk: Desk, panel: RouterPanel, values: dict[str, str], longest: list[int]
) -> None:
    answers = plan(desk, panel, controls(panel, **values))
    requests = [answers[place].request for place in (1, 3)]
    assert [request.max_tokens for request in requests if request] == longest
