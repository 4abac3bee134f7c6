"""What all training scripts' command lines share."""

from __future__ import annotations

from pathlib import Path

import pytest

from router_models.registry import WEIGHTS
from router_models.training.command_line import training_options, training_parser

COMMAND = "python -m router_models.training.some --data DIR"


def test_weights_go_to_the_shipped_folder_unless_told_otherwise() -> None:
    options = training_options(training_parser(COMMAND, "Some."), ["--data", "here"])
    assert (options.data, options.out, options.sample) == (Path("here"), WEIGHTS, None)


def test_a_trial_needs_another_folder(capsys: pytest.CaptureFixture[str]) -> None:
    parser = training_parser(COMMAND, "Some.")
    assert training_options(parser, ["--data", "here", "--sample", "5", "--out", "there"]).sample == 5
    with pytest.raises(SystemExit):
        training_options(parser, ["--data", "here", "--sample", "5"])
    assert "--sample is a trial: give --out another folder" in capsys.readouterr().err


def test_a_script_that_is_quick_has_no_trial(capsys: pytest.CaptureFixture[str]) -> None:
    parser = training_parser(COMMAND, "Some.", sample=False)
    assert training_options(parser, ["--data", "here"]).sample is None
    with pytest.raises(SystemExit):
        training_options(parser, ["--data", "here", "--sample", "5"])
    assert parser.prog == "python -m router_models.training.some"
