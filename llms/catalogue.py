"""The catalogue: every LLM that a route can be served by, the preset pools, and what the prices are dated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from errors import DataError, UnknownNameError
from llms.llm import LLM, Text
from llms.pool import Pool

__all__ = ["DEFAULT_CATALOGUE", "LLM", "Catalogue", "PriceSnapshot", "load_catalogue"]

DEFAULT_CATALOGUE = Path(__file__).resolve().parent.parent / "assets" / "llms.yaml"
"""The catalogue that ships with the project."""


class PriceSnapshot(BaseModel):
    """Which release of genai-prices the prices are from; the package itself carries no date.

    Attributes:
        version: Release of genai-prices that must be installed.
        released: Day of that release, the as-of date of all its prices.
        source: Address where that day is stated.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    version: Text
    released: date
    source: Text


@dataclass(frozen=True)
class Catalogue:
    """All LLMs and preset pools, in the order of the file; the first pool is the default.

    Attributes:
        llms: The entries.
        pools: The presets; every LLM they name is an entry.
        price_snapshot: Release and date of the price list behind the entries.
    """

    llms: tuple[LLM, ...]
    pools: tuple[Pool, ...]
    price_snapshot: PriceSnapshot

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Ids of all LLMs, in order."""
        return tuple(llm.id for llm in self.llms)

    @cached_property
    def _by_id(self) -> dict[str, LLM]:
        return {llm.id: llm for llm in self.llms}

    def __getitem__(self, llm_id: str) -> LLM:
        """The LLM of that id.

        Raises:
            UnknownNameError: There is none; the message lists the nearest ids.
        """
        if llm_id not in self._by_id:
            raise _unknown("LLM", llm_id, self.ids)
        return self._by_id[llm_id]

    @cached_property
    def measured(self) -> dict[str, str]:
        """Id → name under which its outcomes were measured, of the LLMs that have any."""
        return {llm.id: llm.measured_as for llm in self.llms if llm.measured_as is not None}

    def __contains__(self, llm_id: object) -> bool:
        """Whether there is an LLM of that id."""
        return llm_id in self._by_id

    @property
    def default_pool(self) -> Pool:
        """The first preset."""
        return self.pools[0]

    def pool(self, name: str) -> Pool:
        """The preset of that name.

        Raises:
            UnknownNameError: There is none; the message lists the nearest names.
        """
        for pool in self.pools:
            if pool.name == name:
                return pool
        raise _unknown("pool", name, tuple(pool.name for pool in self.pools))

    def check_pool(self, pool: Pool) -> None:
        """Makes sure that every LLM of a pool is an entry.

        Raises:
            UnknownNameError: One is not.
        """
        for llm_id in pool.serves.values():
            self[llm_id]


def load_catalogue(path: Path = DEFAULT_CATALOGUE) -> Catalogue:
    """Reads and checks a catalogue file.

    Args:
        path: YAML file with the sections `genai_prices`, `llms` and `pools`; see `assets/llms.yaml`.

    Raises:
        DataError: The file is missing, is not YAML, or breaks a rule; the message names file and field.
    """
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}.", "Restore the file.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise DataError(f"{path} is not YAML: {error}", "Mend it at the line named.") from error
    try:
        file = _CatalogueFile.model_validate(content)
    except ValidationError as error:
        raise _broken_rule(path, _first_problem(error, content)) from error
    return _checked(path, file)


class _Serves(BaseModel):
    model_config = ConfigDict(extra="forbid")

    weak: Text
    strong: Text
    simple: Text
    general: Text
    reasoning: Text


class _PoolEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: Text
    serves: _Serves


class _CatalogueFile(BaseModel):
    model_config = ConfigDict(extra="forbid")

    genai_prices: PriceSnapshot
    llms: Annotated[tuple[LLM, ...], Field(min_length=1)]
    pools: Annotated[tuple[_PoolEntry, ...], Field(min_length=1)]


def _checked(path: Path, file: _CatalogueFile) -> Catalogue:
    """The rules that span entries: ids and names are unique, and pools name entries."""
    names_of = {"llms": [llm.id for llm in file.llms], "pools": [pool.name for pool in file.pools]}
    for section, names in names_of.items():
        for index, name in enumerate(names):
            if name in names[:index]:
                raise _broken_rule(path, f"{section}[{index}]: “{name}” is there twice")
    pools = tuple(Pool(entry.name, entry.serves.model_dump()) for entry in file.pools)
    catalogue = Catalogue(file.llms, pools, file.genai_prices)
    for index, pool in enumerate(pools):
        for route, llm_id in pool.serves.items():
            if llm_id not in catalogue:
                raise _broken_rule(path, f"pools[{index}].serves.{route}: no LLM is called “{llm_id}”")
    return catalogue


def _first_problem(error: ValidationError, content: object) -> str:
    """Field, entry and message of the first broken rule, such as `llms[3].context_tokens (o4-mini): …`."""
    problem = error.errors()[0]
    field, entry = "", content
    name = ""
    for step in problem["loc"]:
        field += f"[{step}]" if isinstance(step, int) else f".{step}" if field else step
        entry = entry[step] if isinstance(step, int) and isinstance(entry, list) else _member(entry, step)
        name = _entry_name(entry) or name
    return f"{field or 'the file'}{f' ({name})' if name else ''}: {problem['msg']}"


def _member(entry: object, key: int | str) -> object:
    return entry.get(key) if isinstance(entry, dict) else None


def _entry_name(entry: object) -> str:
    name = _member(entry, "id") or _member(entry, "name")
    return name if isinstance(name, str) else ""


def _broken_rule(path: Path, problem: str) -> DataError:
    return DataError(f"{path}: {problem}.", "Mend it; the top of assets/llms.yaml explains the fields.")


def _unknown(kind: str, name: str, known: tuple[str, ...]) -> UnknownNameError:
    near = get_close_matches(name, known, n=3, cutoff=0.5)
    mend = f"Did you mean {' or '.join(near)}?" if near else f"There are {', '.join(known)}."
    return UnknownNameError(f"There is no {kind} called “{name[:60]}”.", mend)
