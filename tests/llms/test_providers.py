"""Providers are data: addresses, keys and quirks; what is missing is said with where to put it."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest

from errors import DataError, UnavailableError
from llms.catalogue import Catalogue
from llms.endpoint import Endpoint
from llms.keys import Keys
from llms.providers import connect, environment_key, providers, read_providers
from settings import Settings

EXPECTED = {"openai", "openrouter", "groq", "huggingface", "together", "deepseek", "mistral", "anthropic", "google"}


def test_every_remote_provider_says_where_it_is_and_where_keys_are() -> None:
    remote = {name: one for name, one in providers().items() if name != "local"}
    assert set(remote) == EXPECTED
    for name, one in remote.items():
        assert urlsplit(one.base_url or "").scheme == "https", name
        assert urlsplit(one.key_page or "").scheme == "https", name
        assert one.key in Settings.model_fields, name


def test_every_provider_serves_an_llm_of_the_catalogue(catalogue: Catalogue) -> None:
    assert {llm.provider for llm in catalogue.llms} == set(providers())


@pytest.mark.parametrize("content", ["openai: {title: x}", "openai: {title: x, source: y, limit: z}", "- a", "{", None])
def test_a_broken_file_is_refused(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "providers.yaml"
    if content is not None:
        path.write_text(content)
    with pytest.raises(DataError, match="cannot be read"):
        read_providers(path)


def test_who_can_type_a_key_is_told_where(catalogue: Catalogue) -> None:
    settings = Settings(_env_file=None)
    with pytest.raises(UnavailableError) as caught:
        connect(catalogue["gpt-oss-20b-hf"], settings, Keys())
    assert caught.value.what == "There is no key for Hugging Face, which serves GPT-OSS 20B (Hugging Face, by Groq)."
    assert "HF_TOKEN; https://huggingface.co/settings/tokens has keys" in caught.value.mend


def test_keys_of_the_session_go_first(catalogue: Catalogue) -> None:
    settings = Settings(_env_file=None, together_api_key="operator", openai_api_key="")
    assert environment_key(providers()["openai"], settings) is None, "an empty variable is no key"
    llm = catalogue["gpt-oss-120b-together"]
    for keys, expected in ((Keys(), "operator"), (Keys().with_key("together", "mine"), "mine")):
        connection = connect(llm, settings, keys)
        assert connection.key is not None
        assert connection.key.get_secret_value() == expected
        assert expected not in repr(connection)


def test_an_own_endpoint_is_guarded_and_never_gets_another_s_key(catalogue: Catalogue) -> None:
    keys = Keys().with_key("openai", "mine").with_endpoint(Endpoint("https://api.openai.com/v1", "gpt-4.1"))
    llm = keys.catalogue(catalogue)["own:gpt-4.1"]
    connection = connect(llm, Settings(_env_file=None, openai_api_key="operator"), keys)
    assert connection.guarded
    assert connection.circuit == "own https://api.openai.com/v1 gpt-4.1"
    assert connection.key is None
    assert not connect(catalogue["gpt-4.1"], Settings(_env_file=None), keys).guarded
    with pytest.raises(UnavailableError, match="Nothing is known"):
        connect(llm, Settings(_env_file=None), Keys())
