"""Answers by the LLM that a router picks: shapes, key, pool, file, and what is sent to the provider."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from llms.attachment import MAX_FILE_BYTES
from router_models import RouterPanel
from tests.api.serving import client_of
from tests.llms.attached_files import pdf, photo
from tests.llms.misbehaving import Misbehaving, text_of

SHAPE = {
    "response",
    "selected_model",
    "answered_by",
    "finish_reason",
    "file_processed",
    "file_processing_error",
    "file_note",
    "decision",
    "pool",
    "usage",
    "cost_usd",
    "cost_note",
    "latency_ms",
    "first_token_ms",
}
PROMPT = "What is the capital of Finland?"


def test_an_answer_has_the_promised_shape_and_the_providers_figures(client: TestClient, server: Misbehaving) -> None:
    server.behave(words=5, answered_by="gpt-4.1-nano-2025-04-14")
    answer = client.post("/route", json={"prompt": PROMPT, "temperature": 0.3}).json()
    assert set(answer) == SHAPE
    assert answer["response"] == text_of(5)
    assert answer["selected_model"] == answer["decision"]["llm"] == "gpt-4.1-nano"
    assert answer["answered_by"] == "gpt-4.1-nano-2025-04-14"
    assert (answer["file_processed"], answer["file_processing_error"]) == (False, None)
    assert answer["pool"] == "nano / 4.1 / o4-mini"
    assert answer["usage"]["input_tokens"] == 1000
    assert answer["usage"]["output_tokens"] == 5
    nano = (Decimal("0.1"), Decimal("0.4"))
    assert answer["cost_usd"] == pytest.approx(float((1000 * nano[0] + 5 * nano[1]) / 1_000_000))
    assert 0 < answer["first_token_ms"] <= answer["latency_ms"]
    sent = server.requests[-1].body
    assert sent["messages"] == [{"role": "user", "content": PROMPT}]
    assert sent["temperature"] == 0.3


def test_the_router_and_its_operating_point_decide_who_is_asked(client: TestClient, server: Misbehaving) -> None:
    def asked(**more: object) -> str:
        answer = client.post("/route", json={"prompt": PROMPT, **more}).json()
        assert server.requests[-1].body["model"] == answer["selected_model"]
        return str(answer["selected_model"])

    assert asked(router="always-weak") == "gpt-4.1-nano"
    assert asked(router="always-strong") == "gpt-4.1"
    assert asked(router="encoder-quality", threshold=0.0) == "gpt-4.1"
    assert asked(router="encoder-quality", threshold=1.0) == "gpt-4.1-nano"
    assert asked(router="always-strong", pool="measured") == "gpt-4o"
    assert asked(router="always-strong", pool={"weak": "gpt-4.1-nano", "strong": "gpt-4o-mini"}) == "gpt-4o-mini"


def test_a_cost_weight_that_cannot_count_is_said(client: TestClient) -> None:
    ask = {"prompt": PROMPT, "cost_weight": 0.3}
    two = client.post("/route", json=ask | {"router": "encoder-quality"}).json()["decision"]
    assert any("cost weight did not count" in warning for warning in two["warnings"])
    three = client.post("/route", json=ask | {"router": "encoder-3way"}).json()["decision"]
    assert not any("did not count" in warning for warning in three["warnings"])


def test_without_any_key_the_local_llm_answers(keyless: TestClient) -> None:
    answer = keyless.post("/route", json={"prompt": "What is the capital of France?", "max_tokens": 20}).json()
    assert (answer["pool"], answer["selected_model"]) == ("local", "smollm2-135m")
    assert "Paris" in answer["response"]
    assert answer["usage"]["output_tokens"] <= 20
    assert answer["cost_usd"] == 0


@pytest.mark.parametrize(
    ("more", "status", "said"),
    [
        ({"prompt": " "}, 422, "empty"),
        ({"prompt": "x" * 200_001}, 422, "200,001 characters"),
        ({"temperature": -0.1}, 422, "temperature"),
        ({"temperature": 2.1}, 422, "temperature"),
        ({"max_tokens": 0}, 422, "max_tokens"),
        ({"cost_weight": 1.5}, 422, "cost_weight"),
        ({"router": "nobody"}, 404, "no router"),
        ({"pool": "nobody"}, 404, "no pool"),
        ({"pool": {"weak": "gpt-9", "strong": "gpt-9"}}, 404, "gpt-9"),
        ({"router": "encoder-3way", "threshold": 0.5}, 422, "3 routes and no threshold"),
        ({"router": "cascade", "threshold": 0.5}, 422, "budget"),
        ({"model": "gpt-4.1"}, 422, "model"),
    ],
)
def test_a_bad_request_asks_nobody(
    client: TestClient, server: Misbehaving, more: dict[str, object], status: int, said: str
) -> None:
    answer = client.post("/route", json={"prompt": PROMPT} | more)
    assert answer.status_code == status
    assert said in answer.json()["detail"]
    assert answer.json()["mend"]
    assert not server.requests


def test_a_pdf_is_read_and_sent_along(client: TestClient, server: Misbehaving) -> None:
    upload = {"file": ("minutes.pdf", pdf(["The bridge costs too much."]), "application/pdf")}
    answer = client.post("/route/with-file", data={"prompt": "What costs too much?"}, files=upload)
    assert answer.status_code == 200, answer.text
    assert answer.json()["file_processed"] is True
    assert answer.json()["file_processing_error"] is None
    assert any("PDF" in warning for warning in answer.json()["decision"]["warnings"])
    assert "The bridge costs too much." in server.requests[-1].text


def test_an_image_is_sent_to_an_llm_that_sees(client: TestClient, server: Misbehaving) -> None:
    upload = {"file": ("cat.jpg", photo("JPEG"), "image/jpeg")}
    answer = client.post(
        "/route/with-file",
        data={"prompt": "What is this?", "temperature": "0.5", "router": "always-weak"},
        files=upload,
    )
    assert answer.status_code == 200, answer.text
    assert set(answer.json()) == SHAPE
    image, text = server.requests[-1].body["messages"][0]["content"]
    assert image["image_url"]["url"].startswith("data:image/")
    assert text == {"type": "text", "text": "What is this?"}


def test_an_llm_that_does_not_see_says_so(keyless: TestClient) -> None:
    answer = keyless.post(
        "/route/with-file", data={"prompt": "What is this?"}, files={"file": ("cat.jpg", photo("JPEG"))}
    )
    assert answer.status_code == 422
    assert "does not take images" in answer.json()["detail"]


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("cat.png", b"%PDF-1.4 no", "in spite of its name"),
        ("cat.png", b"", "is empty"),
        ("notes.txt", b"hello", "neither an image nor a PDF"),
        ("table.csv", b"=cmd|' /C calc'!A0", "neither an image nor a PDF"),
        ("scan.pdf", b"%PDF-1.4\ngarbage", "scan.pdf"),
        ("big.png", b"\x89PNG\r\n\x1a\n" + b"0" * (MAX_FILE_BYTES + 1), "MB"),
        ("../../etc/passwd", b"root", "passwd is neither"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_in_both_shapes(
    client: TestClient, server: Misbehaving, name: str, data: bytes, said: str
) -> None:
    answer = client.post("/route/with-file", data={"prompt": "What is this?"}, files={"file": (name, data)})
    assert answer.status_code == 422
    problem = answer.json()
    assert said in problem["detail"]
    assert problem["file_processed"] is False
    assert problem["file_processing_error"] == problem["detail"]
    assert not server.requests


@pytest.mark.parametrize(
    ("form", "said"),
    [
        ({}, "prompt"),
        ({"prompt": ""}, "prompt"),
        ({"prompt": "Hi", "temperature": "warm"}, "temperature"),
        ({"prompt": "Hi", "temperature": "nan"}, "temperature"),
        ({"prompt": "Hi", "pool": "{"}, "not JSON"),
        ({"prompt": "Hi", "pool": json.dumps({"weak": 3})}, "pool"),
    ],
)
def test_a_bad_form_is_refused(client: TestClient, form: dict[str, str], said: str) -> None:
    answer = client.post("/route/with-file", data=form, files={"file": ("cat.jpg", photo("JPEG"))})
    assert answer.status_code == 422
    assert said in answer.json()["detail"]


def test_a_form_without_a_file_and_json_instead_of_a_form_are_refused(client: TestClient) -> None:
    assert "file" in client.post("/route/with-file", data={"prompt": "Hi"}).json()["detail"]
    assert client.post("/route/with-file", json={"prompt": "Hi"}).status_code == 422


def test_an_upload_of_50_mb_is_not_even_read(panel: RouterPanel, tmp_path: Path) -> None:
    client = client_of(panel)
    path = tmp_path / "big.png"
    path.write_bytes(b"0" * 50 * 1024**2)
    with path.open("rb") as file:
        answer = client.post("/route/with-file", data={"prompt": "Hi"}, files={"file": ("big.png", file)})
    assert answer.status_code == 413
    assert "32 MiB" in answer.json()["detail"] + answer.json()["mend"]
