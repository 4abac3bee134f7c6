"""The address of the Route page: how controls and prompt are written into a link, and how they are taken out of it."""

from __future__ import annotations

from urllib.parse import parse_qsl, quote_plus, urlencode

from llms.pool import CHANGED_NAME
from pages._view import DEFAULT_SORT, LLM_PREFIX, THRESHOLD_PREFIX, RouteView
from router_models import RouterPanel
from router_models.outcome_score import DEFAULT_BOUND
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS

MAX_LINK_PROMPT_BYTES = 6_000
"""Longer prompts, as they are encoded in an address, are not passed on by all browsers and proxies."""

MAX_FIELDS = 200
"""More controls than any panel has."""


def parse_query(query: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """Splits a query string into its fields; the last of equal names counts.

    Args:
        query: Such as `t.keras-cnn=0.62&cost=0.1`.

    Returns:
        The fields, and a sentence for the reader if they cannot be used.
    """
    try:
        return dict(parse_qsl(query, max_num_fields=MAX_FIELDS)), ()
    except ValueError:
        return {}, (f"The link has more than {MAX_FIELDS} fields, so none of them is used.",)


def write_query(view: RouteView, panel: RouterPanel, prompt: str = "") -> str:
    """Writes what differs from a first visit; `parse_query` and `read_view` read it back.

    Args:
        view: The controls.
        panel: Says what the defaults are.
        prompt: Written only if the user shares it and it fits into an address.
    """
    pairs: list[tuple[str, str]] = []
    if view.share_prompt:
        fits = 0 < link_bytes(prompt) <= MAX_LINK_PROMPT_BYTES
        pairs.append(("prompt", prompt) if fits else ("share", "1"))
    default = panel.catalogue.default_pool
    if view.pool.name == CHANGED_NAME:
        pairs += [(LLM_PREFIX + route, llm) for route, llm in view.pool.serves.items() if llm != default.serves[route]]
    elif view.pool.name != default.name:
        pairs.append(("pool", view.pool.name))
    pairs += [(THRESHOLD_PREFIX + name, f"{value:g}") for name, value in view.thresholds.items()]
    if view.cost_weight:
        pairs.append(("cost", f"{view.cost_weight:g}"))
    if view.output_tokens != DEFAULT_OUTPUT_TOKENS:
        pairs.append(("out", str(view.output_tokens)))
    if view.reasoning_tokens != DEFAULT_REASONING_TOKENS:
        pairs.append(("think", str(view.reasoning_tokens)))
    if view.bound != DEFAULT_BOUND:
        pairs.append(("bound", f"{view.bound:g}"))
    if view.sort != DEFAULT_SORT:
        pairs.append(("sort", view.sort))
    pairs += [(key, value) for key, value in (("family", view.family), ("why", view.why)) if value]
    if view.differing:
        pairs.append(("differ", "1"))
    return urlencode(pairs)


def link_bytes(prompt: str) -> int:
    """Length of a prompt as it stands in an address: a letter outside ASCII takes several bytes."""
    return len(quote_plus(prompt))


def link_problems(view: RouteView, prompt: str) -> tuple[str, ...]:
    """Why the link cannot carry all that the user wants it to, one sentence each."""
    length = link_bytes(prompt)
    if not view.share_prompt or length <= MAX_LINK_PROMPT_BYTES:
        return ()
    return (
        f"A link carries at most {MAX_LINK_PROMPT_BYTES:,} bytes of prompt: this one takes {length:,} and stays out.",
    )
