"""The address of the Benchmarks page: read with care, written by the browser."""

import pytest

from pages._bench_link import NOTHING, OF_THE_CURVES, keeps, keeps_tab, offered, read_link
from pages._bench_page import HEAD, BenchmarksPage

PAGE = BenchmarksPage(frozenset({"ensemble"}), 0.03)
PAGE.tabs = ("answers", "speed")


def test_an_empty_address_asks_for_nothing() -> None:
    assert read_link("") == NOTHING
    assert read_link("__theme=dark") == NOTHING


def test_every_field_is_read() -> None:
    asked = read_link(
        "benchmark=mmlu&keep=70&axis=list&curves=knn,ensemble&bands=1&router=knn&share=30&against=random&tab=speed"
    )
    assert (asked.benchmark, asked.keep, asked.axis, asked.curves) == ("mmlu", 70.0, "list", ("knn", "ensemble"))
    assert (asked.banded, asked.router, asked.percent) == (True, "knn", 30.0)
    assert (asked.baseline, asked.tab, asked.problems) == ("random", "speed", ())


@pytest.mark.parametrize("query", ["share=300", "share=-1", "share=nan", "share=inf", "share=", "keep=49", "keep=x"])
def test_a_number_out_of_range_is_left_out_and_said(query: str) -> None:
    name = query.partition("=")[0]
    asked = read_link(f"benchmark=mmlu&{query}")
    if query == "share=":
        assert asked.percent is None, "an empty field is no field"
        return
    assert asked.percent is None and asked.keep is None
    assert len(asked.problems) == 1 and name in asked.problems[0]
    assert asked.benchmark == "mmlu", "the rest is used"


def test_no_curves_is_not_the_usual_curves() -> None:
    assert read_link("curves=&benchmark=mmlu").curves is None
    assert read_link("curves=,").curves == ()


def test_far_too_many_fields_are_refused() -> None:
    asked = read_link("&".join(f"a{number}=1" for number in range(300)))
    assert asked.problems


def test_what_is_not_offered_is_said_and_cut() -> None:
    said: list[str] = []
    assert offered("knn", "router", ["knn"], "kmeans", said) == "knn"
    assert offered("", "router", ["knn"], "kmeans", said) == "kmeans"
    assert said == []
    assert offered("x" * 500, "router", ["knn"], "kmeans", said) == "kmeans"
    assert len(said) == 1 and len(said[0]) < 200


def test_a_link_sets_every_control() -> None:
    values = PAGE.arrived(
        "light", "benchmark=gsm8k&keep=70&axis=share&curves=knn&router=ensemble&share=30&against=random&tab=speed", None
    )
    assert len(values) == HEAD + 4
    notice, benchmark, answer, axis, curves, router, percent, baseline = values[:8]
    assert notice.strip() == ""
    assert (benchmark["value"], axis["value"], curves["value"]) == ("gsm8k", "share", ["knn"])
    assert (router["value"], percent["value"], baseline["value"]) == ("ensemble", 30, "random")
    assert 'data-benchmark="gsm8k"' in answer and 'data-point="ensemble"' in values[10]
    assert values[HEAD]["value"] == 70.0
    assert values[-1] == "speed"


def test_a_link_to_what_is_not_there_shows_the_usual_view_and_says_why() -> None:
    values = PAGE.arrived("light", "benchmark=nosuch&router=nobody&tab=nowhere&curves=knn,nobody", None)
    assert all(name in values[0] for name in ("nosuch", "nobody", "nowhere"))
    assert values[1]["value"] == "routerbench-part"
    assert values[4]["value"] == ["knn"]
    assert values[-1] == "answers"


def test_markup_in_a_link_is_text() -> None:
    values = PAGE.arrived("light", "benchmark=%3Cscript%3Ealert(1)%3C/script%3E", None)
    assert "<script>" not in values[0] and "&lt;script&gt;" in values[0]


def test_a_share_of_another_router_is_not_the_answers() -> None:
    usual = PAGE.arrived("light", "benchmark=gsm8k", None)
    other = PAGE.arrived("light", "benchmark=gsm8k&router=prompt-length", None)
    assert usual[6]["value"] != 50
    assert other[6]["value"] == 50


def test_events_write_in_the_browser_alone() -> None:
    event = keeps("share")
    assert event["fn"] is None and '"share"' in event["js"]
    assert "[]" in event["js"]
    assert all(f'"{name}"' in keeps("benchmark", resets=True)["js"] for name in OF_THE_CURVES)
    assert '"speed"' in keeps_tab("speed")["js"]
