"""Where the weights of the routers that ship came from: the app itself, or a repository on the Hub."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from errors import PlaygroundError


@dataclass(frozen=True, slots=True)
class WeightsOrigin:
    """Where the weights came from, and what people must know of it.

    Attributes:
        source: `embedded` in the app, or `hub`.
        repo_id: The repository that was asked for, `owner/name`; '' where none was.
        commit: What was taken from there, 40 hexadecimal digits; '' where nothing was.
        downloaded_at: When that commit was downloaded.
        unconfirmed: Why nobody could say whether it is still the newest; '' where it is, or is pinned.
        failure: Why the weights are not those that were asked for; None where they are.
    """

    source: Literal["embedded", "hub"] = "embedded"
    repo_id: str = ""
    commit: str = ""
    downloaded_at: datetime | None = None
    unconfirmed: str = ""
    failure: PlaygroundError | None = None

    @property
    def notice(self) -> str:
        """What is shown on every page and in the log; '' where all is as it was asked for."""
        if self.failure is not None:
            return (
                f"The routers run on the weights that ship with the app, not on those of {self.repo_id or 'the Hub'}. "
                f"{self.failure.what} {self.failure.mend}"
            )
        if self.unconfirmed:
            when = f" on {self.downloaded_at:%d %B %Y}" if self.downloaded_at else ""
            return f"The routers run on the weights of {self.repo_id} that were downloaded{when}. {self.unconfirmed}"
        return ""


EMBEDDED = WeightsOrigin()
"""The weights that ship with the app, because nothing else was asked for."""
