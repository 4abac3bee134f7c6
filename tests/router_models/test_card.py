from pathlib import Path

import pytest
from pydantic import ValidationError

from errors import DataError
from router_models.card import Figure, RouterCard, load_card


def test_a_card_survives_saving(tmp_path: Path) -> None:
    figure = Figure(metric="ECE", value=0.03, low=0.02, high=0.05, rows=100, dataset="d", split="test")
    card = RouterCard(
        router="r", title="R", family="test", routes=("weak", "strong"), method="m", figures=(figure,), threshold=0.4
    )
    card.save(tmp_path)
    assert load_card(tmp_path) == card
    assert card.calibration_error == figure


def test_missing_and_invalid_cards_are_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="missing"):
        load_card(tmp_path)
    (tmp_path / "card.json").write_text('{"router": "r"}')
    with pytest.raises(DataError, match="title"):
        load_card(tmp_path)


def test_thresholds_outside_0_to_1_are_refused() -> None:
    with pytest.raises(ValidationError):
        RouterCard(router="r", title="R", family="t", routes=("weak", "strong"), method="m", threshold=1.2)
