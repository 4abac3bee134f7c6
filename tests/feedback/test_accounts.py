"""Passwords, the file of users, signed cookies, and the command that writes the file."""

from __future__ import annotations

import io
import re
import shlex
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from errors import BadInputError, UnknownNameError
from feedback.__main__ import main
from feedback.accounts import AccountFileError, Accounts
from feedback.identity import Identity
from feedback.passwords import hash_password, is_hash, matches
from feedback.signed_cookie import FEWEST_CHARACTERS, CookieSigner, WeakSecretError, session_secret
from settings import Settings, get_settings

WORDS = "four plain green words"


def test_a_password_matches_its_own_hash_only() -> None:
    kept = hash_password(WORDS)
    assert matches(WORDS, kept)
    assert not matches(WORDS + " ", kept)
    assert WORDS not in kept
    assert hash_password(WORDS) != kept, "every hash has a salt of its own"


def test_a_password_may_have_any_characters() -> None:
    for password in ("пароль из четырёх слов", "🦉🦉🦉🦉🦉🦉🦉🦉🦉🦉", "\ud800 lone surrogate"):
        assert matches(password, hash_password(password))


@pytest.mark.parametrize(
    "kept",
    [
        "",
        "plain text",
        "scrypt$15$8$3$AAAA",
        "scrypt$15$8$3$AAAA$AAAA",
        "scrypt$99$8$3$AAAA$" + "A" * 43 + "=",
        "scrypt$-1$8$3$AAAA$" + "A" * 43 + "=",
        "bcrypt$15$8$3$AAAA$" + "A" * 43 + "=",
        "scrypt$15$8$3$???$" + "A" * 43 + "=",
    ],
)
def test_what_is_no_hash_matches_nothing(kept: str) -> None:
    assert not is_hash(kept)
    assert not matches("", kept)


@pytest.fixture
def accounts(tmp_path: Path) -> Accounts:
    return Accounts(tmp_path / "folder" / "users.json")


def test_users_are_added_changed_and_removed(accounts: Accounts) -> None:
    accounts.put("ann", "labeller", WORDS)
    accounts.put("bob", "admin", WORDS)
    accounts.put("ann", "admin", WORDS + "!")
    assert accounts.names() == {"bob": "admin", "ann": "admin"}
    found = accounts.check("ann", WORDS + "!")
    assert found is not None
    assert (accounts.check("ann", WORDS), accounts.check("nobody", WORDS)) == (None, None)
    accounts.remove("ann")
    assert accounts.check("ann", WORDS + "!") is None
    with pytest.raises(UnknownNameError, match="ann"):
        accounts.remove("ann")


def test_the_file_is_its_owners_alone_and_holds_no_password(accounts: Accounts, tmp_path: Path) -> None:
    accounts.put("ann", "labeller", WORDS)
    path = tmp_path / "folder" / "users.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert WORDS not in path.read_text()
    assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("name", ["", "a b", "../x", "-a", "a" * 41, "ü", "a\n"])
def test_names_that_do_not_fit_are_refused(accounts: Accounts, name: str) -> None:
    with pytest.raises(BadInputError, match="A name has"):
        accounts.put(name, "labeller", WORDS)


@pytest.mark.parametrize("password", ["short", "x" * 1_001])
def test_passwords_that_are_too_short_or_too_long_are_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(BadInputError, match="10 to 1,000"):
        accounts.put("ann", "labeller", password)


def test_a_file_that_is_changed_meanwhile_counts_at_once(accounts: Accounts, tmp_path: Path) -> None:
    accounts.put("ann", "labeller", WORDS)
    other = Accounts(tmp_path / "folder" / "users.json")
    other.put("bob", "admin", WORDS)
    assert set(accounts.names()) == {"ann", "bob"}


@pytest.mark.parametrize("content", ["", "[]", '{"users": [{"name": "ann", "role": "admin", "password": "plain"}]}'])
def test_a_file_that_is_none_is_said_and_lets_nobody_in(tmp_path: Path, content: str) -> None:
    path = tmp_path / "users.json"
    path.write_text(content)
    with pytest.raises(AccountFileError, match="not valid") as caught:
        Accounts(path).check("ann", "plain")
    assert "plain" not in caught.value.what
    with pytest.raises(AccountFileError, match="cannot be read"):
        Accounts(tmp_path / "gone.json").get("ann")


def test_a_signed_value_is_read_back_and_a_changed_one_is_not() -> None:
    signer = CookieSigner("secret", "session")
    signed = signer.sign({"name": "ann"})
    assert signer.read(signed, 60) == {"name": "ann"}
    assert signer.read(signed, -1) is None, "it has run out"
    assert signer.read(signed[:-1] + ("A" if signed[-1] != "A" else "B"), 60) is None
    assert CookieSigner("another", "session").read(signed, 60) is None
    assert CookieSigner("secret", "other purpose").read(signed, 60) is None
    assert signer.read("", 60) is None


def test_the_secret_is_made_once_even_by_many_at_the_same_time(tmp_path: Path) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path / "data")
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(session_secret(settings))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1
    assert stat.S_IMODE((tmp_path / "data" / "session_secret").stat().st_mode) == 0o600
    given = "0123456789abcdef" * 2
    assert session_secret(Settings(_env_file=None, session_secret=SecretStr(given))) == given
    made = session_secret(Settings(_env_file=None, data_dir=tmp_path / "other", session_secret=SecretStr("")))
    assert len(made) == 64, "an empty one is none"


def test_a_secret_that_can_be_guessed_is_refused_with_the_command_that_makes_one() -> None:
    weak = Settings(_env_file=None, session_secret=SecretStr("x" * (FEWEST_CHARACTERS - 1)), auth_file=Path("users"))
    with pytest.raises(WeakSecretError, match="31 characters") as refused:
        Identity(weak)
    assert "x" * 31 not in str(refused.value)
    command = shlex.split(re.findall(r"`(.+?)`", refused.value.mend)[0])
    printed = subprocess.run([sys.executable, *command[1:]], capture_output=True, text=True, check=True).stdout.strip()
    assert len(printed) >= FEWEST_CHARACTERS
    Identity(weak.model_copy(update={"session_secret": SecretStr(printed)}))


def test_a_folder_that_cannot_be_written_gives_a_secret_all_the_same(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    first, second = (session_secret(Settings(_env_file=None, data_dir=blocked)) for _ in range(2))
    assert first != second


@pytest.fixture
def auth_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    get_settings.cache_clear()
    monkeypatch.setenv("AUTH_FILE", str(tmp_path / "users.json"))
    yield tmp_path / "users.json"
    get_settings.cache_clear()


def test_the_command_adds_lists_and_removes(
    auth_file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{WORDS}\n"))
    assert main(["user", "add", "ann", "--role", "admin"]) == 0
    assert Accounts(auth_file).check("ann", WORDS) is not None
    assert main(["user", "list"]) == 0
    assert "ann\tadmin" in capsys.readouterr().out
    assert main(["user", "remove", "ann"]) == 0
    assert main(["user", "remove", "ann"]) == 1
    assert "There is no user ann" in capsys.readouterr().err


def test_the_command_says_what_is_missing(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    get_settings.cache_clear()
    monkeypatch.delenv("AUTH_FILE", raising=False)
    assert main(["user", "list"]) == 1
    assert "AUTH_FILE" in capsys.readouterr().err
    assert main(["nonsense"]) == 2
    get_settings.cache_clear()
