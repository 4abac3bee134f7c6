"""Ways in which people write the same question differently, and which must not change where it is routed."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

Noise = Callable[[str, random.Random], str]

TYPO_SHARE = 0.1
PREFIXES = ("Hi there! I have a question. ", "Hello, could you help me with this? ", "Quick one for you: ")

_WORD = re.compile(r"[^\W\d_]{4,}")


def lower_case(prompt: str, _: random.Random) -> str:
    """Everything in lower case."""
    return prompt.lower()


def upper_case(prompt: str, _: random.Random) -> str:
    """Everything in capitals."""
    return prompt.upper()


def typos(prompt: str, chance: random.Random) -> str:
    """Two neighbouring letters swapped in one word of ten, and in one word at least."""
    words = list(_WORD.finditer(prompt))
    if not words:
        return prompt
    letters = list(prompt)
    for word in chance.sample(words, max(1, round(TYPO_SHARE * len(words)))):
        at = chance.randrange(word.start() + 1, word.end() - 1)
        letters[at], letters[at + 1] = letters[at + 1], letters[at]
    return "".join(letters)


def whitespace(prompt: str, chance: random.Random) -> str:
    """Some blanks doubled, and blanks and a line break round the prompt."""
    spread = "".join("  " if letter == " " and chance.random() < 0.3 else letter for letter in prompt)
    return f" {spread} \n"


def prefix(prompt: str, chance: random.Random) -> str:
    """A greeting before the question."""
    return chance.choice(PREFIXES) + prompt


NOISES: dict[str, Noise] = {
    "lower case": lower_case,
    "upper case": upper_case,
    "typos": typos,
    "whitespace": whitespace,
    "prefix": prefix,
}
"""Every kind of noise, by its name for people."""
