"""What somebody is told of themselves where prompts are given to people."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feedback.annotator_names import shown_name
from feedback.visitor import Visitor, pseudonym
from pages._label_people import known_by
from pages._label_queue import QueuePart
from pages._visitor import visitor_of
from router_models import RouterPanel
from tests.pages.labelling import ASKING, Office


@pytest.fixture
def office(panel: RouterPanel, tmp_path: Path) -> Iterator[Office]:
    office = Office(panel, tmp_path / "data")
    yield office
    office.close()


def test_a_visitor_is_told_their_name_and_the_id_only_on_a_click(office: Office) -> None:
    html = QueuePart(office.door, office.scoring).opened(ASKING)[0]
    me = visitor_of(ASKING, office.settings).author
    assert f"<b data-me>{shown_name(me)}</b> here, and this browser is known by a cookie" in html
    before, folded = html.split('<details class="rp-lb-id">')
    assert me not in before
    assert f"<code data-id>{me}</code>" in folded


@pytest.mark.parametrize(
    ("author", "said"),
    [
        (pseudonym("browser", "a"), "known by a cookie"),
        (pseudonym("tab", "a"), "keeps no cookies"),
        (pseudonym("user", "ann"), "account with which you signed in"),
        ("hub:ann", "account on the Hub"),
    ],
)
def test_how_somebody_is_known_is_said_in_words(author: str, said: str) -> None:
    assert said in known_by(Visitor(author))


def test_of_what_is_no_pseudonym_nothing_is_said() -> None:
    assert known_by(Visitor("command-line")) == ""
    assert known_by(Visitor("browser")) == ""
