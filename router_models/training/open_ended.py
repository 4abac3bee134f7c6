"""What a card must say of open-ended chats: `python -m router_models.training.open_ended` writes it anew.

MT-Bench is the one benchmark of chats with measured answers that nobody learnt from. A router that ranks its prompts
worse than their length does says so on its face. The sentence follows from the card's own figures; training scripts
write it with the card, and this command after figures were changed otherwise.
"""

from __future__ import annotations

import logging
from pathlib import Path

from router_models.card import load_card
from router_models.registry import WEIGHTS
from router_models.training import cascade_card, ensemble_card, hierarchical_card
from router_models.training.open_ended_caution import with_open_ended

CAUTIONS = {card.ROUTER: card.CAUTION for card in (hierarchical_card, ensemble_card, cascade_card)}
"""What these cards say besides."""

logger = logging.getLogger(__name__)


def main(weights: Path = WEIGHTS) -> None:
    """Rewrites the caution of every card that states one on open-ended chats."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    for router, caution in CAUTIONS.items():
        card = load_card(weights / router)
        said = with_open_ended(caution, card.figures)
        card.model_copy(update={"caution": said}).save(weights / router)
        logger.info("%s: %s", router, said)


if __name__ == "__main__":
    main()
