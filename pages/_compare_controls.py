"""What the user set on the Compare page, read from the fields that the page sends."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from llms.catalogue import Catalogue
from llms.llm import LLM
from pages._view import RouteView, default_view, read_view
from router_models import RouterPanel

ROUTED, CHEAPEST, STRONGEST = "routed", "cheapest", "strongest"
LLM_CHOICE = "llm:"
"""In front of the id of an LLM that a column always asks."""

LEAST_COLUMNS, MOST_COLUMNS = 2, 4
DEFAULT_ROUTER = "encoder-3way"
"""Learnt from chats, so it is the one to ask when nothing is known of the user's prompts."""

DEFAULT_MAX_TOKENS = 1024
DEFAULT_LOCAL_MAX_TOKENS = 256
"""For the LLM on this machine: it writes some dozen tokens a second on two cores, and everybody waits for them."""

MOST_MAX_TOKENS = 32_768
MOST_TEMPERATURE = 2.0


@dataclass(frozen=True, slots=True)
class CompareControls:
    """Controls of the Compare page.

    Attributes:
        view: Pool, thresholds, cost weight and expected answer length, as on the Route page.
        router: Id of the router that the routed column follows.
        choices: What each column asks: `routed`, `cheapest`, `strongest`, or `llm:` and an id.
        override: Id of the LLM that answers in place of the router's pick; '' follows the router.
        keep_llm: Whether the routed column stays with its LLM in follow-up turns.
        blind: Whether names, costs and times are hidden until the vote.
        cache: Whether an answer that is known already is taken from the cache.
        consent: Whether prompt and answers may be stored with a vote.
        temperature: Sampling temperature; None leaves it to the provider.
        max_tokens: Longest answer in tokens; None is the default of each LLM, see `longest_answer`.
        baseline: Id of the LLM that savings are measured against; '' is the pool's strongest.
    """

    view: RouteView
    router: str = DEFAULT_ROUTER
    choices: tuple[str, ...] = (ROUTED, STRONGEST)
    override: str = ""
    keep_llm: bool = True
    blind: bool = False
    cache: bool = False
    consent: bool = False
    temperature: float | None = None
    max_tokens: int | None = None
    baseline: str = ""

    def fixed_llm(self, choice: str) -> str:
        """Id of the LLM that a choice stands for; '' where the router decides."""
        if choice == ROUTED:
            return self.override
        routes = {CHEAPEST: "weak", STRONGEST: "strong"}
        return self.view.pool.serves[routes[choice]] if choice in routes else choice.removeprefix(LLM_CHOICE)

    def longest_answer(self, llm: LLM) -> int:
        """Tokens that an answer of an LLM may have."""
        default = DEFAULT_LOCAL_MAX_TOKENS if llm.local else DEFAULT_MAX_TOKENS
        return default if self.max_tokens is None else self.max_tokens

    @property
    def baseline_llm(self) -> str:
        """Id of the LLM that savings are measured against."""
        return self.baseline or self.fixed_llm(STRONGEST)


def first_values(
    panel: RouterPanel, asked: Mapping[str, str], callable_llms: Collection[str], local_llm: str
) -> dict[str, str]:
    """Fields of a first visit: the pool of the Route page, its router's pick beside the strongest LLM.

    Where none of the pool's LLMs can be asked, the one on this machine answers beside them: it is real, and they show
    what they would cost. It is a column of its own and not a pool, so that both pages decide alike.

    Args:
        panel: The routers with the catalogue.
        asked: Fields of the address.
        callable_llms: Ids of the LLMs that can be asked without typing a key.
        local_llm: Id of the LLM on this machine; '' if there is none.
    """
    if any(name in asked for name in ("c0", "c1")):
        return dict(asked)
    serves = read_view(asked, panel)[0].pool.serves
    choices = [ROUTED, STRONGEST]
    if local_llm and not set(serves.values()) & set(callable_llms):
        choices.append(LLM_CHOICE + local_llm)
    elif serves["strong"] not in callable_llms and serves["weak"] in callable_llms:
        choices.append(CHEAPEST)
    return {**asked} | {f"c{place}": choice for place, choice in enumerate(choices)} | {"columns": str(len(choices))}


def read_controls(
    values: Mapping[str, str], panel: RouterPanel, catalogue: Catalogue | None = None
) -> tuple[CompareControls, tuple[str, ...]]:
    """Reads the controls; what cannot be used keeps its default.

    Args:
        values: Field by name, such as `{"router": "knn", "c0": "routed", "c1": "llm:gpt-4.1"}`.
        panel: The routers with the catalogue.
        catalogue: The panel's with the user's own LLMs; None is the panel's.

    Returns:
        The controls, and a sentence for each value that could not be used.
    """
    view, told = read_view(values, panel)
    problems = list(told)
    catalogue = catalogue or panel.catalogue
    router = values.get("router", "") or DEFAULT_ROUTER
    if router not in panel.ids:
        problems.append(f"There is no router “{router[:60]}”, so {DEFAULT_ROUTER} decides.")
        router = DEFAULT_ROUTER
    blind = values.get("blind") == "1"
    count = LEAST_COLUMNS if blind else _count(values.get("columns"), problems)
    defaults = (ROUTED, STRONGEST, CHEAPEST, ROUTED)
    choices = [
        _choice(values.get(f"c{place}", ""), default, catalogue, problems)
        for place, default in zip(range(count), defaults, strict=False)
    ]
    override = _llm(values.get("override", ""), catalogue, problems)
    baseline = _llm(values.get("baseline", ""), catalogue, problems)
    temperature = _number(values.get("temperature"), MOST_TEMPERATURE, "temperature", problems)
    longest = _number(values.get("max_tokens"), MOST_MAX_TOKENS, "longest answer", problems)
    controls = CompareControls(
        view=view,
        router=router,
        choices=tuple(choices),
        override=override,
        keep_llm=values.get("follow", "keep") != "route",
        blind=blind,
        cache=values.get("cache") == "1",
        consent=values.get("consent") == "1",
        temperature=temperature,
        max_tokens=max(1, int(longest)) if longest is not None else None,
        baseline=baseline,
    )
    return controls, tuple(dict.fromkeys(problems))


def default_controls(panel: RouterPanel) -> CompareControls:
    """The controls before anything is known of the visitor."""
    return CompareControls(default_view(panel))


def _count(text: str | None, problems: list[str]) -> int:
    if not text:
        return LEAST_COLUMNS
    if text.isdecimal() and LEAST_COLUMNS <= int(text) <= MOST_COLUMNS:
        return int(text)
    problems.append(f"There can be {LEAST_COLUMNS} to {MOST_COLUMNS} columns, not “{text[:20]}”.")
    return LEAST_COLUMNS


def _choice(text: str, default: str, catalogue: Catalogue, problems: list[str]) -> str:
    if text in {ROUTED, CHEAPEST, STRONGEST}:
        return text
    if not text:
        return default
    llm = _llm(text.removeprefix(LLM_CHOICE), catalogue, problems)
    return LLM_CHOICE + llm if llm else default


def _llm(name: str, catalogue: Catalogue, problems: list[str]) -> str:
    if not name or name in catalogue:
        return name
    problems.append(f"There is no LLM called “{name[:60]}”, so the default is used.")
    return ""


def _number(text: str | None, most: float, what: str, problems: list[str]) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not 0 <= value <= most:
        problems.append(f"The {what} “{text[:20]}” is not a number from 0 to {most:,g}, so the default is used.")
        return None
    return value
