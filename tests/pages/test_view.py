"""Controls go into the address and come back the same; nonsense in an address is named and harmless."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from llms.pool import ROUTES
from pages._link import parse_query, write_query
from pages._view import RouteView, default_view, has_threshold, read_view
from router_models import RouterPanel
from router_models.policy import Policy

HUNDREDTHS = st.integers(0, 100).map(lambda n: n / 100)


def binary(panel: RouterPanel) -> list[str]:
    return [name for name in panel.ids if has_threshold(panel[name].card)]


def read(query: str, panel: RouterPanel) -> tuple[RouteView, tuple[str, ...]]:
    return read_view(parse_query(query)[0], panel)


@st.composite
def views(draw: st.DrawFn, panel: RouterPanel) -> RouteView:
    own = Policy(pool=panel.catalogue.default_pool)
    thresholds = draw(st.dictionaries(st.sampled_from(binary(panel)), HUNDREDTHS))
    pool = draw(st.sampled_from(panel.catalogue.pools))
    return RouteView(
        pool=pool,
        thresholds={name: t for name, t in thresholds.items() if t != own.threshold(panel[name].card)},
        cost_weight=draw(HUNDREDTHS),
        output_tokens=draw(st.integers(0, 1_000_000)),
        reasoning_tokens=draw(st.integers(0, 1_000_000)),
        sort=draw(st.sampled_from(["measured", "panel", "p_strong", "confidence", "cost", "latency"])),
        family=draw(st.sampled_from(["", *{panel[name].family for name in panel.ids}])),
        differing=draw(st.booleans()),
        why=draw(st.sampled_from(["", *panel.ids])),
        share_prompt=draw(st.booleans()),
    )


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(data=st.data())
def test_an_address_reproduces_the_view(panel: RouterPanel, data: st.DataObject) -> None:
    view = data.draw(views(panel))
    prompt = data.draw(st.text(max_size=50).filter(lambda text: "\ud800" not in text))
    query = write_query(view, panel, prompt)
    again, problems = read(query, panel)
    assert problems == ()
    assert again == view
    assert parse_query(query)[0].get("prompt", "") == (prompt if view.share_prompt else "")


def test_a_first_visit_has_an_empty_query(panel: RouterPanel) -> None:
    assert write_query(default_view(panel), panel, "some prompt") == ""
    assert read("", panel) == (default_view(panel), ())


def test_own_choice_of_llms_survives_and_a_rebuilt_preset_is_recognised(panel: RouterPanel) -> None:
    view, problems = read("llm.weak=gpt-4o-mini", panel)
    assert problems == ()
    assert view.pool.serves["weak"] == "gpt-4o-mini"
    assert read(write_query(view, panel), panel)[0].pool.serves == view.pool.serves
    other = panel.catalogue.pools[1]
    rebuilt, _ = read("&".join(f"llm.{route}={other.serves[route]}" for route in ROUTES), panel)
    assert rebuilt.pool == other


def test_a_routers_own_threshold_is_no_change(panel: RouterPanel) -> None:
    name = binary(panel)[0]
    own = Policy(pool=panel.catalogue.default_pool).threshold(panel[name].card)
    view, _ = read(f"t.{name}={own}", panel)
    assert view.thresholds == {}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("pool=nonsense", "no pool called “nonsense”"),
        ("llm.weak=gpt-99", "no LLM called “gpt-99”"),
        ("cost=2", "cost weight “2”"),
        ("cost=nan", "cost weight “nan”"),
        ("out=-1", "answer length “-1”"),
        ("think=2000000", "from 0 to 1,000,000"),
        ("out=many", "answer length “many”"),
        ("t.semantic=0.5", "no router “semantic” that has a threshold"),
        ("t.always-strong=0.5", "no router “always-strong” that has a threshold"),
        ("t.cascade=0.5", "no router “cascade” that has a threshold"),
        ("t.nobody=0.5", "no router “nobody” that has a threshold"),
        ("t.prompt-length=1.5", "threshold of prompt-length “1.5”"),
        ("family=royal", "no router family “royal”"),
        ("sort=beauty", "cannot be sorted by “beauty”"),
        ("why=nobody", "no router “nobody”"),
    ],
)
def test_what_cannot_be_used_is_named_and_left_out(panel: RouterPanel, query: str, said: str) -> None:
    view, problems = read(query, panel)
    assert len(problems) == 1
    assert said in problems[0]
    assert view == default_view(panel)
