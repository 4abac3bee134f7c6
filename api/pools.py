"""Which pool a request means: a preset by its name or short name, an LLM for each route, or whatever can be asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from errors import BadInputError, UnknownNameError
from llms.catalogue import Catalogue
from llms.pool import ROUTES, Pool

LOCAL = "local"
"""The pool in which the local LLM serves every route: it needs no key."""

_STANDS_FOR = {"weak": ("simple",), "strong": ("reasoning", "general"), "simple": ("weak",), "general": ("strong",)}
_STANDS_FOR["reasoning"] = ("strong",)


def short_name(pool: Pool) -> str:
    """A pool's name as a model name can hold it, such as `nano-4.1-o4-mini`."""
    return re.sub(r"[^a-z0-9.]+", "-", pool.name.lower()).strip("-")


def all_pools(catalogue: Catalogue) -> tuple[Pool, ...]:
    """The presets, and the pool of the local LLM where the catalogue has one."""
    local = next((llm.id for llm in catalogue.llms if llm.local), None)
    return catalogue.pools if local is None else (*catalogue.pools, Pool(LOCAL, dict.fromkeys(ROUTES, local)))


def pool_of(
    catalogue: Catalogue, asked: str | Mapping[str, str] | None, can_ask: Callable[[str], bool] | None = None
) -> Pool:
    """The pool that a request means.

    Args:
        catalogue: LLMs and presets.
        asked: Name or short name of a preset, `local`, an LLM id by route, or None: the first preset of which every
            LLM can be asked, else the local LLM, else the first preset.
        can_ask: Whether an LLM can be asked; without it None is the first preset.

    Raises:
        UnknownNameError: There is no such pool, route or LLM.
        BadInputError: A route is left out that follows from no other.
    """
    pools = all_pools(catalogue)
    if asked is None:
        if can_ask is None:
            return catalogue.default_pool
        return next((pool for pool in pools if all(map(can_ask, set(pool.serves.values())))), catalogue.default_pool)
    if isinstance(asked, str):
        wanted = asked.strip().lower()
        for pool in pools:
            if wanted in {pool.name.lower(), short_name(pool)}:
                return pool
        names = ", ".join(short_name(pool) for pool in pools)
        raise UnknownNameError(f"There is no pool called “{asked[:60]}”.", f"There are {names}.")
    pool = Pool("custom", _filled(asked))
    catalogue.check_pool(pool)
    return pool


def _filled(serves: Mapping[str, str]) -> dict[str, str]:
    """An LLM for every route: those of routers with two routes stand for those of routers with three, and back."""
    whole = dict(serves)
    for route in ROUTES:
        stand_in = next((serves[other] for other in _STANDS_FOR[route] if other in serves), None)
        if route not in whole:
            if stand_in is None:
                raise BadInputError(
                    f"The pool names no LLM for the route {route}.",
                    "Name one for weak and strong, or for simple, general and reasoning.",
                )
            whole[route] = stand_in
    return whole
