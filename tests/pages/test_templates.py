"""Numbers as people read them, and nothing that a user wrote becomes markup."""

from decimal import Decimal

import pytest
from jinja2 import UndefinedError

from pages._templates import milliseconds, percent, render, usd


@pytest.mark.parametrize(
    ("share", "text"),
    [(0, "0 %"), (1, "100 %"), (0.714, "71 %"), (0.999, ">99 %"), (0.001, "<1 %"), (0.5, "50 %")],
)
def test_percent_never_claims_certainty_that_is_not_there(share: float, text: str) -> None:
    assert percent(share) == text


@pytest.mark.parametrize(
    ("duration_ms", "text"),
    [(0.041, "0.04 ms"), (0.3, "0.3 ms"), (3.94, "3.9 ms"), (128.4, "128 ms"), (1500, "1,500 ms")],
)
def test_milliseconds(duration_ms: float, text: str) -> None:
    assert milliseconds(duration_ms) == text


def test_no_price_is_not_zero() -> None:
    assert usd(None) == "no price"
    assert usd(Decimal(0)) == "$0"


def test_markup_is_escaped() -> None:
    html = render("footer.html", sentence="<script>alert(1)</script>")
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        render("footer.html")


def test_the_json_api_opens_beside_the_page_and_cannot_reach_it() -> None:
    link = render("footer.html", sentence="").split("<a ")[1].split(">")[0]
    assert 'href="/docs"' in link
    assert 'target="_blank"' in link
    assert 'rel="noopener"' in link
