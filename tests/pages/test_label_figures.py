"""Agreement in words: every measure with its interval and what it means, every pair, nothing where nothing is known."""

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from benchmarks.bootstrap import Estimate
from feedback.agreement import agreement
from pages._label_figures import MAYBE_CHANCE, agreement_html, in_words, measures_of, pairs_of
from router_models import RouterPanel
from tests.pages.labelling import ANNA, BASHIR, Office, office_with

PROMPTS = [f"Prompt {number}" for number in range(6)]


@pytest.fixture
def office(panel: RouterPanel, tmp_path: Path) -> Iterator[Office]:
    yield from office_with(panel, tmp_path, PROMPTS, overlap=2)


@pytest.mark.parametrize(
    ("value", "word"),
    [(-0.3, "beyond chance"), (0.0, "beyond chance"), (0.15, "Slight"), (0.35, "Fair"), (0.6, "Moderate"),
     (0.75, "Substantial"), (0.95, "Almost perfect"), (1.0, "Almost perfect")],
)  # fmt: skip
def test_words_follow_the_bounds(value: float, word: str) -> None:
    assert word in in_words(value)


def test_without_two_labels_on_a_prompt_the_page_says_how_to_get_them(office: Office) -> None:
    office.give("1")
    html = agreement_html(office.labels, ANNA)
    assert "No prompt has a tier from two people yet" in html
    assert "Krippendorff" not in html
    assert "(you)" in html


def test_three_measures_with_intervals_and_a_sentence_each() -> None:
    tiers = {str(n): {"a": 1 + n % 3, "b": 1 + (n % 3 if n % 5 else (n + 1) % 3)} for n in range(60)}
    measures = measures_of(agreement(tiers))
    assert [measure.name.split()[0] for measure in measures] == ["Krippendorff's", "Krippendorff's", "Fleiss'"]
    for measure in measures:
        value, _, interval = measure.value.partition(" [")
        low, _, high = interval.rstrip("]").partition(", ")
        assert float(low) < float(value) < float(high)
        assert measure.sentence.startswith(in_words(float(value)))
    (pair,) = pairs_of(agreement(tiers), "b")
    assert (pair.first != pair.second, pair.prompts) == (True, 60)
    assert sum(name.endswith("(you)") for name in (pair.first, pair.second)) == 1
    assert pair.same == pytest.approx(48 / 60)


def test_disagreement_beyond_chance_is_written_with_a_minus_sign() -> None:
    tiers = {str(n): {"a": 1 + n % 2, "b": 2 - n % 2} for n in range(20)}
    assert measures_of(agreement(tiers))[0].value.startswith("\N{MINUS SIGN}")


def test_what_may_be_chance_is_called_so() -> None:
    tiers = {str(n): {"a": 1 + n % 3, "b": 1 + (n * n) % 3} for n in range(6)}
    for measure in measures_of(agreement(tiers)):
        assert measure.value.split("[")[1].startswith("\N{MINUS SIGN}")
        assert measure.sentence.startswith(MAYBE_CHANCE)


def test_where_everybody_says_the_same_nothing_is_claimed() -> None:
    found = agreement({str(n): {"a": 2, "b": 2} for n in range(10)})
    assert isinstance(found.fleiss, Estimate)
    assert math.isnan(found.fleiss.value)
    for measure in measures_of(found):
        assert measure.value == ""
        assert "Nothing can be said" in measure.sentence


def test_the_page_has_every_pair_and_everybody(office: Office) -> None:
    for prompt in PROMPTS:
        office.say(prompt, 1)
        office.say(prompt, 1 if prompt != PROMPTS[0] else 3, BASHIR)
    html = agreement_html(office.labels, BASHIR)
    assert "Over 6 prompts" in html
    assert "That is few" in html
    assert "83 %" in html
    assert html.count("(you)") == 2, "once among the pairs, once among the people"
