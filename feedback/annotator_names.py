"""Names for pseudonyms: two words and two digits are easier to tell apart than a hash, and tell as little.

A person has one name wherever the app names them: on every page and in every export.
"""

from __future__ import annotations

import hashlib
import re

IMPORTED = "imported:"
"""Begins the pseudonym of somebody whose labels came in a file."""

_COLOURS = (
    "amber", "azure", "bronze", "copper", "coral", "crimson", "ebony", "golden", "green", "indigo", "ivory", "jade",
    "lilac", "maroon", "navy", "ochre", "olive", "pearl", "purple", "ruby", "saffron", "scarlet", "silver", "teal",
)  # fmt: skip
_ANIMALS = (
    "badger", "beaver", "bison", "crane", "dolphin", "eagle", "falcon", "ferret", "finch", "fox", "gecko", "heron",
    "ibex", "jackdaw", "koala", "lark", "lynx", "marten", "newt", "otter", "owl", "panda", "puffin", "raven",
    "robin", "sparrow", "stork", "swift", "tapir", "turtle", "walrus", "wren",
)  # fmt: skip
_HUB = "hub:"
_READABLE = re.compile(r"[^:]*")
"""What is no pseudonym is a name already: `command-line`, or the id of a judge."""


def shown_name(author: str) -> str:
    """What a person is called: their name on the Hub or in an imported file, else a name made of their pseudonym.

    Args:
        author: Pseudonym as the store keeps it.
    """
    if author.startswith(_HUB):
        return author.removeprefix(_HUB)
    if author.startswith(IMPORTED):
        inner = author.removeprefix(IMPORTED)
        return f"{shown_name(inner)} (imported)" if inner else "imported"
    if _READABLE.fullmatch(author):
        return author
    digest = int(hashlib.sha256(author.encode("utf-8", "replace")).hexdigest(), 16)
    digest, colour = divmod(digest, len(_COLOURS))
    digest, animal = divmod(digest, len(_ANIMALS))
    return f"{_COLOURS[colour]} {_ANIMALS[animal]} {digest % 90 + 10}"
