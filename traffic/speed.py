"""`python -m traffic.speed`: how many prompts a second the Traffic page routes, with one, some and all routers."""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks.speed import PROMPTS
from router_models import RouterPanel, load_panel
from traffic.routing import RoutingRun

WORDS = PROMPTS["medium"].split()
LENGTHS = (5, 40)
"""Words of a prompt, fewest and most."""

ONE = ("encoder-quality",)
KERAS = "keras-"
SEED = 7


@dataclass(frozen=True, slots=True)
class Speed:
    """What a run did.

    Attributes:
        what: Which routers, for people.
        routers: How many they are.
        rows: Prompts routed.
        seconds: How long it took, groups included.
    """

    what: str
    routers: int
    rows: int
    seconds: float

    @property
    def rows_per_s(self) -> float:
        """Prompts in a second, every one by all of these routers."""
        return self.rows / self.seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, and prints the table of docs/SPEED.md; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m traffic.speed", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000, help="prompts of a run")
    options = parser.parse_args(arguments)
    panel = load_panel()
    panel.run("Load all routers.", novelty=False)
    print(f"{os.cpu_count()} cores, {options.rows:,} prompts of {LENGTHS[0]} to {LENGTHS[1]} words\n", file=sys.stderr)
    print("| routers | | prompts/s |\n|---|---|---|")
    for found in speeds(panel, made_up_prompts(options.rows)):
        print(f"| {found.what} | {found.routers} | {found.rows_per_s:,.0f} |", flush=True)
    return 0


def speeds(panel: RouterPanel, prompts: Sequence[str]) -> Iterator[Speed]:
    """One run after another, as the page makes them, with groups of like prompts.

    Args:
        panel: The routers, loaded.
        prompts: Texts, cleaned.
    """
    every = panel.immediate_ids
    choices = {
        "encoder-quality alone": ONE,
        "the Keras networks": tuple(name for name in every if name.startswith(KERAS)),
        "all that do not ask an LLM": every,
    }
    for what, routers in choices.items():
        run = RoutingRun(panel, prompts, routers, groups=True)
        run.start()
        for _ in run.follow():
            pass
        routed = run.result()
        yield Speed(what, len(routed.scores), len(routed), routed.seconds)


def made_up_prompts(count: int) -> list[str]:
    """So many prompts of different lengths, the same every time."""
    dice = random.Random(SEED)
    return [" ".join(dice.choices(WORDS, k=dice.randint(*LENGTHS))) for _ in range(count)]


if __name__ == "__main__":
    sys.exit(main())
