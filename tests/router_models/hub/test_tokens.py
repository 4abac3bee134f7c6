"""Somebody else's tokenizer fails: that is said, and reaches nobody else."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, models, pre_tokenizers

from errors import UnavailableError
from llms.catalogue import load_catalogue
from router_models.base import Router
from router_models.card import RouterCard
from router_models.encoder import Encoders
from router_models.hub.tokens import HubTokenizer
from router_models.panel import RouterPanel
from router_models.prompt_batch import PromptBatch
from router_models.registry import WEIGHTS
from router_models.tokenizer_failure import failing_as
from router_models.wordpiece import WordPiece

PROMPT = "Name three rivers that cross a border, and say where each one of them ends."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tokenizer whose regular expression goes back and forth until the library panics."""
    folder = tmp_path_factory.mktemp("backtracking")
    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))  # noqa: S106  no password
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(r"(.+)+\d\z"), "isolated")
    tokenizer.save(str(folder / "tokenizer.json"))
    (folder / "config.json").write_text("{}")
    return folder


class Reader(Router):
    """Reads with that tokenizer."""

    def _load(self) -> None:
        self._tokenizer = HubTokenizer(self.folder)

    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        self._tokenizer(list(prompts))
        return np.tile([0.25, 0.75], (len(prompts), 1))


class Steady(Router):
    def _predict_proba(self, prompts: PromptBatch) -> NDArray[np.float64]:
        return np.tile([0.25, 0.75], (len(prompts), 1))


def test_a_panic_in_a_tokenizer_costs_nobody_else_the_decision(folder: Path) -> None:
    encoders = Encoders(WEIGHTS)
    routers = [
        kind(
            RouterCard(router=name, title=name, family="test", routes=("weak", "strong"), method="test"),
            folder,
            encoders,
        )
        for name, kind in (("reader", Reader), ("steady", Steady))
    ]
    run = RouterPanel(routers, encoders, load_catalogue()).run(PROMPT)
    assert [score.router for score in run.scores] == ["steady"]
    (failed,) = run.unavailable
    assert (failed.router, failed.what) == ("reader", "tokenizer.json fails on this prompt.")


def test_a_published_routers_tokenizer_is_no_exception(folder: Path) -> None:
    with pytest.raises(UnavailableError, match=r"tokenizer\.json fails on this prompt"):
        WordPiece(folder / "tokenizer.json")([PROMPT])


def test_one_that_cannot_be_read_is_said_whatever_is_raised(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text('{"version": 1}')
    with pytest.raises(UnavailableError, match="cannot be read"):
        WordPiece(tmp_path / "tokenizer.json").load()
    with (
        pytest.raises(UnavailableError, match=r"It panics\. Ask its author\."),
        failing_as("It panics.", "Ask its author."),
    ):
        raise BaseException("a panic")


@pytest.mark.parametrize("kind", [KeyboardInterrupt, SystemExit])
def test_who_stops_the_app_is_heard(kind: type[BaseException]) -> None:
    with pytest.raises(kind), failing_as("It fails.", "Ask its author."):
        raise kind
