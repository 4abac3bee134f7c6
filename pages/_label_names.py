"""Names for pseudonyms: two words and two digits are easier to tell apart than a hash, and tell as little."""

from __future__ import annotations

import hashlib

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


def shown_name(annotator: str) -> str:
    """What an annotator is called on the page: their name on the Hub, else a name made of their pseudonym.

    Args:
        annotator: Pseudonym as the store keeps it.
    """
    if annotator.startswith(_HUB):
        return annotator.removeprefix(_HUB)
    digest = int(hashlib.sha256(annotator.encode("utf-8", "replace")).hexdigest(), 16)
    digest, colour = divmod(digest, len(_COLOURS))
    digest, animal = divmod(digest, len(_ANIMALS))
    return f"{_COLOURS[colour]} {_ANIMALS[animal]} {digest % 90 + 10}"
