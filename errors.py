"""The one error family: what happened, and how the reader can mend it."""

from __future__ import annotations


class PlaygroundError(Exception):
    """An error that is meant for the user: pages show it, the JSON API maps it to its status.

    Args:
        what: What happened, one sentence.
        mend: What the reader can do about it, one sentence.
    """

    status = 500
    """HTTP status under which the JSON API reports the error."""

    def __init__(self, what: str, mend: str) -> None:
        super().__init__(f"{what} {mend}")
        self.what = what
        self.mend = mend

    def __reduce__(self) -> tuple[type[PlaygroundError], tuple[str, str]]:
        """Lets an error come back from another process: by itself, Python would rebuild it from its message alone."""
        return type(self), (self.what, self.mend)


class BadInputError(PlaygroundError):
    """The user's input cannot be used as it is."""

    status = 422


class UnknownNameError(PlaygroundError):
    """A router, LLM, route or pool of that name does not exist."""

    status = 404


class UnavailableError(PlaygroundError):
    """A router or service cannot run right now: weights, key, extra or network are missing, or time ran out."""

    status = 503


class DataError(PlaygroundError):
    """A data file is missing or not in its public format."""

    status = 500
