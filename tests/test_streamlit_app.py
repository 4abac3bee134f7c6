from collections.abc import Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

import streamlit_app
from benchmarks.dashboard.leaderboard import leaderboard
from benchmarks.dashboard.operating_point import point_at_share
from benchmarks.dashboard.plain_answer import plain_answer
from benchmarks.dashboard.source import Source, best_basis

TIMEOUT_S = 300
FIRST = "routerbench-part"


def drawn(view: str) -> AppTest:
    """One view, as the navigation draws it."""
    script = f"import streamlit_app\nstreamlit_app.view(streamlit_app.{view})"
    return AppTest.from_string(script, default_timeout=TIMEOUT_S).run()


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No benchmark was ever scored."""
    monkeypatch.setattr(streamlit_app, "SOURCE", Source(folder=tmp_path))
    yield


def test_the_app_opens_on_the_curves() -> None:
    app = AppTest.from_file(str(Path(streamlit_app.__file__)), default_timeout=TIMEOUT_S).run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Which router saves how much?"]
    assert len(app.get("plotly_chart")) == 1


def test_the_point_is_the_dashboards_and_moves_with_the_slider() -> None:
    app = drawn("choose_view")
    numbers = Source().numbers(FIRST)
    answer = plain_answer(numbers)
    assert answer.headline in app.info[0].value
    router = app.selectbox[1].value
    for percent in (20, 70):
        app.slider[0].set_value(percent).run()
        assert not app.exception
        point = point_at_share(numbers, router, percent / 100, best_basis(numbers))
        shown = {metric.label: metric.value for metric in app.metric}
        assert shown["threshold"] == f"{point.threshold:.3f}"
        assert shown["quality"] == f"{point.quality.value:.3f}"
        assert point.saving_share is not None
        assert shown["saving"] == f"{point.saving_share.value:.1%}"


def test_another_benchmark_shows_its_own_answer_and_stays_chosen() -> None:
    app = drawn("choose_view")
    app.selectbox[0].set_value("gsm8k").run()
    assert not app.exception
    assert plain_answer(Source().numbers("gsm8k")).headline in app.info[0].value
    assert app.session_state["kept benchmark"] == "gsm8k"


def test_the_leaderboard_has_the_rows_of_the_benchmark_and_of_the_chosen_groups() -> None:
    app = drawn("leaderboard_view")
    assert not app.exception
    rows = [row for row in leaderboard().rows if row.benchmark == app.selectbox[0].value]
    assert sorted(app.dataframe[0].value["router"]) == sorted(row.router for row in rows)
    app.multiselect[0].set_value(["published"]).run()
    published = [row.router for row in rows if row.group == "published"]
    assert sorted(app.dataframe[0].value["router"]) == sorted(published)


@pytest.mark.parametrize(("benchmark", "router", "charts"), [("ray", "keras-cnn", 6), ("mmlu", "ensemble", 6)])
def test_the_report_has_every_chart_that_there_are_numbers_for(benchmark: str, router: str, charts: int) -> None:
    app = drawn("report_view")
    app.selectbox[0].set_value(benchmark).run()
    app.selectbox[1].set_value(router).run()
    assert not app.exception
    assert len(app.get("plotly_chart")) >= charts
    assert len(app.get("download_button")) == len(app.get("plotly_chart"))


@pytest.mark.usefixtures("empty")
def test_without_numbers_the_page_says_how_to_make_them() -> None:
    app = drawn("choose_view")
    assert not app.exception
    assert "python -m benchmarks" in app.error[0].value
