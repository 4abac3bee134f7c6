"""What people are told of where the weights came from."""

from datetime import UTC, datetime

from errors import UnavailableError
from router_models.weights_origin import EMBEDDED, WeightsOrigin

WHEN = datetime(2026, 11, 20, 8, 30, tzinfo=UTC)
COMMIT = "c" * 40


def test_nothing_is_said_where_all_is_as_asked() -> None:
    assert EMBEDDED.notice == ""
    assert WeightsOrigin("hub", "ann/routers", COMMIT, WHEN).notice == ""


def test_a_fall_back_names_the_repository_the_reason_and_the_mend() -> None:
    failure = UnavailableError("The Hub fails (503).", "Start the app again later.")
    assert WeightsOrigin(repo_id="ann/routers", failure=failure).notice == (
        "The routers run on the weights that ship with the app, not on those of ann/routers. "
        "The Hub fails (503). Start the app again later."
    )
    assert "not on those of the Hub." in WeightsOrigin(failure=failure).notice


def test_weights_that_nobody_could_confirm_have_a_date() -> None:
    origin = WeightsOrigin("hub", "ann/routers", COMMIT, WHEN, unconfirmed="The Hub does not answer.")
    assert origin.notice == (
        "The routers run on the weights of ann/routers that were downloaded on 20 November 2026. "
        "The Hub does not answer."
    )
