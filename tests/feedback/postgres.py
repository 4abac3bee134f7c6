"""A PostgreSQL server of the tests' own: Debian's binaries on a temporary folder and a Unix socket."""

from __future__ import annotations

import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

import psycopg

_ROLE = "feedback"
GUARDED = "guarded"
"""A role that needs a password."""


def binaries() -> Path | None:
    """Folder of the newest server's programs; None where PostgreSQL is not installed."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: int(folder.parent.name))
    found = shutil.which("initdb")
    return folders[-1] if folders else Path(found).parent if found else None


class Cluster:
    """A server with as many databases as tests ask for."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))  # short: a socket's path has at most 107 characters
        self._user = "nobody" if os.getuid() == 0 else None  # the server refuses to run as root
        if self._user is not None:
            os.chown(self.folder, pwd.getpwnam(self._user).pw_uid, -1)
        self._numbers = itertools.count()
        self._run("initdb", "--auth=trust", f"--username={_ROLE}", "--encoding=UTF8", "--locale=C", "--no-sync")
        rules = f"local all {GUARDED} scram-sha-256\nlocal all all trust\n"
        (self._data / "pg_hba.conf").write_text(rules, encoding="utf-8")
        self.start()
        self.execute(f"CREATE ROLE {GUARDED} LOGIN PASSWORD 'right'")

    @property
    def _data(self) -> Path:
        return self.folder / "data"

    def _run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [str(self._programs / program), "-D", str(self._data), *arguments],
            user=self._user,
            cwd=self.folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / "errors").open("a"),
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {(self.folder / 'errors').read_text(encoding='utf-8')}")

    def start(self) -> None:
        """Starts the server and waits until it answers."""
        options = f"-k {self.folder} -c listen_addresses='' -c fsync=off -c max_connections=60"
        self._run("pg_ctl", "start", "--wait", "--log", str(self.folder / "log"), "--options", options)

    def stop(self) -> None:
        """Stops the server at once, whoever is connected."""
        self._run("pg_ctl", "stop", "--wait", "--mode", "immediate")

    def close(self) -> None:
        """Stops the server and removes its folder."""
        self.stop()
        shutil.rmtree(self.folder)

    def execute(self, statement: str, database: str = "postgres") -> None:
        """Runs a statement outside of any transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def new_database(self) -> str:
        """Makes an empty database and returns its address."""
        name = f"test{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def url(self, database: str, role: str = _ROLE) -> str:
        """Address of a database on this server."""
        return f"postgresql://{role}@/{database}?host={self.folder}"
