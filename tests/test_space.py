from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

import space
from errors import UnavailableError
from settings import Settings
from tests.api.serving import serving
from tests.feedback.hub import TOKEN, Hub

NAME = "somebody/playground"
FILES = {"app.py": "print()", "README.md": "---\nsdk: gradio\n---", "pages/route.py": "", "assets/a.css": "b {}"}
SECRETS = {
    "users.json": "{}",
    "venv/bin/python": "",
    ".env": "OPENAI_API_KEY=sk-1",
    "data/feedback.sqlite3": "votes",
    "tests/test_app.py": "",
    ".git/config": "",
}


@pytest.fixture
def tree(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in (FILES | SECRETS).items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(space, "ROOT", tmp_path)
    return tmp_path


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    from huggingface_hub import constants

    monkeypatch.setattr(space, "get_settings", Settings(hf_token=SecretStr(TOKEN)).model_copy)
    found = Hub(kind="space", name=NAME)
    with serving(found.app()) as address:
        monkeypatch.setattr(constants, "ENDPOINT", address)
        yield found


@pytest.mark.usefixtures("tree")
def test_a_space_gets_what_serves_and_no_secret(hub: Hub, capsys: pytest.CaptureFixture[str]) -> None:
    assert space.main([NAME]) == 0
    assert {name: content.decode() for name, content in hub.files.items()} == FILES
    assert hub.private
    assert NAME in capsys.readouterr().out


def test_deploying_again_changes_what_changed_and_deletes_what_is_gone(hub: Hub, tree: Path) -> None:
    space.deploy(NAME)
    (tree / "app.py").write_text("print('new')")
    (tree / "assets" / "a.css").unlink()
    space.deploy(NAME, private=False)
    assert hub.files["app.py"] == b"print('new')"
    assert sorted(hub.files) == ["README.md", "app.py", "pages/route.py"]
    assert hub.private, "a Space that is there keeps what it is"


@pytest.mark.usefixtures("tree")
@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_refusal_is_said_with_the_mend_and_without_the_token(hub: Hub, status: int) -> None:
    hub.status = status
    with pytest.raises(UnavailableError, match=f"{NAME} could not be deployed") as caught:
        space.deploy(NAME)
    assert "HF_TOKEN" in caught.value.mend
    assert TOKEN not in str(caught.value)


@pytest.mark.usefixtures("tree", "hub")
def test_a_name_that_is_none_is_said() -> None:
    with pytest.raises(UnavailableError, match="could not be deployed"):
        space.deploy("no name/at all")


def test_the_real_tree_has_the_app_and_its_weights_but_no_tests(capsys: pytest.CaptureFixture[str]) -> None:
    assert space.main([NAME, "--dry-run"]) == 0
    names = capsys.readouterr().out.split()
    assert {"app.py", "README.md", "requirements.txt", "router_models/weights/encoder/lower.onnx"} <= set(names)
    assert not [name for name in names if name.startswith(("tests/", "router_models/training/", ".", "data/"))]
