"""A router from the Hub for one command: it runs, and nothing remembers it."""

from __future__ import annotations

from errors import BadInputError
from router_models.hub.added import AddedRouter, added_routers
from router_models.hub.labels import guess_routes
from router_models.hub.listing import HubModel
from router_models.panel import RouterPanel
from settings import Settings


def bring(panel: RouterPanel, settings: Settings, text: str, labels: str = "", token: str = "") -> AddedRouter:
    """Puts a router from the Hub into a panel, for as long as this process lives.

    Args:
        panel: The routers.
        settings: Say where downloads lie and how large they may be.
        text: Which repository: see `parse_source`.
        labels: Route by label, such as `easy=weak,hard=strong`; '' goes by the labels' names.
        token: For a private repository; '' is none.

    Returns:
        The router's id, and what it is made of.

    Raises:
        BadInputError: The labels do not fit, or it cannot become a router.
        UnknownNameError: There is no such repository or revision.
        UnavailableError: It cannot be downloaded, or it does not run.
    """
    added = added_routers(panel, settings)
    model = added.look_up(text, token)
    routes = read_labels(labels) if labels else guess_routes(model.labels)
    if model.labels and len(routes) < len(model.labels):
        example = ",".join(f"{label}={routes.get(label, '…')}" for label in model.labels)
        raise BadInputError(
            f"{model.source.repo_id} gives the labels {', '.join(model.labels)}.",
            f"Say which route each stands for: --labels '{example}', with weak and strong, or simple, general and "
            "reasoning.",
        )
    return added.try_out(model, routes, token=token)


def described(model: HubModel) -> str:
    """One line on what was brought: its address with the commit, its size, its licence, and its age without the Hub."""
    age = f", as of {model.repository.age()}: the Hub is down" if model.offline else ""
    return f"{model.address}: {model.size_bytes / 1e6:,.1f} MB, licence {model.licence}{age}"


def read_labels(text: str) -> dict[str, str]:
    """Routes by label from `label=route,label=route`; a label may hold `=`.

    Raises:
        BadInputError: A part is not of that form.
    """
    routes = {}
    for part in filter(None, (part.strip() for part in text.split(","))):
        label, found, route = part.rpartition("=")
        if not found or not label.strip() or not route.strip():
            raise BadInputError(f"“{part[:60]}” is not label=route.", "Write --labels easy=weak,hard=strong.")
        routes[label.strip()] = route.strip()
    return routes
