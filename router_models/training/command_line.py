"""What the command lines of all training scripts share: the data, where weights go, and trials on a few rows."""

from __future__ import annotations

import argparse
import logging
from collections.abc import Sequence
from pathlib import Path

from router_models.registry import WEIGHTS


def training_parser(command: str, description: str | None, *, sample: bool = True) -> argparse.ArgumentParser:
    """A parser with `--data`, `--out` and `--sample`; a script adds what is its own.

    Args:
        command: As on the card, such as `python -m router_models.training.knn --data DIR`.
        description: Of the script.
        sample: Whether the script can be tried on a few rows.
    """
    parser = argparse.ArgumentParser(prog=command.removesuffix(" --data DIR"), description=description)
    parser.add_argument("--data", type=Path, required=True, help="folder of the public data sets")
    parser.add_argument("--out", type=Path, default=WEIGHTS, help="folder of the routers' weights")
    if sample:
        parser.add_argument("--sample", type=int, help="only so many rows of each set: a quick trial, not a result")
    else:
        parser.set_defaults(sample=None)
    return parser


def training_options(parser: argparse.ArgumentParser, arguments: Sequence[str] | None) -> argparse.Namespace:
    """Parses a training script's arguments and starts its log.

    A trial never overwrites the shipped weights: with `--sample` and no other folder it ends with a message.

    Args:
        parser: From `training_parser`.
        arguments: Of the command line; None for the process's own.
    """
    options = parser.parse_args(arguments)
    if options.sample and options.out == WEIGHTS:
        parser.error("--sample is a trial: give --out another folder than the shipped weights")
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    return options
