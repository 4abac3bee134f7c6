"""Small parts of the Learn tab: buttons, notices, and what a click means."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gradio as gr

from errors import BadInputError, PlaygroundError
from feedback.learning.labelled import Lacking
from feedback.version_records import Slot, Standing, Switch, VersionFacts
from feedback.visitor import Visitor
from pages._defects import as_shown
from pages._templates import render


def switch_of(standing: Standing, facts: VersionFacts, visitor: Visitor, slot: Slot, *, back: bool) -> Switch:
    """What a click on a button means as things stand."""
    taken_away = slot == "beside" and standing.beside.get(facts.router) == facts.id
    return Switch(
        router=facts.router,
        slot=slot,
        action="back" if back else "put",
        version_id=None if back or taken_away else facts.id,
        created_by=visitor.author,
        created_by_name=visitor.name,
    )


def buttons(facts: VersionFacts | None, standing: Standing) -> tuple[Any, Any]:
    """The buttons to activate and to compare, as they stand for a version."""
    if facts is None:
        return gr.update(interactive=False), gr.update(interactive=False, value=COMPARE)
    decides = standing.active.get(facts.router) == facts.id
    beside = standing.beside.get(facts.router) == facts.id
    return (
        gr.update(interactive=not decides, value="Decides now" if decides else "Activate"),
        gr.update(interactive=not decides, value="Take it off the Route page" if beside else COMPARE),
    )


def start_button(lacking: Lacking) -> Any:  # noqa: ANN401  an update
    """The button that learns: grey where labels are missing, and it says how many."""
    if not lacking:
        return gr.update(interactive=True, value=LEARN)
    return gr.update(interactive=False, value=f"{lacking.total:,} more label{'' if lacking.total == 1 else 's'} needed")


COMPARE = "Compare on the Route page"
LEARN = "Learn"


def find(versions: Sequence[VersionFacts], version: str | None) -> VersionFacts:
    """The chosen version among those that there are.

    Raises:
        BadInputError: It is not there.
    """
    wanted = named(version)
    found = next((facts for facts in versions if facts.id == wanted), None)
    if found is None:
        raise BadInputError("There is no such version.", "Choose one from the list.")
    return found


def named(version: str | None) -> str:
    """The chosen version's id.

    Raises:
        BadInputError: None is chosen.
    """
    if not version:
        raise BadInputError("No version is chosen.", "Let a router learn first, then choose its version.")
    return version


def problem(error: Exception) -> str:
    """An error as the tab shows it."""
    shown: PlaygroundError = as_shown(error)
    return render("bench_notice.html", sentences=(str(shown),), error=True)


def done(what: str, mend: str) -> str:
    """What was done, and what can be done now."""
    return render("bench_notice.html", sentences=(f"{what} {mend}",), error=False)


def skipped(count: int) -> list[Any]:
    """Values that change nothing."""
    return [gr.skip() for _ in range(count)]
