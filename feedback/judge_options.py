"""Lets judge LLMs rate the answers of a weak LLM against a reference, and makes labels of the ratings."""

from __future__ import annotations

import argparse
import getpass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from errors import BadInputError
from feedback.judge_plan import ANSWER_TOKENS, GIVEN, JUDGE_TOKENS
from feedback.judge_rubric import default_rubric
from llms.endpoint import Endpoint
from llms.keys import Keys, read_key


def own_keys(options: argparse.Namespace) -> Keys:
    """Keys with the endpoints that were named; the environment's keys are used anyway.

    Raises:
        BadInputError: An endpoint cannot be used.
    """
    keys = Keys()
    for url, model in options.endpoint:
        key = read_key(getpass.getpass(f"Key for {url} (empty if it wants none): ")) if options.ask_key else None
        prices = options.endpoint_price or (None, None)
        endpoint = Endpoint(url, model, key=key, input_usd_per_mtok=prices[0], output_usd_per_mtok=prices[1])
        keys = keys.with_endpoint(endpoint)
    return keys


def read_rubric(path: Path | None) -> str:
    """The rubric of a file; the one that ships with the project where none is named.

    Raises:
        BadInputError: The file cannot be read.
    """
    if path is None:
        return default_rubric()
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"The rubric {path} cannot be read: {error}.", "Name a text file.") from error


def _usd(text: str) -> Decimal:
    try:
        return Decimal(text.lstrip("$"))
    except InvalidOperation:
        raise argparse.ArgumentTypeError(f"{text!r} is no amount of money, such as 0.50") from None


def judge_parser() -> argparse.ArgumentParser:
    """The options of `python -m feedback judge`."""
    parser = argparse.ArgumentParser(prog="python -m feedback judge", description=__doc__)
    what = parser.add_argument_group("prompts")
    what.add_argument("--file", type=Path, help="CSV or JSONL with `prompt`, perhaps with answers; else the queue")
    what.add_argument("--origin", help="only prompts of the queue that came from there")
    what.add_argument("--limit", type=int, default=100, help="prompts at most (default: %(default)s)")
    who = parser.add_argument_group("LLMs, by their ids of `python -m llms`")
    who.add_argument("--weak", help=f"whose answers are rated; `{GIVEN}`: they are in the file")
    who.add_argument("--reference", help=f"whose answers they are held against; or `{GIVEN}`")
    who.add_argument("--judge", action="append", default=[], help="who rates; several are possible")
    who.add_argument("--endpoint", nargs=2, action="append", default=[], metavar=("URL", "MODEL"))
    who.add_argument("--endpoint-price", nargs=2, type=_usd, metavar=("IN", "OUT"), help="USD per million tokens")
    who.add_argument("--ask-key", action="store_true", help="asks for a key of each endpoint")
    how = parser.add_argument_group("how")
    how.add_argument("--rubric", type=Path, help="file with the rubric; else the one that ships with the project")
    how.add_argument("--reference-tier", type=int, choices=(2, 3), default=3, help="tier of the reference's LLM")
    how.add_argument("--combine", choices=("mean", "median"), default="mean", help="of several judges")
    how.add_argument("--answer-tokens", type=int, default=ANSWER_TOKENS)
    how.add_argument("--judge-tokens", type=int, default=JUDGE_TOKENS)
    how.add_argument("--budget", type=_usd, help="USD at which the run ends (default: 1)")
    how.add_argument("--concurrency", type=int, default=4, help="requests at a time (default: %(default)s)")
    how.add_argument("--retry-failed", action="store_true", help="asks again what failed for good")
    how.add_argument("--yes", action="store_true", help="starts without asking")
    then = parser.add_argument_group("runs and results")
    then.add_argument("--resume", metavar="RUN", help="goes on with a run")
    then.add_argument("--runs", action="store_true", help="lists the runs")
    then.add_argument("--results", metavar="RUN", help="shows what a run has come to")
    then.add_argument("--save", action="store_true", help="keeps the ratings as labels")
    then.add_argument("--export", type=Path, metavar="FILE", help="writes training data as lines of JSON")
    return parser
