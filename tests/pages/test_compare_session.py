"""What a tab keeps on the server: keys, files and controls; whatever a page sends, the answer is a page."""

import copy
from decimal import Decimal
from pathlib import Path
from typing import Any

import gradio as gr
import pytest
from PIL import Image

from llms.endpoint import Endpoint
from pages import _compare_attach
from pages._compare_session import CompareSession
from router_models import RouterPanel
from tests.llms.misbehaving import Misbehaving
from tests.pages.comparing import PAIR, Desk, event, whole

SECRET = "sk-0815-secret"  # noqa: S105  it opens nothing


def test_every_visitor_gets_a_session_of_their_own() -> None:
    template = CompareSession(Decimal("0.5"))
    template.keys = template.keys.with_key("openai", SECRET)
    mine, other = copy.deepcopy(template), copy.deepcopy(template)
    assert mine.session_id != other.session_id
    assert mine.comparison_id != other.comparison_id
    assert mine.keys.providers == ()
    assert mine.columns[0] is not other.columns[0]


class TestKeys:
    def test_a_key_is_used_and_never_shown(self, panel: RouterPanel, server: Misbehaving, tmp_path: Path) -> None:
        desk = Desk(panel, server, tmp_path, openai_api_key=None)
        assert "There is no key for OpenAI" in desk.does("adjusted", values=PAIR)["head0"]
        page = desk.does("keyed", provider="openai", key=f" {SECRET}\n", values=PAIR)
        assert "The key of OpenAI is used in this tab." in page["bench"]
        assert "There is no key" not in page["head0"]
        page |= whole(desk.asks("Go", values=PAIR))
        assert server.requests[0].headers["authorization"] == f"Bearer {SECRET}"
        assert SECRET not in "".join(map(str, page.values()))
        forgotten = desk.does("keyed", provider="openai", key="", values=PAIR)
        assert "The key of OpenAI is forgotten." in forgotten["bench"]
        assert "✕ gpt-4.1:" in forgotten["head0"]

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"provider": "openai", "key": "one\ntwo"}, "not one line"),
            ({"provider": "openai", "key": "schlüssel"}, "not one line"),
            ({"provider": "openai", "key": "k" * 5000}, "too long"),
            ({"provider": "openai", "key": "  "}, "No key of OpenAI was typed"),
            ({"provider": "nobody", "key": "k"}, "no key of a provider that is known"),
            ({"provider": "openai", "key": 7}, "no key of a provider that is known"),
            ({"endpoint": {"base_url": "file:///etc/passwd", "model": "x"}}, "not an http or https address"),
            ({"endpoint": {"base_url": "https://u:p@example.org/v1", "model": "x"}}, "user name or password"),
            ({"endpoint": {"base_url": "https://example.org/v1", "model": ""}}, "empty"),
            ({"endpoint": {"base_url": "https://example.org/v1", "model": "x", "input": "dear"}}, "not a number"),
            ({"endpoint": {"base_url": "https://example.org/v1", "model": "x", "input": "1"}}, "Only one of the two"),
            ({"endpoint": {"base_url": ["x"], "model": {}}}, "not an http or https address"),
        ],
    )
    def test_what_cannot_be_used_is_said_in_the_panel_and_not_quoted(
        self, desk: Desk, fields: dict[str, Any], said: str
    ) -> None:
        page = desk.does("keyed", values=PAIR, **fields)
        assert said in page["bench"]
        assert "two" not in str(fields.get("key")) or "two" not in page["bench"].split("data-keys")[1].split("</p>")[1]
        assert desk.session.keys.endpoints == {}

    def test_an_endpoint_can_be_added_asked_and_removed(self, desk: Desk, server: Misbehaving) -> None:
        fields = {"base_url": server.base_url, "model": "words=2", "key": SECRET, "input": "0,5", "output": "$1.5"}
        page = desk.does("keyed", values=PAIR, endpoint=fields)
        assert 'value="llm:own:words-2"' in page["head0"]
        assert server.base_url in page["bench"]
        chosen = {**PAIR, "c1": "llm:own:words-2"}
        page = whole(desk.asks("Go", values=chosen))
        assert "price as you entered it" in page["foot1"]
        total = desk.session.bill.total()
        assert total.unpriced == 0
        (own,) = [request for request in server.requests if request.body["model"] == "words=2"]
        assert own.headers["authorization"] == f"Bearer {SECRET}"
        gone = desk.does("keyed", values=chosen, drop="own:words-2")
        assert 'value="llm:own:words-2"' not in gone["head0"]
        assert "no LLM called “own:words-2”" in gone["bench"]
        assert SECRET not in "".join(map(str, (page | gone).values()))

    @pytest.mark.parametrize(
        ("host", "network"),
        [
            ("127.0.0.2:11434", "127.0.0.2/32"),
            ("192.168.1.5", "192.168.1.5/32"),
            ("169.254.169.254", "169.254.169.254/32"),
            ("[::1]:8000", "::1/128"),
            ("2130706434", "127.0.0.2/32"),
        ],
    )
    def test_an_address_inside_is_refused_when_it_is_added_and_the_setting_is_named(
        self, desk: Desk, host: str, network: str
    ) -> None:
        page = desk.does("keyed", values=PAIR, endpoint={"base_url": f"http://{host}/v1", "model": "x"})
        said = page["bench"].split("data-keys")[1]
        assert 'class="rp-banner is-error" role="alert"' in said
        assert "inside the network of this app" in said
        assert f"add {network} to its setting ALLOWED_ADDRESSES" in said
        assert desk.session.keys.endpoints == {}

    def test_what_has_been_done_is_said_calmly_and_once(self, desk: Desk) -> None:
        page = desk.does("keyed", values=PAIR, provider="groq", key=SECRET)
        assert '<p class="rp-banner is-done" role="status">The key of Groq is used in this tab.</p>' in page["bench"]
        assert "is used in this tab" not in desk.does("adjusted", values=PAIR)["bench"]
        nothing = desk.does("keyed", values=PAIR, provider="openai", key=" ")["bench"]
        assert '<p class="rp-banner is-mind" role="alert">No key of OpenAI was typed.</p>' in nothing

    def test_the_page_knows_what_a_reload_would_lose(self, desk: Desk) -> None:
        assert 'data-loses=""' in desk.opens()["bench"]
        assert 'data-loses="1"' in desk.does("keyed", values=PAIR, provider="groq", key=SECRET)["bench"]
        assert 'data-loses=""' in desk.does("keyed", values=PAIR, provider="groq", key="")["bench"]
        assert 'data-loses="1"' in whole(desk.asks("Go", values=PAIR))["bench"]

    def test_a_tab_that_closes_forgets_them(self, desk: Desk) -> None:
        desk.opens()
        desk.session.keys = desk.session.keys.with_key("together", SECRET).with_endpoint(
            Endpoint("https://llm.example.org/v1", "mine")
        )
        desk.callbacks.left(gr.Request(session_hash="another tab"))
        assert desk.session.keys.providers == ("together",)
        desk.callbacks.left(gr.Request(session_hash="tab"))
        assert desk.session.keys.providers == ()
        assert desk.session.keys.endpoints == {}


class TestFiles:
    @pytest.fixture
    def uploads(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        folder = tmp_path / "uploads"
        folder.mkdir()
        monkeypatch.setattr(_compare_attach, "get_upload_folder", folder.__str__)
        return folder

    def test_a_picture_is_shown_with_kind_and_size(self, desk: Desk, uploads: Path) -> None:
        Image.new("RGB", (40, 30), "red").save(uploads / "red.png")
        page = desk.does("attached", values=PAIR, path=str(uploads / "red.png"), name="red.png")
        assert re_find(page["bench"], "Image", "red.png", "40 × 30 pixels")
        assert "rp-attachment" not in desk.does("attached", values=PAIR, remove=True)["bench"]

    def test_a_file_that_is_none_of_them_is_refused(self, desk: Desk, uploads: Path) -> None:
        (uploads / "a.pdf").write_text("not a pdf")
        page = desk.does("attached", values=PAIR, path=str(uploads / "a.pdf"), name="a<b>.pdf")
        assert "a&lt;b&gt;.pdf" in page["bench"]
        assert desk.session.attachment is None

    def test_two_visitors_may_attach_the_same_file(
        self, desk: Desk, panel: RouterPanel, server: Misbehaving, tmp_path: Path, uploads: Path
    ) -> None:
        Image.new("RGB", (40, 30), "red").save(uploads / "red.png")  # Gradio names an upload by its content
        for visitor in (desk, Desk(panel, server, tmp_path)):
            page = visitor.does("attached", values=PAIR, path=str(uploads / "red.png"), name="red.png")
            assert "40 × 30 pixels" in page["bench"]

    def test_only_uploads_are_read(self, desk: Desk, uploads: Path, tmp_path: Path) -> None:
        outside = tmp_path / "secret.png"
        Image.new("RGB", (4, 3)).save(outside)
        (uploads / "link.png").symlink_to(outside)
        for path in (outside, uploads / ".." / "secret.png", uploads / "link.png", uploads / "gone.png", 7, None):
            page = desk.does("attached", values=PAIR, path=path if path is None else str(path), name="x.png")
            assert "could not be uploaded" in page["bench"]
        assert outside.exists()

    def test_a_file_that_is_too_large_for_the_browser_to_send_is_refused(self, desk: Desk) -> None:
        assert "film.png is 57 MiB large." in desk.does("attached", oversize="57", name="film.png")["bench"]


def re_find(html: str, *words: str) -> bool:
    """Whether the words stand there in this order."""
    at = 0
    for word in words:
        at = html.find(word, at)
        if at < 0:
            return False
    return True


class TestWhateverThePageSends:
    @pytest.mark.parametrize("kind", ["adjusted", "attached", "keyed", "recalled", "restarted", "voted"])
    @pytest.mark.parametrize(
        "fields",
        [{}, {"values": 7}, {"values": {"c0": ["x"], "columns": {}}}, {"prompt": 7, "echo": ["x"]}, {"values": None}],
    )
    def test_the_answer_is_a_page(self, desk: Desk, kind: str, fields: dict[str, Any]) -> None:
        assert "data-bench" in desk.does(kind, **fields)["bench"]

    def test_an_event_without_data_is_answered_too(self, desk: Desk) -> None:
        assert desk.callbacks.adjusted(desk.session, gr.EventData(None, None))

    @pytest.mark.parametrize("column", [-1, 4, "0", None, 1.5])
    def test_a_column_that_is_none_is_not_asked_again(self, desk: Desk, server: Misbehaving, column: Any) -> None:
        desk.asks("Go", values=PAIR)
        assert "There is nothing to ask again." in whole(desk.retries(column))["bench"]
        assert len(server.requests) == 2

    def test_stopping_what_does_not_run_does_nothing(self, desk: Desk) -> None:
        for column in (0, 3, 99, -1, "x", [0], None):
            desk.callbacks.halted(desk.session, event(column=column))

    def test_a_defect_is_said_and_its_text_is_not_logged(
        self, desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        def break_(*_: object, **__: object) -> None:
            raise RuntimeError("the prompt was: my secret")

        monkeypatch.setattr(desk.callbacks._planner, "plan", break_)
        page = whole(desk.asks("my secret", values=PAIR))
        assert "The app failed on this request." in page["bench"]
        assert "my secret" not in caplog.text

    def test_a_link_with_markup_in_it_is_harmless(self, desk: Desk) -> None:
        page = desk.opens("router=<script>alert(1)</script>&c0=llm:%22%3E<img>&pool=<b>&baseline=<i>")
        html = "".join(str(page[name]) for name in ("bench", "ticker", "head0", "head1"))
        assert "<script>" not in html
        assert "<img>" not in html
        assert "no router “&lt;script&gt;alert(1)" in html
