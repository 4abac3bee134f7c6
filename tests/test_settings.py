"""Settings that are keys: cleaned, refused where no request can carry them, and never shown."""

import traceback
from collections.abc import Iterator

import pytest

from errors import PlaygroundError
from settings import get_settings


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    get_settings.cache_clear()
    yield
    get_settings.cache_clear()


def test_blanks_around_a_key_are_taken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", " sk-alpha\r\n")
    key = get_settings().openai_api_key
    assert key is not None
    assert key.get_secret_value() == "sk-alpha"


@pytest.mark.parametrize("key", ["sk-alpha\nbeta", "sk-alpha\x1bbeta", "sk-alpha\u200bbeta"])
def test_a_key_that_no_header_can_carry_is_named_and_never_shown(monkeypatch: pytest.MonkeyPatch, key: str) -> None:
    monkeypatch.setenv("MISTRAL_API_KEY", key)
    with pytest.raises(PlaygroundError, match="MISTRAL_API_KEY") as caught:
        get_settings()
    written = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert "alpha" not in written
    assert "beta" not in written
