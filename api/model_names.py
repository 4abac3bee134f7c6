"""Model names of the OpenAI-compatible API: which router, at which operating point, over which pool, or which LLM.

`router-encoder-quality`             that router at its own operating point
`router-encoder-quality-0.62`        at threshold 0.62
`router-encoder-3way@cost=0.3`       at cost weight 0.3
`router-knn@cost=0.3,pool=measured`  over the pool of that short name (see GET /models)
`router`                             the default router
`gpt-4.1-mini`                       that LLM of the catalogue, no router
"""

from __future__ import annotations

import math
from dataclasses import replace

from api.asking import Wish
from api.pools import all_pools, short_name
from api.predict import DEFAULT_ROUTER
from errors import BadInputError, UnknownNameError
from llms.catalogue import Catalogue

ROUTER = "router"
_SHOWN = 80


def read_model_name(name: str, routers: tuple[str, ...], catalogue: Catalogue) -> Wish | str:
    """What a model name asks for: a way to route, or the id of an LLM.

    Args:
        name: As it came.
        routers: Ids of the routers.
        catalogue: LLMs and pools.

    Raises:
        UnknownNameError: No router or LLM is called so.
        BadInputError: A threshold or option of it cannot be read.
    """
    if name in catalogue:
        return name
    base, _, options = name.partition("@")
    if base == ROUTER:
        wish = Wish(DEFAULT_ROUTER)
    elif base.startswith(f"{ROUTER}-"):
        wish = _router_and_threshold(base.removeprefix(f"{ROUTER}-"), routers)
    else:
        raise UnknownNameError(
            f"There is no model '{name[:_SHOWN]}'.",
            f"Choose {ROUTER}-ID with one of the routers {', '.join(routers)}, or one of the LLMs "
            f"{', '.join(catalogue.ids)}.",
        )
    for option in filter(None, options.split(",")):
        wish = _with_option(wish, option, catalogue)
    return wish


def _router_and_threshold(text: str, routers: tuple[str, ...]) -> Wish:
    if text in routers:
        return Wish(text)
    router, _, threshold = text.rpartition("-")
    if router not in routers:
        raise UnknownNameError(f"There is no router '{text[:_SHOWN]}'.", f"Choose one of: {', '.join(routers)}.")
    return Wish(router, threshold=_share("threshold", threshold))


def _with_option(wish: Wish, option: str, catalogue: Catalogue) -> Wish:
    key, _, value = option.partition("=")
    if key == "cost":
        return replace(wish, cost_weight=_share("cost weight", value))
    if key == "threshold":
        return replace(wish, threshold=_share("threshold", value))
    if key == "pool":
        return replace(wish, pool=value)
    pools = ", ".join(short_name(pool) for pool in all_pools(catalogue))
    raise BadInputError(
        f"The model name has the option '{option[:_SHOWN]}'.",
        f"There are cost=0…1, threshold=0…1 and pool= with one of {pools}.",
    )


def _share(what: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not 0 <= value <= 1:
        raise BadInputError(f"The {what} in the model name is '{text[:_SHOWN]}'.", "Write a number from 0 to 1.")
    return value
