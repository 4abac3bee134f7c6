"""What can be chosen on the Compare page: routers, pools, and LLMs with a mark on those that cannot be asked now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from errors import PlaygroundError
from llms.catalogue import Catalogue
from llms.pool import CHANGED_NAME
from llms.providers import providers
from pages._compare_controls import CHEAPEST, ROUTED, STRONGEST, CompareControls
from pages._tools import Choice, grouped, llm_choice
from router_models import RouterPanel

Grouped = tuple[tuple[str, tuple[Choice, ...]], ...]


@dataclass(frozen=True, slots=True)
class Options:
    """What the controls offer.

    Attributes:
        routers: All routers.
        pools: All pools, and the user's own if there is one.
        fixed: What a column may ask but for a certain LLM.
        llms: All LLMs by provider; those that cannot be asked say so.
        able: Titles of those that can be asked now.
    """

    routers: tuple[Choice, ...]
    pools: tuple[Choice, ...]
    fixed: tuple[Choice, ...]
    llms: Grouped
    able: tuple[str, ...]


def options_of(
    panel: RouterPanel, catalogue: Catalogue, controls: CompareControls, refusals: Mapping[str, PlaygroundError]
) -> Options:
    """The choices under the present controls.

    Args:
        panel: The routers.
        catalogue: All LLMs, the user's own among them.
        controls: The user's.
        refusals: Why an LLM cannot be asked, by id; those that can are not in it.
    """
    pools = [Choice(pool.name, pool.name) for pool in catalogue.pools]
    if controls.view.pool.name == CHANGED_NAME:
        pools.append(Choice(CHANGED_NAME, "Your own choice"))
    fixed = (
        Choice(ROUTED, f"As routed by {panel[controls.router].title}"),
        Choice(CHEAPEST, f"Always cheapest: {controls.fixed_llm(CHEAPEST)}"),
        Choice(STRONGEST, f"Always strongest: {controls.fixed_llm(STRONGEST)}"),
    )
    return Options(
        routers=tuple(Choice(name, panel[name].title) for name in panel.ids),
        pools=tuple(pools),
        fixed=fixed,
        llms=grouped(_marked(llm_choice(catalogue, llm), llm.id in refusals) for llm in catalogue.llms),
        able=tuple(llm.title for llm in catalogue.llms if llm.id not in refusals),
    )


@cache
def provider_titles() -> dict[str, str]:
    """What people call the providers, by id."""
    return {name: provider.title for name, provider in providers().items()}


def _marked(choice: Choice, refused: bool) -> Choice:
    return Choice(choice.value, f"✕ {choice.label}", choice.group) if refused else choice
