"""Prompts to try the page with: those of an invented shop for camping gear.

`assets/traffic_example.csv` was written for this project and is under its licence (MIT). Its prompts are made up, and
so are the LLMs that are said to answer them now, the lengths of the answers, and which of them were right.
"""

from __future__ import annotations

from pathlib import Path

from traffic.source import Source, from_file

EXAMPLE_FILE = Path(__file__).resolve().parent.parent / "assets" / "traffic_example.csv"
EXAMPLE = "example"
NOTE = (
    "These are example prompts of an invented shop. Which LLM answers them now, how long the answers are and which of "
    "them were right is invented too: the figures show what the page does, not what a router is worth."
)


def example() -> Source:
    """The example; raises as `from_file`."""
    return from_file(EXAMPLE_FILE, EXAMPLE)
