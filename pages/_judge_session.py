"""What the server remembers of one tab in which judges rate; nothing of it is shared between tabs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from llms.keys import Keys

if TYPE_CHECKING:
    from feedback.judge_run import JudgeRun


class JudgeSession:
    """State of one tab, changed in place.

    Gradio copies the initial value of a state for every visitor: a copy is an empty session.
    """

    def __init__(self) -> None:
        self.keys = Keys()
        self.estimated = ""
        """What the last estimate was made for; a run starts only if nothing has changed since."""
        self.run: JudgeRun | None = None
        self.shown = ""
        """Id of the run whose results are shown; '' if there is none."""

    def __deepcopy__(self, memo: object) -> JudgeSession:
        return JudgeSession()

    @property
    def running(self) -> bool:
        """Whether a run of this tab is at work."""
        return self.run is not None and self.run.at_work

    def stop(self) -> None:
        """Ends the run in good order: what is on its way is paid, and kept."""
        if self.run is not None:
            self.run.stop()

    def close(self) -> None:
        """The tab has gone: nothing more is sent, and its keys are forgotten; the run keeps its own until it ends."""
        self.stop()
        self.keys = Keys(session=self.keys.session)
