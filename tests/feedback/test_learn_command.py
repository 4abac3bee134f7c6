"""`python -m feedback learn`."""

from __future__ import annotations

from pathlib import Path

import pytest

from feedback.__main__ import main
from feedback.label_records import Label
from feedback.label_store import LabelStore
from feedback.rows import sha256
from feedback.store import FeedbackStore
from feedback.version_store import VersionStore
from settings import Settings, get_settings
from tests.feedback.learning.synthetic import by_topic


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> FeedbackStore:
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    get_settings.cache_clear()
    yield FeedbackStore.open(Settings(data_dir=tmp_path / "data", database_url=None))  # type: ignore[misc]
    get_settings.cache_clear()


def label(store: FeedbackStore, count: int) -> None:
    labels = LabelStore(store.access)
    made = by_topic(count, noise=0.1)
    labels.add_items([one.prompt for one in made], "importer", origin="test")
    for one in made:
        labels.save_label(Label(prompt_sha256=sha256(one.prompt), annotator="ann", tier=one.tier))


def test_learn_activate_list_and_roll_back(
    store: FeedbackStore, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    label(store, 200)
    folder = tmp_path / "out"
    asked = ["learn", "--router", "encoder-quality", "--serve", "80", "--activate", "--export", str(folder)]
    assert main(asked) == 0
    said = capsys.readouterr()
    assert "encoder-quality v1: Ranking (APGR) +." in said.out
    assert "to serve at least 80%" in said.out
    assert "v1 decides from now on" in said.out
    assert "100%  Done" in said.err
    assert (folder / "card.json").is_file()
    versions = VersionStore(store.access)
    assert list(versions.standing().active) == ["encoder-quality"]
    assert main(["learn", "--list"]) == 0
    assert capsys.readouterr().out.startswith("* encoder-quality v1  ")
    assert main(["learn", "--roll-back", "encoder-quality"]) == 0
    assert "it decides as it ships" in capsys.readouterr().out
    assert versions.standing().active == {}
    assert main(["learn", "--use", "encoder-quality", "v1"]) == 0
    assert list(versions.standing().active) == ["encoder-quality"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "No router is named."),
        (["--router", "semantic"], "There are too few labels"),
        (["--router", "oracle"], "There is no router 'oracle'"),
        (["--router", "knn", "--task", "votes"], "cannot learn"),
        (["--router", "knn", "--escalate", "140"], "The target is 1.4"),
        (["--use", "knn", "v9"], "There is no version v9 of knn"),
        (["--roll-back", "knn"], "nothing to go back to"),
    ],
)
def test_what_cannot_be_done_is_said(
    store: FeedbackStore, arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["learn", *arguments]) == 1
    assert said in capsys.readouterr().err


def test_wrong_usage_ends_with_two(store: FeedbackStore) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["learn", "--router", "knn", "--task", "everything"])
    assert ended.value.code == 2
