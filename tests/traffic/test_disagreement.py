"""Where routers differ: degree, filter, search and order; and the results as files."""

import csv
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from benchmarks.plots.theme import theme
from errors import BadInputError
from pages._traffic_view import rows_html
from router_models import RouterPanel
from tests.traffic.samples import routed_of, traffic_of
from traffic.analysis import Analysis, Assumptions
from traffic.charts import groups_chart, what_if_chart
from traffic.disagreement import AS_BROUGHT, LEAST_ESCALATED, MOST_ESCALATED
from traffic.export import records, write_results
from traffic.groups import Group, Groups
from traffic.tables import groups_table, month_figures, savings_table

WILD = "<script>alert(1)</script> & more"
FORMULA = "=HYPERLINK(1)"
TEXTS = ("Alpha", WILD, FORMULA, "Delta ALPHA " + "x" * 500)


@pytest.fixture
def analysis(panel: RouterPanel) -> Analysis:
    routed = routed_of(
        panel,
        TEXTS,
        knn=[0.9, 0.9, 0.0, 0.0],
        keras_cnn=[0.9, 0.9, 0.0, 0.9],
        encoder_3way=[0.9, 0.1, 0.0, 0.0],
        always_strong=[1.0] * 4,
    )
    return Analysis(panel.catalogue, traffic_of(TEXTS), routed, Assumptions(panel.catalogue.default_pool.name), 0.03)


@pytest.fixture
def groups() -> Groups:
    pair = (Group("alpha, beta", 0, 2, 0.5), Group(WILD, 1, 2, 0.5))
    return Groups(pair, np.arange(4), np.array([0, 1, 1, 0]), np.zeros((4, 2)), 0.4, True)


def test_the_degree_counts_learnt_routers_in_the_minority(analysis: Analysis) -> None:
    found = analysis.disagreement
    assert found.voting == ("knn", "keras-cnn", "encoder-3way")
    np.testing.assert_allclose(found.escalating, [1, 2 / 3, 0, 1 / 3])
    np.testing.assert_allclose(found.degree, [0, 2 / 3, 0, 2 / 3])
    assert found.different.tolist() == [False, True, False, True]


@pytest.mark.parametrize(
    ("options", "wanted"),
    [
        ({"only_different": True}, [1, 3]),
        ({"only_different": False}, [1, 3, 0, 2]),
        ({"only_different": False, "order": AS_BROUGHT}, [0, 1, 2, 3]),
        ({"only_different": False, "order": MOST_ESCALATED}, [0, 1, 3, 2]),
        ({"only_different": False, "order": LEAST_ESCALATED}, [2, 3, 1, 0]),
        ({"only_different": False, "search": " alpha "}, [3, 0]),
        ({"only_different": True, "search": "ALPHA"}, [3]),
        ({"only_different": False, "search": "nowhere"}, []),
        ({"only_different": True, "order": "nonsense"}, [1, 3]),
    ],
)
def test_prompts_are_filtered_searched_and_sorted(
    analysis: Analysis, options: dict[str, str], wanted: list[int]
) -> None:
    assert analysis.disagreement.places(TEXTS, **options).tolist() == wanted  # type: ignore[arg-type]


def test_equal_prompts_are_shown_once(panel: RouterPanel) -> None:
    texts = ("Thanks!", "Why?", "Thanks!", "Thanks!")
    same = [0.9, 0.1, 0.9, 0.9]
    routed = routed_of(panel, texts, knn=same, keras_cnn=[0.0] * 4)
    analysis = Analysis(
        panel.catalogue, traffic_of(texts), routed, Assumptions(panel.catalogue.default_pool.name), 0.03
    )
    for order in (AS_BROUGHT, LEAST_ESCALATED):
        shown = analysis.disagreement.places(texts, only_different=False, order=order).tolist()
        assert sorted(texts[place] for place in shown) == ["Thanks!", "Why?"]
        assert 0 in shown
    assert analysis.times == {"Thanks!": 3, "Why?": 1}
    assert "<b>3 ×</b>" in rows_html(analysis, [0, 1], 2, 0)


def test_csv_is_read_back_and_no_cell_is_a_formula(analysis: Analysis, groups: Groups, tmp_path: Path) -> None:
    path = tmp_path / "out.csv"
    write_results(path, "csv", analysis, groups)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["prompt"] for row in rows] == [TEXTS[0], WILD, "'" + FORMULA, TEXTS[3]]
    assert [row["row"] for row in rows] == ["2", "3", "4", "5"]
    assert [row["knn route"] for row in rows] == ["strong", "strong", "weak", "weak"]
    assert rows[0]["encoder-3way llm"] != "gpt-4.1-nano"
    assert [row["group"] for row in rows] == ["alpha, beta", WILD, WILD, "alpha, beta"]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "-", "@"))]
    now = analysis.money.usd("gpt-4.1")
    assert now is not None
    assert [float(row["cost_now_usd"]) for row in rows] == pytest.approx(now.tolist())


def test_jsonl_and_parquet_hold_the_same_rows(analysis: Analysis, tmp_path: Path) -> None:
    wanted = list(records(analysis))
    write_results(tmp_path / "out.jsonl", "jsonl", analysis)
    lines = (tmp_path / "out.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == wanted
    write_results(tmp_path / "out.parquet", "parquet", analysis)
    assert pq.read_table(tmp_path / "out.parquet").to_pylist() == wanted


def test_the_users_own_names_of_rows_go_along(analysis: Analysis, tmp_path: Path) -> None:
    assert "id" not in next(records(analysis))
    analysis.traffic = replace(analysis.traffic, keys=("a-1", "=2", "c-3", "d-4"))
    write_results(tmp_path / "out.csv", "csv", analysis)
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        assert [row["id"] for row in csv.DictReader(file)] == ["a-1", "'=2", "c-3", "d-4"]
    write_results(tmp_path / "out.parquet", "parquet", analysis)
    assert pq.read_table(tmp_path / "out.parquet").column("id").to_pylist() == ["a-1", "=2", "c-3", "d-4"]


def test_another_form_is_refused(analysis: Analysis, tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="xlsx"):
        write_results(tmp_path / "out", "xlsx", analysis)


def test_tables_escape_what_users_wrote(analysis: Analysis, groups: Groups) -> None:
    html = groups_table(groups, analysis).html()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html
    assert "<script>" not in (groups_chart(groups, analysis, theme("light")).figure.to_json() or "")


def test_the_table_of_savings_has_baselines_apart_and_the_figures_of_the_month(analysis: Analysis) -> None:
    table = savings_table(analysis)
    assert [name for name, _ in table.groups] == ["", "Baselines, to compare with"]
    learnt, baselines = (rows for _, rows in table.groups)
    assert {row[0].text for row in learnt} == {"knn", "keras-cnn", "encoder-3way"}
    assert [row[0].text for row in baselines] == ["always-strong"]
    saving = analysis.savings["knn"]
    row = next(row for row in learnt if row[0].text == "knn")
    assert row[2].value == pytest.approx(saving.saving_usd.value * 100_000)
    figures = {name: value for name, value, _ in month_figures(analysis, saving)}
    assert figures["saved a month"] == row[2].text
    assert figures["sent to a dearer LLM"] == "50.0 %"


def test_the_chart_of_what_if_marks_own_and_chosen_setting(analysis: Analysis) -> None:
    found = analysis.what_if("knn")
    chart = what_if_chart(found, 0.2, 0.7, 1000, theme("dark"))
    assert [shape["x0"] for shape in chart.figure.to_dict()["layout"]["shapes"]] == [0.7, 0.2]
    shares = chart.columns["share to a dearer LLM"]
    assert shares[0] == 1.0
    assert shares[-1] == 0.0
    assert chart.columns["saved a month, USD"][0] == pytest.approx(1000 * found.saving_usd[0])
