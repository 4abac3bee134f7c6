"""The output: a folder of Parquet shards, each of which appears whole or not at all."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from errors import BadInputError, UnavailableError
from router_models.batch.job import JOB_FILE, Job

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq
    from fsspec import AbstractFileSystem


READABLE = 0o644


class OutputFolder:
    """Where the shards go; a path or an fsspec URL.

    Args:
        location: The folder; it is made.

    Raises:
        UnavailableError: It cannot be reached or written.
    """

    def __init__(self, location: str) -> None:
        import fsspec

        self.location = location
        try:
            filesystem, self._path = fsspec.core.url_to_fs(location)
            self._files: AbstractFileSystem = filesystem
            self._files.makedirs(self._path, exist_ok=True)
        except (OSError, ValueError, ImportError) as error:
            raise self._unwritable(error) from error

    def begin(self, job: Job) -> frozenset[int]:
        """Claims the folder for a job, or goes on with the one that is there.

        Returns:
            Numbers of the shards that are done.

        Raises:
            BadInputError: The folder holds the shards of another job, or other files.
            UnavailableError: It cannot be read or written.
        """
        names = self._names()
        if JOB_FILE in names:
            known = self._read_job()
            if not known:  # the one who began was killed before anything was done
                self._write_job(job.as_json())
            elif known != job.as_json():
                raise BadInputError(
                    f"{self.location} holds another job: {_difference(known, job.as_json())} is not the same.",
                    "Choose another folder, or empty this one.",
                )
        elif names:
            raise BadInputError(f"{self.location} is not empty.", "Choose a new folder for the output.")
        else:
            self._write_job(job.as_json())
        done = (name.removeprefix("part-").removesuffix(".parquet") for name in names if name.endswith(".parquet"))
        return frozenset(int(number) for number in done if number.isdigit())

    @contextmanager
    def shard(self, number: int, schema: pa.Schema) -> Iterator[pq.ParquetWriter]:
        """A writer whose rows become the shard of that number when the block is left, and nothing if it fails.

        Of two that write the same shard the later one replaces the earlier, whole, with the same rows.

        Raises:
            UnavailableError: The shard cannot be written.
        """
        import pyarrow.parquet as pq

        target = f"{self._path}/part-{number:05d}.parquet"
        local = "file" in self._protocols()
        handle, name = tempfile.mkstemp(prefix=".part-", suffix=".tmp", dir=self._path if local else None)
        os.close(handle)
        try:
            with pq.ParquetWriter(name, schema, compression="zstd") as writer:
                yield writer
            try:
                if local:
                    _durable(Path(name))
                    Path(name).replace(target)
                else:
                    self._files.put_file(name, target)  # an object appears when its last byte has come
            except OSError as error:
                raise self._unwritable(error) from error
        finally:
            Path(name).unlink(missing_ok=True)

    def _names(self) -> set[str]:
        try:
            return {str(name).rsplit("/", 1)[-1] for name in self._files.ls(self._path, detail=False)}
        except FileNotFoundError:  # where folders exist only as parts of names, an empty one is none
            return set()
        except OSError as error:
            raise self._unwritable(error) from error

    def _read_job(self) -> str:
        try:
            with self._files.open(f"{self._path}/{JOB_FILE}", "r") as file:
                return str(file.read())
        except OSError as error:
            raise self._unwritable(error) from error

    def _write_job(self, text: str) -> None:
        try:
            with self._files.open(f"{self._path}/{JOB_FILE}", "w") as file:
                file.write(text)
        except OSError as error:
            raise self._unwritable(error) from error

    def sweep(self) -> None:
        """Removes what a killed worker left half-written; nobody may be writing."""
        if "file" in self._protocols():
            for left in Path(self._path).glob(".part-*.tmp"):
                left.unlink(missing_ok=True)

    def _protocols(self) -> tuple[str, ...]:
        protocol = self._files.protocol
        return (protocol,) if isinstance(protocol, str) else tuple(protocol)

    def _unwritable(self, error: Exception) -> UnavailableError:
        return UnavailableError(
            f"{self.location} cannot be written: {error}.", "Check the address, your access and the room."
        )


def _durable(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    path.chmod(READABLE)  # a temporary file is its owner's alone


def _difference(known: str, now: str) -> str:
    """Which entry of two jobs differs first."""
    before, after = json.loads(known), json.loads(now)
    return next((name for name in after if before.get(name) != after[name]), "its description")
