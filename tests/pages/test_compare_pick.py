"""What a column says of the LLM that it asks: decided now, kept, overridden, or far from what its router knows."""

import dataclasses

import pytest

from pages._compare_columns import Answer
from pages._compare_pick import PickView, pick_of
from pages._templates import render
from router_models import Decision, RouterPanel
from router_models.policy import novelty_warning

PROMPT = "Prove that the square root of 2 is irrational."


@pytest.fixture(scope="module")
def decision(panel: RouterPanel) -> Decision:
    return panel.decisions(panel.run(PROMPT, only=["knn"]))[0]


def picked(panel: RouterPanel, decision: Decision, **more: object) -> PickView:
    answer = Answer(decision.llm, "routed", decision=decision)
    return pick_of(dataclasses.replace(answer, **more), panel, panel.catalogue, "estimated")  # type: ignore[arg-type]


def html(view: PickView) -> str:
    from pages._compare_view import HeadView

    return render("compare_head.html", head=HeadView(0, shown=True, now=view), echo="")


def test_a_decision_of_this_turn_is_shown_with_its_figures(panel: RouterPanel, decision: Decision) -> None:
    shown = html(picked(panel, decision))
    assert f"<b>{panel['knn'].title}</b> picks <b>{decision.llm}</b>" in shown
    assert "confidence" in shown
    assert "Kept from" not in shown


def test_an_llm_that_is_kept_says_from_where_and_shows_no_decision(panel: RouterPanel, decision: Decision) -> None:
    view = picked(panel, decision, kept_from=1)
    shown = html(view)
    assert f"Kept from turn 2, where {panel['knn'].title} picked it ({decision.route})." in shown
    for figure in ("confidence", "p_strong", decision.reason[:20], "Far from"):
        assert figure not in shown
    assert view.tier == picked(panel, decision).tier > 0


def test_an_override_shows_what_the_router_would_have_picked(panel: RouterPanel, decision: Decision) -> None:
    shown = html(picked(panel, decision, llm="gpt-4o", overridden=True))
    assert "You override it with gpt-4o." in shown
    assert f"picks <b>{decision.llm}</b>" in shown


def test_a_prompt_far_from_the_training_prompts_is_a_remark_and_no_alarm(
    panel: RouterPanel, decision: Decision
) -> None:
    far = novelty_warning(99.0)
    assert far is not None
    warned = dataclasses.replace(decision, novelty_percentile=99.0, warnings=("It reads no images.", far))
    view = picked(panel, warned)
    assert (view.warnings, view.far) == (("It reads no images.",), far)
    assert f'<p class="rp-col-far">{far}</p>' in html(view)
    assert html(view).count("rp-col-warn") == 1
