"""Who may add routers, and whose token is sent."""

from pathlib import Path
from typing import Any

import pytest

from errors import BadInputError
from router_models.hub.permission import hub_token, who_may_add
from settings import Settings

FILE = Path("users.json")
EVERYWHERE = "0.0.0.0"  # noqa: S104  nothing listens here
TOKEN = "hf_" + "m" * 34


@pytest.mark.parametrize(
    ("given", "who"),
    [
        ({}, "everyone"),
        ({"host": "localhost"}, "everyone"),
        ({"host": EVERYWHERE}, "nobody"),
        ({"host": EVERYWHERE, "hub_routers": "on"}, "everyone"),
        ({"hub_routers": "off"}, "nobody"),
        ({"auth_file": FILE}, "admins"),
        ({"auth_file": FILE, "host": EVERYWHERE}, "admins"),
        ({"oauth_client_id": "x", "space_id": "a/b", "hub_routers": "on"}, "admins"),
        ({"space_id": "a/b", "host": EVERYWHERE}, "nobody"),
        ({"auth_file": FILE, "hub_routers": "off"}, "nobody"),
        ({"host": "app.example.org"}, "nobody"),
    ],
)
def test_who_may_add(given: dict[str, Any], who: str) -> None:
    assert who_may_add(Settings(**given)) == who


@pytest.mark.parametrize(
    ("given", "may_learn", "token"),
    [
        ({}, False, TOKEN),
        ({"host": EVERYWHERE, "hub_routers": "on"}, True, ""),
        ({"auth_file": FILE, "host": EVERYWHERE}, True, TOKEN),
        ({"auth_file": FILE}, False, ""),
    ],
)
def test_the_machines_token_is_for_who_may_use_it(given: dict[str, Any], may_learn: bool, token: str) -> None:
    settings = Settings(hf_token=TOKEN, **given)
    assert hub_token("", settings, may_learn=may_learn) == token
    assert hub_token(" hf_own \n", settings, may_learn=may_learn) == "hf_own"
    assert hub_token("", Settings(**given), may_learn=may_learn) == ""


def test_what_is_no_token_is_refused_without_being_quoted() -> None:
    with pytest.raises(BadInputError, match="not a token") as refused:
        hub_token("geheim\u00df", Settings(), may_learn=True)
    assert "geheim" not in str(refused.value)
