"""What the user set on the Route page: the controls, read from the fields of its address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

from errors import BadInputError, PlaygroundError, UnknownNameError
from llms.catalogue import Catalogue
from llms.pool import CHANGED_NAME, ROUTES, Pool
from router_models import RouterPanel
from router_models.card import RouterCard
from router_models.outcome_score import DEFAULT_BOUND
from router_models.policy import DEFAULT_OUTPUT_TOKENS, DEFAULT_REASONING_TOKENS, MAX_TOKENS, Policy

Sort = Literal["measured", "panel", "p_strong", "confidence", "cost", "latency"]
DEFAULT_SORT: Sort = "measured"
THRESHOLD_PREFIX = "t."
LLM_PREFIX = "llm."


@dataclass(frozen=True, slots=True)
class RouteView:
    """Controls of the Route page; nothing in here needs a model to run.

    Attributes:
        pool: Which LLM serves each route.
        thresholds: Operating points that differ from the routers' own, by router id.
        cost_weight: See `Policy`.
        output_tokens: Expected length of the answer.
        reasoning_tokens: Hidden tokens that reasoning LLMs are assumed to think first.
        bound: P(correct) from which the evidence of a router lists an LLM as sufficient.
        sort: Order of the cards; `measured` puts those first that did best over the benchmarks, `panel` goes by family,
            and both put baselines last.
        family: Only routers of this family; '' for all.
        differing: Only routers that disagree with the majority.
        why: Id of the router whose evidence is open; '' for none.
        share_prompt: Whether links carry the prompt.
    """

    pool: Pool
    thresholds: Mapping[str, float] = field(default_factory=dict)
    cost_weight: float = 0.0
    output_tokens: int = DEFAULT_OUTPUT_TOKENS
    reasoning_tokens: int = DEFAULT_REASONING_TOKENS
    bound: float = DEFAULT_BOUND
    sort: Sort = DEFAULT_SORT
    family: str = ""
    differing: bool = False
    why: str = ""
    share_prompt: bool = False

    def policy(self) -> Policy:
        """The part of the controls that decides.

        Raises:
            BadInputError: A value is outside its range.
        """
        return Policy(self.pool, self.thresholds, self.cost_weight, self.output_tokens, self.reasoning_tokens)


def default_view(panel: RouterPanel) -> RouteView:
    """The controls of a first visit."""
    return RouteView(pool=panel.catalogue.default_pool)


def read_view(values: Mapping[str, str], panel: RouterPanel) -> tuple[RouteView, tuple[str, ...]]:
    """Reads controls from the fields of a query string; what cannot be used keeps its default.

    Args:
        values: Such as `{"t.keras-cnn": "0.62", "cost": "0.1"}`; keys that are not ours are left alone.
        panel: Says which routers, families, pools and LLMs there are.

    Returns:
        The controls, and a sentence for each value that could not be used.
    """
    problems: list[str] = []
    weight = _number(values.get("cost"), 0.0, 1.0, "cost weight", problems)
    tokens = _number(values.get("out"), 0, MAX_TOKENS, "expected answer length", problems)
    hidden = _number(values.get("think"), 0, MAX_TOKENS, "number of hidden reasoning tokens", problems)
    bound = _number(values.get("bound"), 0.0, 1.0, "bound on P(correct)", problems)
    family = values.get("family", "")
    families = {panel[name].family for name in panel.ids}
    if family and family not in families:
        problems.append(f"There is no router family “{family[:60]}”, so all are shown.")
    why = values.get("why", "")
    if why and why not in panel.ids:
        problems.append(f"There is no router “{why[:60]}” to explain.")
    sort = values.get("sort", DEFAULT_SORT)
    if sort not in get_args(Sort):
        problems.append(f"Cards cannot be sorted by “{sort[:60]}”.")
    view = RouteView(
        pool=_pool(values, panel.catalogue, problems),
        thresholds=_thresholds(values, panel, problems),
        cost_weight=0.0 if weight is None else weight,
        output_tokens=DEFAULT_OUTPUT_TOKENS if tokens is None else int(tokens),
        reasoning_tokens=DEFAULT_REASONING_TOKENS if hidden is None else int(hidden),
        bound=DEFAULT_BOUND if bound is None else bound,
        sort=sort if sort in get_args(Sort) else DEFAULT_SORT,  # type: ignore[arg-type]  # checked just now
        family=family if family in families else "",
        differing=values.get("differ") == "1",
        why=why if why in panel.ids else "",
        share_prompt=values.get("share") == "1" or "prompt" in values,
    )
    return view, tuple(problems)


def _pool(values: Mapping[str, str], catalogue: Catalogue, problems: list[str]) -> Pool:
    """A preset with the named LLMs exchanged; a preset again where that makes one."""
    pool = catalogue.default_pool
    name = values.get("pool", "")
    if name and name != CHANGED_NAME:
        try:
            pool = catalogue.pool(name)
        except UnknownNameError as error:
            problems.append(f"{error.what} The pool “{pool.name}” is used.")
    for route in ROUTES:
        llm = values.get(LLM_PREFIX + route)
        try:
            pool = pool if llm is None else pool.with_route(route, catalogue[llm].id)
        except PlaygroundError as error:
            problems.append(f"{error.what} The route “{route}” keeps {pool.serves[route]}.")
    return next((preset for preset in catalogue.pools if preset.serves == pool.serves), pool)


def has_threshold(card: RouterCard) -> bool:
    """Whether a router's threshold can be set: it has two routes, no constant score, and no budget that sets it."""
    return len(card.routes) == 2 and not card.constant and not card.threshold_is_bought


def _thresholds(values: Mapping[str, str], panel: RouterPanel, problems: list[str]) -> dict[str, float]:
    own = Policy(pool=panel.catalogue.default_pool)
    thresholds: dict[str, float] = {}
    for key, text in values.items():
        name = key.removeprefix(THRESHOLD_PREFIX)
        if name == key:
            continue
        if name not in panel.ids or not has_threshold(panel[name].card):
            problems.append(f"There is no router “{name[:60]}” that has a threshold to set.")
            continue
        value = _number(text, 0, 1, f"threshold of {name}", problems)
        if value is not None and value != own.threshold(panel[name].card):
            thresholds[name] = value
    return thresholds


def _number(text: str | None, low: float, high: float, what: str, problems: list[str]) -> float | None:
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        problems.append(
            f"The {what} “{text[:20]}” is not a number from {low:g} to {high:,.15g}, so the default is used."
        )
        return None
    return value


def require_text(value: object, name: str) -> str:
    """Makes sure that a page sent a text.

    Raises:
        BadInputError: It is something else.
    """
    if not isinstance(value, str):
        raise BadInputError(f"The page sent no text as '{name}'.", "Reload the page and try again.")
    return value
