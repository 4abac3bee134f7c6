"""What is saved: against plain sums, several baselines, other settings, and their intervals."""

import math

import numpy as np
import pytest

from benchmarks.bootstrap import bootstrap
from errors import BadInputError, UnknownNameError
from router_models import RouterPanel
from router_models.policy import Policy
from tests.traffic.samples import PROMPTS, first_policy, money_of, routed_of, traffic_of
from traffic.analysis import Analysis, Assumptions, usual_baseline
from traffic.baseline import USED_NOW, baseline_of
from traffic.intake import Traffic
from traffic.intervals import mean_of, ratio_of, share_of
from traffic.money import Money
from traffic.naming import known_llms
from traffic.routed import Routed
from traffic.savings import saving_of
from traffic.what_if import COST_WEIGHT, THRESHOLD, saving_at, setting_of, what_if

P = [0.0, 0.3, 0.9, 0.15]
OWN_USD = 1e-6


def analysis_of(panel: RouterPanel, traffic: Traffic, routed: Routed, **assumed: object) -> Analysis:
    pool = panel.catalogue.default_pool.name
    return Analysis(panel.catalogue, traffic, routed, Assumptions(pool, **assumed), 0.03)  # type: ignore[arg-type]


def test_a_saving_is_the_plain_sum(panel: RouterPanel) -> None:
    routed, traffic = routed_of(panel, prompt_length=P), traffic_of()
    policy = Policy(panel.catalogue.default_pool, {"prompt-length": 0.25})
    money = money_of(panel.catalogue, traffic, routed)
    found = saving_of(
        routed.scores["prompt-length"], policy, money, baseline_of("gpt-4.1", traffic, routed, money), OWN_USD
    )
    now, after = 0.0, 0.0
    for prompt, p in zip(PROMPTS, P, strict=True):
        quotes = panel.quote(prompt, policy)
        now += float(quotes["gpt-4.1"].usd or 0)
        after += float(quotes["gpt-4.1" if p >= 0.25 else "gpt-4.1-nano"].usd or 0)
    assert found.share.value == 0.5
    assert found.now_usd.value == pytest.approx(now / 4)
    assert found.after_usd.value == pytest.approx(after / 4)
    assert found.saving_usd.value == pytest.approx((now - after) / 4 - OWN_USD)
    assert found.saving_share is not None
    assert found.saving_share.value == pytest.approx(1 - (after + 4 * OWN_USD) / now)
    assert found.saving_usd.low < found.saving_usd.value < found.saving_usd.high
    assert (found.counted, found.left_out) == (4, 0)
    assert found.llms == (("gpt-4.1", 0.5), ("gpt-4.1-nano", 0.5))


def test_the_llms_that_a_table_names_are_a_baseline(panel: RouterPanel) -> None:
    routed = routed_of(panel, prompt_length=P)
    traffic = traffic_of(llms=["GPT-4.1", "openai/gpt-4.1-nano", "house-llm", ""])
    money = money_of(panel.catalogue, traffic, routed)
    baseline = baseline_of(USED_NOW, traffic, routed, money)
    dear, cheap = money.usd("gpt-4.1"), money.usd("gpt-4.1-nano")
    assert dear is not None and cheap is not None
    assert baseline.usd[:2].tolist() == [dear[0], cheap[1]]
    assert np.isnan(baseline.usd[2:]).all()
    assert dict(baseline.unknown) == {"house-llm": 1, "(empty)": 1}
    found = saving_of(routed.scores["prompt-length"], first_policy(panel), money, baseline, 0.0)
    assert (found.counted, found.left_out) == (2, 2)


def test_known_lengths_of_a_reasoning_llms_own_answers_hold_its_hidden_tokens(panel: RouterPanel) -> None:
    routed = routed_of(panel, prompt_length=P)
    traffic = traffic_of(llms=["o4-mini", "O4-mini", "gpt-4.1", "o4-mini"], output_tokens=[1300, np.nan, 1300, 80])
    money = Money(panel.catalogue, traffic, routed, 300, 1000)
    found, price = money.usd("o4-mini"), money.price("o4-mini")
    nothing = Money(panel.catalogue, traffic_of(output_tokens=[0] * 4), routed, 0, 0).usd("o4-mini")
    assert found is not None and price is not None and nothing is not None
    billed = (found - nothing) / float(price.output_usd_per_mtok) * 1e6
    assert billed == pytest.approx([1300, 300 + 1000, 1300 + 1000, 80])
    own = "but for answers whose length your table gives for that very LLM"
    assert own in analysis_of(panel, traffic, routed).priced_by()
    assert own not in analysis_of(panel, traffic_of(), routed).priced_by()


def test_a_length_without_an_llms_name_says_nothing_of_hidden_tokens(panel: RouterPanel) -> None:
    routed = routed_of(panel, prompt_length=P)
    named, unnamed = (
        Money(panel.catalogue, traffic_of(llms=llms, output_tokens=[1300] * 4), routed, 300, 1000).usd("o4-mini")
        for llms in (["o4-mini"] * 4, [])
    )
    assert named is not None and unnamed is not None
    assert np.all(unnamed > named)


def test_without_names_or_prices_there_is_no_such_baseline(panel: RouterPanel) -> None:
    routed = routed_of(panel, prompt_length=P)
    money = money_of(panel.catalogue, traffic_of(), routed)
    with pytest.raises(BadInputError, match="No column says"):
        baseline_of(USED_NOW, traffic_of(), routed, money)
    strange = traffic_of(llms=["house-llm"] * 4)
    with pytest.raises(BadInputError, match="house-llm"):
        baseline_of(USED_NOW, strange, routed, money)
    with pytest.raises(UnknownNameError):
        baseline_of("gone", strange, routed, money)
    assert usual_baseline(panel.catalogue, strange, panel.catalogue.default_pool.name) == "gpt-4.1"


def test_an_llm_is_known_by_id_title_and_providers_name(panel: RouterPanel) -> None:
    names = ("gpt-4.1", "GPT-4.1 nano", "openai/o4-mini", "gpt-4o-2024-08-06", "gpt_4.1_mini", "gpt-9")
    assert known_llms(panel.catalogue, names) == {
        "gpt-4.1": "gpt-4.1",
        "GPT-4.1 nano": "gpt-4.1-nano",
        "openai/o4-mini": "o4-mini",
        "gpt-4o-2024-08-06": "gpt-4o",
        "gpt_4.1_mini": "gpt-4.1-mini",
    }


@pytest.mark.parametrize("router", ["prompt_length", "encoder_3way"])
def test_the_curve_of_what_if_agrees_with_each_single_setting(panel: RouterPanel, router: str) -> None:
    traffic = traffic_of(llms=["gpt-4.1", "house-llm", "gpt-4.1-mini", "gpt-4.1"])
    routed = routed_of(panel, **{router: P})
    money, policy = money_of(panel.catalogue, traffic, routed), first_policy(panel)
    baseline = baseline_of(USED_NOW, traffic, routed, money)
    scores = routed.scores[router.replace("_", "-")]
    curve = what_if(scores, policy, money, baseline, OWN_USD)
    assert curve.setting == setting_of(scores, policy, money) == (THRESHOLD if "length" in router else COST_WEIGHT)
    for at in range(0, len(curve.values), 10):
        one = saving_at(scores, policy, money, baseline, OWN_USD, float(curve.values[at]))
        assert curve.share[at] == pytest.approx(one.share.value)
        assert curve.saving_usd[at] == pytest.approx(one.saving_usd.value)
    assert np.all(np.diff(curve.share) <= 0)


def test_what_cannot_be_moved_stays_and_what_is_out_of_range_is_refused(panel: RouterPanel) -> None:
    routed, traffic = routed_of(panel, always_strong=[1.0] * 4, cascade=P, prompt_length=P), traffic_of()
    found = analysis_of(panel, traffic, routed)
    for fixed in ("always-strong", "cascade"):
        assert found.what_if(fixed).setting == ""
        assert found.at(fixed, 0.01).share == found.savings[fixed].share
    with pytest.raises(BadInputError, match="threshold"):
        found.at("prompt-length", 1.5)
    with pytest.raises(BadInputError, match="did not run"):
        found.at("knn", 0.5)


def test_an_analysis_says_what_it_rests_on(panel: RouterPanel) -> None:
    routed, traffic = routed_of(panel, prompt_length=P, encoder_3way=P, always_weak=[0.0] * 4), traffic_of()
    found = analysis_of(panel, traffic, routed, per_month=1000, output_tokens=120)
    said = found.priced_by()
    assert "genai-prices" in said and "120 tokens are assumed for every answer" in said and "hidden tokens" in said
    assert any("too few" in sentence for sentence in found.cautions())
    assert found.ordered == ("encoder-3way", "prompt-length", "always-weak")
    with pytest.raises(BadInputError, match="0 prompts a month"):
        analysis_of(panel, traffic, routed, per_month=0)
    with pytest.raises(UnknownNameError):
        Analysis(panel.catalogue, traffic, routed, Assumptions("no pool"), 0.03)


def test_a_stopped_run_and_unknown_llms_are_said(panel: RouterPanel) -> None:
    whole = routed_of(panel, prompt_length=P)
    part = Routed(whole.rows, 9, whole.scores, {}, whole.tokens, whole.embedded, whole.embeddings, whole.seconds)
    traffic = traffic_of(llms=["gpt-4.1", "house-llm", "gpt-4.1", "gpt-4.1"])
    cautions = " ".join(analysis_of(panel, traffic, part).cautions())
    assert "random 4 of 9 prompts" in cautions
    assert "1 prompts name an LLM" in cautions and "house-llm" in cautions


def test_shares_have_wilson_intervals() -> None:
    found = share_of(10, 100)  # the textbook's example
    assert (found.low, found.high) == pytest.approx((0.0552, 0.1744), abs=1e-4)
    assert share_of(0, 50).low == 0 < share_of(0, 50).high
    assert share_of(50, 50).high == 1 > share_of(50, 50).low
    assert math.isnan(share_of(0, 0).value)


def test_means_and_ratios_have_about_the_intervals_of_a_bootstrap() -> None:
    random = np.random.default_rng(1)
    below = random.gamma(2.0, size=400)
    above = below * random.uniform(0, 1, size=400)

    def mean(rows: np.ndarray) -> float:
        return float(above[rows].mean())

    def ratio(rows: np.ndarray) -> float:
        return float(above[rows].mean() / below[rows].mean())

    for found, metric in ((mean_of(above), mean), (ratio_of(above, below), ratio)):
        drawn = bootstrap(metric, 400)  # type: ignore[arg-type]
        assert found is not None
        assert found.value == drawn.value
        width = drawn.high - drawn.low
        assert found.low == pytest.approx(drawn.low, abs=0.1 * width)
        assert found.high == pytest.approx(drawn.high, abs=0.1 * width)
    assert ratio_of(np.zeros(3), np.zeros(3)) is None
    assert math.isnan(mean_of(np.zeros(0)).value)
