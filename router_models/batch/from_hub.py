"""A router from the Hub in a batch: chosen once, pinned to its commit, and made again by every worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

from router_models.panel import RouterPanel
from settings import Settings

if TYPE_CHECKING:
    from router_models.hub.added import AddedRouter


def remembered(panel: RouterPanel, router_id: str, settings: Settings) -> AddedRouter | None:
    """A router that was added on the Routers page of this machine, put into a panel; None if none has that id.

    Args:
        panel: Gets it.
        router_id: Its id there.
        settings: Say where the list of added routers lies.

    Raises:
        UnavailableError: Its files have gone and cannot be downloaded again, or it does not run.
    """
    from router_models.hub.added import added_routers

    found = next((added for added in added_routers(panel, settings).list() if added.id == router_id), None)
    if found is not None:
        put(panel, found, settings)
    return found


def brought(panel: RouterPanel, settings: Settings, text: str, labels: str = "") -> AddedRouter:
    """A router that is named by its repository, put into a panel; nothing but the job remembers it.

    Args:
        panel: Gets it.
        settings: Say where downloads lie, how large they may be, and hold the machine's token.
        text: Which repository: see `parse_source`.
        labels: Route by label, such as `easy=weak,hard=strong`; '' goes by the labels' names.

    Raises:
        BadInputError: The labels do not fit, or it cannot become a router.
        UnknownNameError: There is no such repository or revision.
        UnavailableError: It cannot be downloaded, or it does not run.
    """
    from router_models.hub.once import bring

    return bring(panel, settings, text, labels, _token(settings))


def put(panel: RouterPanel, added: AddedRouter, settings: Settings) -> None:
    """Makes a router of its files, which are downloaded where they are missing, and puts it into a panel.

    Raises:
        BadInputError: A file holds what it must not.
        UnavailableError: The Hub or the disk refuses, or it does not run.
    """
    from router_models.hub.added import hub_folder
    from router_models.hub.build import build

    panel.add(build(added, hub_folder(settings), panel.encoders, _token(settings)))


def as_json(added: AddedRouter) -> dict[str, object]:
    """What makes it another router than another one: repository, commit, and what was chosen here."""
    return {
        "repository": added.repo_id,
        "commit": added.commit,
        "routes": added.routes,
        "threshold": added.threshold,
        "router": added.which,
    }


def _token(settings: Settings) -> str:
    """Whoever runs the command may use the machine's token."""
    return settings.hf_token.get_secret_value() if settings.hf_token else ""
