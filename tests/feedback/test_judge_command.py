"""`python -m feedback judge` from the shell, on the stand-in provider."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from settings import get_settings
from tests.feedback.judging import JUDGE, REFERENCE, WEAK, JudgingProvider
from tests.llms.misbehaving import KEY

RunCommand = Callable[..., tuple[int, str, str]]
ROOT = Path(__file__).parent.parent.parent
WHO = ["--weak", WEAK, "--reference", REFERENCE, "--judge", JUDGE]


@pytest.fixture
def shell(provider: JudgingProvider, tmp_path: Path) -> dict[str, str]:
    return os.environ | {
        "DATA_DIR": str(tmp_path / "data"),
        "DATABASE_URL": "",
        "OPENAI_API_KEY": KEY,
        "PROVIDER_URLS": json.dumps({"openai": provider.base_url}),
        "ALLOWED_ADDRESSES": "127.0.0.1/32",
    }


@pytest.fixture
def judge(
    shell: dict[str, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Iterator[object]:
    """Runs the command in this process; gives exit code, what it printed, and its complaints."""
    from feedback.__main__ import main

    for name in ("DATA_DIR", "DATABASE_URL", "OPENAI_API_KEY", "PROVIDER_URLS", "ALLOWED_ADDRESSES"):
        monkeypatch.setenv(name, shell[name])
    get_settings.cache_clear()

    def run(*arguments: str) -> tuple[int, str, str]:
        code = main(["judge", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    yield run
    get_settings.cache_clear()


def own_file(folder: Path, count: int = 3) -> Path:
    path = folder / "own.jsonl"
    path.write_text(
        "".join(json.dumps({"prompt": f"What is {number} times nine?"}) + "\n" for number in range(count)),
        encoding="utf-8",
    )
    return path


def test_from_a_file_to_labels_and_training_data(judge: RunCommand, provider: JudgingProvider, tmp_path: Path) -> None:
    out = tmp_path / "judged.jsonl"
    code, said, _ = judge("--file", str(own_file(tmp_path)), *WHO, "--yes", "--save", "--export", str(out))
    assert code == 0
    assert "3 requests to gpt-4.1-nano for weak answers" in said
    assert "3 of 3 prompts have all their ratings." in said
    assert "3 labels are saved, 0 were saved before." in said
    assert len(out.read_text(encoding="utf-8").splitlines()) == 3
    asked = len(provider.requests)
    code, said, _ = judge("--runs")
    assert "finished, 3 of 3" in said
    run_id = said.split()[0]
    code, said, _ = judge("--results", run_id, "--save")
    assert (code, len(provider.requests)) == (0, asked)
    assert "0 labels are saved, 3 were saved before." in said
    assert KEY not in said


def test_a_run_that_ends_before_its_time_says_how_to_go_on(
    judge: RunCommand, provider: JudgingProvider, tmp_path: Path
) -> None:
    file = str(own_file(tmp_path))
    code, _, complaint = judge("--file", file, *WHO, "--yes", "--budget", "0")
    assert code == 3
    assert "The next request could cost up to" in complaint
    run_id = complaint.rpartition("--resume ")[2].split()[0]
    assert provider.requests == []
    code, _, complaint = judge("--resume", run_id, "--yes")
    assert (code, "Name their file with --file." in complaint) == (1, True)
    code, said, _ = judge("--resume", run_id, "--file", file, "--budget", "$2", "--yes")
    assert code == 0
    assert "3 of 3 prompts have all their ratings." in said


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        (["--judge", JUDGE, "--reference", REFERENCE], "No LLM is named for --weak."),
        (["--weak", "nobody", "--judge", JUDGE, "--reference", REFERENCE, "--file", "FILE"], "no LLM called"),
        ([*WHO], "There is no prompt to judge."),
        ([*WHO, "--file", "nowhere.csv"], "cannot be read"),
        ([*WHO, "--rubric", "nowhere.md", "--file", "FILE"], "The rubric nowhere.md cannot be read"),
        (["--resume", "no-such-run"], "There is no judge run “no-such-run”."),
        (["--results", "no-such-run"], "There is no judge run “no-such-run”."),
        ([*WHO, "--endpoint", "ftp://x", "m", "--file", "FILE"], "The base URL is not an http or https address."),
    ],
)
def test_what_cannot_be_done_is_said(judge: RunCommand, tmp_path: Path, arguments: list[str], what: str) -> None:
    file = str(own_file(tmp_path))
    code, _, complaint = judge(*(file if argument == "FILE" else argument for argument in arguments), "--yes")
    assert code == 1
    assert what in complaint


def test_without_a_yes_nothing_is_sent(
    judge: RunCommand,
    provider: JudgingProvider,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("builtins.input", lambda _: "no")
    code, said, _ = judge("--file", str(own_file(tmp_path)), *WHO)
    assert (code, provider.requests) == (0, [])
    assert said.endswith("Nothing was sent.\n")


def test_an_interruption_ends_a_run_in_good_order(
    shell: dict[str, str], provider: JudgingProvider, tmp_path: Path
) -> None:
    provider.hold_from = 2
    file = own_file(tmp_path, 9)
    command = [sys.executable, "-m", "feedback", "judge", "--file", str(file), *WHO, "--yes", "--concurrency", "2"]
    with subprocess.Popen(command, cwd=ROOT, env=shell, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        try:
            provider.wait_for_requests(3, timeout_s=120)
            process.send_signal(signal.SIGINT)
            assert process.stderr is not None
            assert any(b"Stopping" in line for line in iter(process.stderr.readline, b""))
        finally:
            provider.release()
        assert b"You stopped it." in process.stderr.read()
        assert process.wait() == 3
    assert len(provider.requests) == 3
    assert len(provider.answered) == 3
