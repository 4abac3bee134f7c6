"""The evidence panel: marks, the weightiest words, distances, and what is said where there is no evidence."""

import dataclasses

import pytest

from pages._cards import DecisionCard, decision_cards
from pages._view import default_view
from pages._why import Why, visible, why_of
from router_models import RouterPanel
from router_models.decision import RouterScore
from router_models.explain import NO_EVIDENCE, Explanation, Piece
from tests.pages.conftest import MakeRun

PIECES = (Piece("Prove ", 0.4), Piece("that ", 0.001), Piece("hello ", -0.2), Piece("primes", 0.1))


def why(panel: RouterPanel, make_run: MakeRun, name: str, explanation: Explanation | None, p: float = 0.3) -> Why:
    run = make_run(**{name.replace("-", "_"): p})
    cards: dict[str, DecisionCard] = {
        card.router.router: card for card in decision_cards(panel, run, default_view(panel))
    }
    return why_of(panel, name, cards[name], explanation, None)


def test_marks_grow_with_the_weight_and_faint_words_have_none(panel: RouterPanel, make_run: MakeRun) -> None:
    found = why(panel, make_run, "prompt-length", Explanation("prompt-length", "Words.", PIECES))
    tints = {piece.text.strip(): piece.tint for piece in found.pieces}
    assert tints["Prove"] > tints["hello"] > tints["primes"] > tints["that"] == 0
    assert "".join(piece.text for piece in found.pieces) == "Prove that hello primes"
    assert [piece.text.strip() for piece in found.towards] == ["Prove", "primes"]
    assert [piece.text.strip() for piece in found.against] == ["hello"]
    assert found.silent == ""


def test_no_word_is_named_on_both_sides(panel: RouterPanel, make_run: MakeRun) -> None:
    pieces = tuple(Piece(f"w{i} ", (i - 6) / 10) for i in range(12))
    found = why(panel, make_run, "prompt-length", Explanation("prompt-length", "Words.", pieces))
    assert [piece.weight for piece in found.towards] == sorted((p.weight for p in found.towards), reverse=True)
    assert [piece.weight for piece in found.against] == sorted(p.weight for p in found.against)
    assert not set(found.towards) & set(found.against)


@pytest.mark.parametrize(
    ("explanation", "said"),
    [
        (Explanation("always-weak", NO_EVIDENCE), ""),
        (Explanation("always-weak", "Too long."), ""),
        (Explanation("always-weak", "Words.", (Piece("a ", 0.0), Piece("b", 0.001))), "No part of it moves"),
        (None, ""),
    ],
)
def test_silence_is_explained(
    panel: RouterPanel, make_run: MakeRun, explanation: Explanation | None, said: str
) -> None:
    silent = why(panel, make_run, "always-weak", explanation).silent
    assert said in silent
    assert bool(said) == bool(silent)


def test_distance_to_a_threshold_and_between_routes(panel: RouterPanel, make_run: MakeRun) -> None:
    binary = why(panel, make_run, "random", None, p=0.3).distance
    assert "0.300" in binary
    assert "0.200 below the threshold of 0.500" in binary
    assert why(panel, make_run, "always-weak", None, p=0.0).distance == "It picks weak for every prompt."
    assert "simple is the likeliest route, 0.700 ahead" in why(panel, make_run, "semantic", None, p=0.2).distance


def test_the_distance_is_of_what_was_compared(panel: RouterPanel, make_run: MakeRun) -> None:
    view = dataclasses.replace(default_view(panel), cost_weight=1.0)
    cards = {card.router.router: card for card in decision_cards(panel, make_run(semantic=0.6), view)}
    assert cards["semantic"].decision.route == "simple"
    distance = why_of(panel, "semantic", cards["semantic"], None, None).distance
    assert "simple has the highest P(route) − cost weight × price share" in distance


def test_where_the_pools_own_llms_decided_weights_are_of_the_reference_pair(
    panel: RouterPanel, make_run: MakeRun
) -> None:
    name, run = "matrix-factorization", make_run()
    judged = dict.fromkeys(panel.catalogue.measured.values(), 0.5) | {"gpt-4o-2024-08-06": 0.9}
    results = tuple(
        dataclasses.replace(result, p_correct=judged)
        if isinstance(result, RouterScore) and result.router == name
        else result
        for result in run.results
    )
    found: dict[str, Why] = {}
    for pool in ("Measured", panel.catalogue.default_pool.name):
        view = dataclasses.replace(default_view(panel), pool=panel.catalogue.pool(pool))
        cards = decision_cards(panel, dataclasses.replace(run, results=results), view)
        decided = next(card for card in cards if card.router.router == name)
        found[pool] = why_of(panel, name, decided, Explanation(name, "Words.", PIECES), None)
    own = found.pop("Measured")
    assert own.reference_pair
    assert own.distance == "No threshold: gpt-4o has the highest P(correct), 0.400 ahead of gpt-4o-mini."
    assert not any(why.reference_pair for why in found.values())


@pytest.mark.parametrize(("percentile", "far"), [(None, False), (94.0, False), (95.0, True)])
def test_far_prompts_are_called_far(panel: RouterPanel, make_run: MakeRun, percentile: float | None, far: bool) -> None:
    explanation = Explanation("semantic", "Words.", PIECES, novelty_percentile=percentile)
    assert why(panel, make_run, "semantic", explanation).far is far


def test_only_semantic_routers_have_categories_to_edit(panel: RouterPanel, make_run: MakeRun) -> None:
    form = why(panel, make_run, "semantic", None).form
    assert form is not None
    assert form.routes == panel["semantic"].routes
    assert all(row.lines.strip() for row in form.rows)
    assert why(panel, make_run, "prompt-length", None).form is None


def test_control_characters_become_visible() -> None:
    assert visible("a\x00b\x1b\x7f\tc\n") == "a␀b␛␡\tc\n"
