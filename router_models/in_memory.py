"""When weights come into memory and leave it again: never under the hands of somebody who is using them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

_NOTHING = object()
"""Stands for an attribute that was not there."""


class InMemory:
    """Something that reads its weights when it is first asked, and gives them back on request. Thread-safe.

    A subclass writes `_load`, which puts the weights into attributes. What it put there is what `unload` takes away;
    an attribute that was there before gets its former value back. Weights that lie elsewhere are for `_unload`.
    """

    def __init__(self) -> None:
        self._load_lock = threading.RLock()
        self._loaded = False
        self._loading = False
        self._leaving = False
        self._users = 0
        self._then: Callable[[], None] | None = None
        self._before: dict[str, object] = {}
        self._gone: frozenset[str] = frozenset()

    @property
    def loaded(self) -> bool:
        """Whether the weights are in memory."""
        return self._loaded

    @property
    def given_back(self) -> bool:
        """Whether the weights were in memory and have left it on request."""
        return bool(self._gone) and not self._loaded

    def load(self) -> None:
        """Brings the weights into memory; calling it again does nothing. Safe to call from several threads.

        Raises:
            UnavailableError: Weights, a key or an extra is missing.
        """
        with self._load_lock:
            self._bring_in()

    def unload(self, then: Callable[[], None] | None = None) -> bool:
        """Gives the weights' memory back; they are read again when somebody asks.

        Who is using them goes on to the end, and whoever comes meanwhile as well: the last of them gives it back.

        Args:
            then: Called once it is given back, be it now or by the last of them.

        Returns:
            Whether it is given back already.
        """
        with self._load_lock:
            self._leaving = self._loaded
            self._then = then or self._then
            if self._leaving and self._users:
                return False
            follow = self._leave()
        if follow is not None:
            follow()
        return True

    @contextmanager
    def in_use(self) -> Iterator[None]:
        """Loads the weights and keeps them in memory while the block runs.

        Raises:
            UnavailableError: As `load`.
        """
        with self._load_lock:
            self._bring_in()
            self._users += 1
        try:
            yield
        finally:
            with self._load_lock:
                self._users -= 1
                follow = self._leave() if self._leaving and not self._users else None
            if follow is not None:
                follow()

    def __copy__(self) -> Self:
        """A copy with a lock and users of its own: who loads or uses this one does not load or use the copy."""
        other = type(self).__new__(type(self))
        other.__dict__.update(self.__dict__)
        other._load_lock = threading.RLock()
        other._loading = other._leaving = False
        other._users = 0
        other._then = None
        return other

    def _load(self) -> None:
        """Reads weights; called once before they are used, and again after they have left."""

    def _unload(self) -> None:
        """Gives back what `_load` put elsewhere than into attributes."""

    def _bring_in(self) -> None:
        if self._loaded or self._loading:
            return
        before = dict(self.__dict__)
        self._loading = True
        try:
            self._load()
        finally:
            self._loading = False
        self._before = {
            name: before.get(name, _NOTHING)
            for name, value in self.__dict__.items()
            if before.get(name, _NOTHING) is not value
        }
        self._gone = frozenset()
        self._loaded = True

    def _leave(self) -> Callable[[], None] | None:
        """Gives back what is loaded; returns what is to follow."""
        follow, self._then = self._then, None
        if self._leaving:
            self._unload()
            before, self._before = self._before, {}
            # Said before anything is taken away: a copy that is made meanwhile must not believe that it has it.
            self._gone = frozenset(name for name, value in before.items() if value is _NOTHING)
            self._loaded = self._leaving = False
            for name, value in before.items():
                if value is _NOTHING:
                    self.__dict__.pop(name, None)
                else:
                    self.__dict__[name] = value
        return follow

    if not TYPE_CHECKING:  # for the type checker there is no attribute but those that are declared

        def __getattr__(self, name: str) -> object:
            """Reads the weights again for whoever asks for one of them without having said that it is in use."""
            if name in self.__dict__.get("_gone", ()):
                self.load()
                if name in self.__dict__:
                    return self.__dict__[name]
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)
