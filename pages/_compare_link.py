"""The address of the Compare page: which controls it carries. Prompts, answers and keys never go into it."""

from __future__ import annotations

from urllib.parse import urlencode

from llms.endpoint import OWN
from pages._compare_controls import DEFAULT_ROUTER, LLM_CHOICE, CompareControls
from pages._link import write_query
from router_models import RouterPanel

ROUTE_FIELDS = ("cost", "out", "think")
ROUTE_PREFIXES = ("t.", "llm.")


def compare_query(controls: CompareControls, panel: RouterPanel, *, veiled: bool = False) -> str:
    """Controls as a query string; LLMs of the user's own are left out, as nobody else has them.

    All controls are in it but the consent to a vote, which is given for that vote alone, so that they outlive a reload.

    Args:
        controls: The user's.
        panel: Says what the defaults are.
        veiled: Whether the address must not tell which side is whose.
    """
    choices = sorted(controls.choices) if veiled else controls.choices
    pairs = [("router", controls.router)] if controls.router != DEFAULT_ROUTER else []
    for place, choice in enumerate(choices):
        if not choice.startswith(f"{LLM_CHOICE}{OWN}:"):
            pairs.append((f"c{place}", choice))
    pairs.append(("columns", str(len(controls.choices))))
    if controls.blind:
        pairs.append(("blind", "1"))
    if not controls.keep_llm:
        pairs.append(("follow", "route"))
    if controls.temperature is not None:
        pairs.append(("temperature", f"{controls.temperature:g}"))
    if controls.max_tokens is not None:
        pairs.append(("max_tokens", str(controls.max_tokens)))
    if controls.cache:
        pairs.append(("cache", "1"))
    named = {"override": controls.override, "baseline": controls.baseline}
    pairs += [(name, llm) for name, llm in named.items() if llm and not llm.startswith(f"{OWN}:")]
    own_pool = any(llm.startswith(f"{OWN}:") for llm in controls.view.pool.serves.values())
    route = "" if own_pool else write_query(controls.view, panel)
    return "&".join(part for part in (urlencode(pairs), route) if part)


def carried_fields(values: dict[str, str]) -> dict[str, str]:
    """The fields of a Route link that this page keeps but does not show: thresholds, LLM per route, cost weight."""
    return {
        name: value
        for name, value in values.items()
        if value and (name in ROUTE_FIELDS or name.startswith(ROUTE_PREFIXES))
    }
