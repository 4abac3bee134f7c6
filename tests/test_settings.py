"""Settings that are keys: cleaned, refused where no request can carry them, and never shown."""

import traceback
from collections.abc import Iterator

import pytest

from errors import PlaygroundError
from llms.catalogue import load_catalogue
from llms.providers import connect
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


def test_networks_are_written_with_commas(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_ADDRESSES", " 127.0.0.1/32, fd00::/8 ,")
    assert [str(network) for network in get_settings().allowed_addresses] == ["127.0.0.1/32", "fd00::/8"]
    get_settings.cache_clear()
    monkeypatch.setenv("ALLOWED_ADDRESSES", "localhost")
    with pytest.raises(PlaygroundError, match="ALLOWED_ADDRESSES"):
        get_settings()


def test_nobody_s_own_network_is_open_unless_it_is_allowed() -> None:
    assert get_settings().allowed_addresses == ()


def test_a_gateway_goes_in_front_of_a_provider(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PROVIDER_URLS", '{"openai": "https://gateway.example.org/v1"}')
    monkeypatch.setenv("OPENAI_API_KEY", "sk-alpha")
    catalogue = load_catalogue()
    assert connect(catalogue["gpt-4.1"]).base_url == "https://gateway.example.org/v1"
    assert connect(catalogue["gpt-4.1"]).guarded is False, "the operator's own word"


def test_the_database_s_password_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://app:hunter2@db/app")
    assert "hunter2" not in repr(get_settings())
