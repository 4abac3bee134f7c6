"""Whether a router knew a benchmark: *in-domain* if it learnt from the benchmark's train part, else *transfer*."""

from __future__ import annotations

import re
from typing import Literal

from router_models.card import RouterCard

Protocol = Literal["in-domain", "transfer"]


def protocol(card: RouterCard, data: frozenset[str]) -> Protocol:
    """What a router's card says of its training data decides; a router that learnt nothing is transfer.

    Args:
        card: The router's card.
        data: Names under which a card lists the benchmark's train part; see `Entry.data`.
    """
    learnt = {re.sub(r"[^a-z0-9]+", "-", source.name.lower()).strip("-") for source in card.trained_on}
    return "in-domain" if learnt & {name.replace("_", "-") for name in data} else "transfer"
