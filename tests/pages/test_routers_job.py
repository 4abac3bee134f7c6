"""A router on its way from the Hub: told how far it is, stopped, and never two at once."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from errors import BadInputError, UnavailableError, UnknownNameError
from pages._routers_job import MOST_KEPT, Jobs
from router_models.hub.download import Progress

PATIENCE_S = 20.0
Tell = Callable[[Progress], None]


class Download:
    """Work that goes on when it is told to."""

    def __init__(self) -> None:
        self.at_work = threading.Event()
        self.goes_on = threading.Event()

    def __call__(self, tell: Tell) -> str:
        tell(Progress(5, 20, "model.onnx"))
        self.at_work.set()
        assert self.goes_on.wait(PATIENCE_S)
        tell(Progress(20, 20, "model.onnx"))
        return "hub-ann-easy"


def test_it_tells_how_far_it_is_and_which_router_came_of_it() -> None:
    work, jobs = Download(), Jobs()
    job = jobs.start(work)
    assert work.at_work.wait(PATIENCE_S)
    standing = jobs[job.id].standing
    assert (standing.state, standing.done_bytes, standing.total_bytes) == ("running", 5, 20)
    assert standing.file == "model.onnx"
    work.goes_on.set()
    assert job.ended.wait(PATIENCE_S)
    assert (job.standing.state, job.standing.router) == ("done", "hub-ann-easy")


def test_it_stops_at_the_next_piece_when_it_is_cancelled() -> None:
    work, jobs = Download(), Jobs()
    job = jobs.start(work)
    assert work.at_work.wait(PATIENCE_S)
    job.cancel()
    work.goes_on.set()
    assert job.ended.wait(PATIENCE_S)
    assert job.standing.state == "cancelled"
    assert job.standing.error is None


def test_one_comes_at_a_time() -> None:
    work, jobs = Download(), Jobs()
    job = jobs.start(work)
    with pytest.raises(BadInputError, match="Another router is being added right now"):
        jobs.start(Download())
    work.goes_on.set()
    assert job.ended.wait(PATIENCE_S)
    assert jobs.start(ready).ended.wait(PATIENCE_S)


def ready(tell: Tell) -> str:
    return "there"


def test_the_last_one_is_shown_until_somebody_was_told_how_it_ended() -> None:
    work, jobs = Download(), Jobs()
    assert jobs.untold() is None
    job = jobs.start(work, "ann/easy")
    assert jobs.untold() is job
    assert job.about == "ann/easy"
    work.goes_on.set()
    assert job.ended.wait(PATIENCE_S)
    assert jobs.untold() is job
    job.told = True
    assert jobs.untold() is None


def test_what_goes_wrong_is_kept_for_who_asks() -> None:
    def refused(tell: Tell) -> str:
        raise UnavailableError("The Hub says no.", "Try again.")

    def defective(tell: Tell) -> str:
        raise ZeroDivisionError("secret prompt")

    jobs = Jobs()
    first = jobs.start(refused)
    assert first.ended.wait(PATIENCE_S)
    assert (first.standing.state, str(first.standing.error)) == ("failed", "The Hub says no. Try again.")
    second = jobs.start(defective)
    assert second.ended.wait(PATIENCE_S)
    assert second.standing.error is not None
    assert "secret" not in str(second.standing.error)


def test_a_panic_of_a_library_ends_it_like_any_other_defect() -> None:
    class Panic(BaseException):
        """As pyo3 raises where Rust code panics: no Exception."""

    def panicking(tell: Tell) -> str:
        raise Panic("secret prompt")

    jobs = Jobs()
    first = jobs.start(panicking)
    assert first.ended.wait(PATIENCE_S)
    assert first.standing.state == "failed"
    assert "secret" not in str(first.standing.error)
    second = jobs.start(ready)
    assert second.ended.wait(PATIENCE_S)
    assert second.standing.state == "done"


def test_old_ones_are_forgotten() -> None:
    jobs = Jobs()
    first = jobs.start(ready)
    assert first.ended.wait(PATIENCE_S)
    for _ in range(MOST_KEPT):
        assert jobs.start(ready).ended.wait(PATIENCE_S)
    with pytest.raises(UnknownNameError, match="knows nothing of this download"):
        jobs[first.id]
