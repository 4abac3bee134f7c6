"""Numbers to draw: made-up ones, and those that ship with the project."""

import pytest

from benchmarks.dashboard.interactions import made_up
from benchmarks.dashboard.numbers import Numbers
from benchmarks.dashboard.results import Results, load_results
from benchmarks.plots.theme import Theme, theme


@pytest.fixture(scope="session")
def numbers() -> Numbers:
    return made_up(400, 6)


@pytest.fixture(scope="session")
def committed() -> Results:
    return load_results()


@pytest.fixture(params=["light", "dark"])
def colours(request: pytest.FixtureRequest) -> Theme:
    return theme(request.param)
