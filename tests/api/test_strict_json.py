"""JSON is read strictly: what is ambiguous, no JSON or endless is refused with the reason."""

import pytest
from fastapi.testclient import TestClient

from api.strict_json import MAX_DEPTH, BadEncodingError, read_json
from errors import BadInputError

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"text": "Hi", "text": "Ho"}', "'text' twice"),
        (b'{"text": "Hi", "threshold": NaN}', "NaN is not JSON"),
        (b'{"text": "Hi", "threshold": -Infinity}', "-Infinity is not JSON"),
        (b'{"text": "Hi", "threshold": 1e999}', "threshold"),
        (b'{"text": ' + b"[" * 100_000, "nested"),
        (b'{"text": ' + b"[" * 80 + b"]" * 80 + b"}", "nested more than 64 deep"),
        (b'{"text": ' + b"9" * 5000 + b"}", "too long"),
        (b'{"text": "Hi"', "not JSON"),
        (b"[]", "body"),
        (b"null", "body"),
    ],
)
def test_what_is_no_plain_json_is_refused(keyless: TestClient, body: bytes, said: str) -> None:
    answer = keyless.post("/predict", content=body, headers=JSON)
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]
    assert answer.json()["mend"]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json; charset=latin-1", 415),
        ("application/json; charset=UTF-8", 200),
        ("application/vnd.api+json", 200),
        ("", 415),
    ],
)
def test_only_json_in_utf_8_is_read(keyless: TestClient, content_type: str, status: int) -> None:
    body = b'{"text": "Hi", "router": "random"}'
    answer = keyless.post("/predict", content=body, headers={"content-type": content_type})
    assert answer.status_code == status
    if status == 415:
        assert "JSON" in answer.json()["mend"]


def test_an_empty_body_names_what_is_missing(keyless: TestClient) -> None:
    answer = keyless.post("/predict", headers=JSON)
    assert answer.status_code == 422
    assert "Field required" in answer.json()["detail"]


def test_a_byte_order_mark_is_no_error() -> None:
    assert read_json(b'\xef\xbb\xbf{"a": 1}') == {"a": 1}


def test_depth_is_counted_over_lists_and_objects() -> None:
    fits = b'{"a":' * (MAX_DEPTH // 2) + b"[" * (MAX_DEPTH // 2) + b"]" * (MAX_DEPTH // 2) + b"}" * (MAX_DEPTH // 2)
    read_json(fits)
    with pytest.raises(BadInputError, match="nested"):
        read_json(b'{"a":' + fits + b"}")


def test_another_encoding_is_named() -> None:
    with pytest.raises(BadEncodingError, match="not UTF-8"):
        read_json('{"a": "ü"}'.encode("latin-1"))
