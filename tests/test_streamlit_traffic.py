"""The Streamlit view of a user's own prompts: the same figures as the engine gives, errors said, files taken along."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.testing.v1 import AppTest

import streamlit_traffic
from router_models import RouterPanel
from streamlit_traffic import KEPT, Brought
from traffic.analysis import Analysis, Assumptions

TIMEOUT_S = 300
SCRIPT = "import streamlit_app\nstreamlit_app.own_prompts()"
LINES = "\n".join(f"What is {n} times {n + 1}?" for n in range(12))


@pytest.fixture
def view(panel: RouterPanel, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    def the_panel() -> RouterPanel:
        return panel

    the_panel.clear = lambda: None  # type: ignore[attr-defined]
    monkeypatch.setattr(streamlit_traffic, "the_panel", the_panel)
    return AppTest.from_string(SCRIPT, default_timeout=TIMEOUT_S).run()


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    return app.run()


def choose(app: AppTest, label: str) -> Callable[[str], AppTest]:
    box = next(one for one in app.selectbox if one.label == label)

    def chosen(value: str) -> AppTest:
        box.set_value(value)
        return app.run()

    return chosen


def route(app: AppTest, *routers: str) -> AppTest:
    app.multiselect[0].set_value(list(routers))
    return press(app, "Route my prompts")


def test_the_app_opens_with_the_view_in_its_navigation() -> None:
    app = AppTest.from_file(
        str(Path(streamlit_traffic.__file__).with_name("streamlit_app.py")), default_timeout=TIMEOUT_S
    ).run()
    assert not app.exception


def test_figures_are_the_engines(view: AppTest, panel: RouterPanel) -> None:
    press(view, "Try with example data")
    assert "invented" in view.info[0].value
    route(view, "encoder-quality", "keras-dnn", "always-strong")
    assert not view.exception
    brought: Brought = view.session_state[KEPT]
    assert brought.traffic is not None and brought.routed is not None
    pool = panel.catalogue.default_pool.name
    analysis = Analysis(panel.catalogue, brought.traffic, brought.routed, Assumptions(pool), 0.03)
    router = next(box for box in view.selectbox if box.label == "Router").value
    shown = {metric.label: metric.value for metric in view.metric}
    for name, value, _ in streamlit_traffic.month_figures(analysis, analysis.savings[router]):
        assert shown[name] == value
    assert len(view.get("plotly_chart")) == 3
    table = view.dataframe[1].value
    assert list(table["Router"]) == list(analysis.ordered)

    choose(view, "Held against")("gpt-4.1-nano")
    assert {metric.label: metric.value for metric in view.metric}["saved a month"] != shown["saved a month"]
    assert not view.exception


def test_pasted_lines_are_routed_and_labels_asked_for(view: AppTest) -> None:
    view.text_area[0].set_value(LINES).run()
    press(view, "Use this")
    route(view, "keras-dnn", "prompt-length")
    assert not view.exception
    assert any("does not say how good" in info.value for info in view.info)
    assert any("too few" in warning.value for warning in view.warning)
    rows = view.dataframe[2].value
    next(box for box in view.checkbox if box.label == "Different only").uncheck().run()
    assert len(view.dataframe[2].value) == 12 >= len(rows)
    view.text_input[0].set_value("7 TIMES").run()
    assert list(view.dataframe[2].value["prompt"]) == ["What is 7 times 8?"]


def test_what_cannot_be_used_is_said(view: AppTest) -> None:
    press(view, "Use this")
    assert "nothing pasted" in view.error[0].value
    view.text_area[0].set_value(LINES).run()
    press(view, "Use this")
    route(view)
    assert "No router is chosen" in view.error[0].value


@pytest.mark.parametrize(
    ("content", "said"), [(b'{"prompt": "Why?"}\n', ""), (b"nonsense\n", "No column")], ids=["read", "refused"]
)
def test_an_uploaded_file_is_dropped_once_it_is_read(
    view: AppTest, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    removed: list[str] = []
    remove = MemoryUploadedFileManager.remove_file

    def removing(files: MemoryUploadedFileManager, session_id: str, file_id: str) -> None:
        removed.append(file_id)
        remove(files, session_id, file_id)
        assert not files.get_files(session_id, [file_id])

    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", removing)
    captions = " ".join(caption.value for caption in view.caption)
    assert streamlit_traffic.DROPPED in captions and "is deleted as soon as" not in captions
    view.file_uploader[0].set_value(("mine.jsonl", content, "application/jsonl")).run()
    press(view, "Use this")
    assert len(removed) == 1
    assert not view.file_uploader[0].value
    if said:
        assert said in view.error[0].value
        assert KEPT not in view.session_state
    else:
        assert view.session_state[KEPT].source.name == "mine.jsonl"


def test_results_are_prepared_for_download(view: AppTest) -> None:
    view.text_area[0].set_value(LINES).run()
    press(view, "Use this")
    route(view, "keras-dnn")
    press(view, "Prepare the download")
    assert not view.exception
    assert len([one for one in view.get("download_button") if one.proto.label == "Download"]) == 1
