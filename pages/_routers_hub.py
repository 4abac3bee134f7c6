"""A third party's router from the Hub: looked up, its labels given routes, downloaded, added, and removed again."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from errors import BadInputError
from feedback.visitor import Visitor
from pages._routers_job import Jobs
from pages._routers_who import hub_opens_to, need_hub, why_not
from pages._templates import render
from router_models import RouterPanel
from router_models.hub.labels import ROUTE_SETS, guess_routes
from router_models.hub.repository import UNKNOWN_LICENCE
from router_models.hub.source import parse_source
from settings import Settings

if TYPE_CHECKING:
    from router_models.hub.added import AddedRouter, AddedRouters
    from router_models.hub.download import Progress
    from router_models.hub.listing import HubModel

Sent = Mapping[str, object]
Answer = dict[str, object]

KINDS = {
    "router": "a router that was published from this app",
    "onnx": "a text classifier in ONNX, run by ONNX Runtime",
    "safetensors": "a text classifier in safetensors, run by torch and transformers",
    "keras": "a Keras network, run by TensorFlow",
}
_LONGEST_ID = 300
_LONGEST_TOKEN = 200
_MOST_LABELS = 1_000


class HubDesk:
    """Answers the page about the Hub.

    Args:
        panel: Gets the routers.
        settings: Say who may add which.
    """

    def __init__(self, panel: RouterPanel, settings: Settings) -> None:
        self._panel = panel
        self._settings = settings
        self._jobs = Jobs()

    def opens_to(self) -> str:
        """Who may add routers: `everyone`, `admins` or `nobody`."""
        return hub_opens_to(self._settings)

    def there(self) -> dict[str, AddedRouter]:
        """The routers that were added, by id."""
        return {router.id: router for router in self._added().list()}

    def most(self) -> int:
        """How many routers may be added."""
        return self._added().limit

    def found(self, visitor: Visitor, sent: Sent) -> Answer:
        """What is at an address on the Hub, before anything large is downloaded, and the form to add it."""
        need_hub(visitor, self._settings)
        model = self._added().look_up(_text(sent, "source", _LONGEST_ID), self._token(visitor, sent))
        return {"html": found_html(model)}

    def add(self, visitor: Visitor, sent: Sent) -> Answer:
        """Begins to download a router and to put it into the panel."""
        need_hub(visitor, self._settings)
        source, token = _text(sent, "source", _LONGEST_ID), self._token(visitor, sent)
        routes, threshold = _routes(sent.get("routes")), _threshold(sent.get("threshold"))
        which = str(sent.get("router") or "")

        def work(tell: Callable[[Progress], None]) -> str:
            added = self._added()
            model = added.look_up(source, token)
            return added.add(model, routes, threshold=threshold, token=token, progress=tell, router=which).id

        return {"job": self._jobs.start(work, parse_source(source).repo_id).id}

    def running(self, visitor: Visitor, sent: Sent) -> Answer:
        """The download that runs, or has ended unseen, for a page that is opened meanwhile; `job` is '' for none."""
        job = self._jobs.untold()
        if job is None or why_not(need_hub, visitor, self._settings):
            return {"job": ""}
        return {"job": job.id, "source": job.about}

    def progress(self, visitor: Visitor, sent: Sent) -> Answer:
        """How far it is."""
        job = self._jobs[_text(sent, "job", _LONGEST_ID)]
        standing = job.standing
        job.told = standing.state != "running"
        if standing.error is not None:
            raise standing.error
        return {
            "state": standing.state,
            "done": standing.done_bytes,
            "total": standing.total_bytes,
            "file": standing.file,
            "router": standing.router,
        }

    def cancel(self, visitor: Visitor, sent: Sent) -> Answer:
        """Stops it."""
        need_hub(visitor, self._settings)
        self._jobs[_text(sent, "job", _LONGEST_ID)].cancel()
        return {}

    def remove(self, visitor: Visitor, sent: Sent) -> Answer:
        """Takes a router out of the app again."""
        need_hub(visitor, self._settings)
        name = _text(sent, "router", _LONGEST_ID)
        title = self._panel[name].title
        self._added().remove(name)
        return {"said": f"{title} is gone, and its files with it."}

    def _added(self) -> AddedRouters:
        from router_models.hub.added import added_routers

        return added_routers(self._panel, self._settings)

    def _token(self, visitor: Visitor, sent: Sent) -> str:
        from router_models.hub.permission import hub_token

        typed = sent.get("token")
        own = typed.strip() if isinstance(typed, str) and len(typed) <= _LONGEST_TOKEN else ""
        return hub_token(own, self._settings, may_learn=visitor.may_learn)


def found_html(model: HubModel) -> str:
    """What was found, and a choice of route for every label."""
    return render(
        "routers_found.html",
        model=model,
        kind=KINDS[model.kind],
        size=megabytes(model.size_bytes),
        files=[(file.name, megabytes(file.size_bytes)) for file in model.files],
        guessed=guess_routes(model.labels),
        unknown_licence=UNKNOWN_LICENCE,
        route_sets=dict(zip(("Two routes", "Three routes"), ROUTE_SETS, strict=True)),
        pinned=f"{model.source.repo_id}@{model.commit}",
    )


def megabytes(size_bytes: int) -> str:
    """A size as text, in 10⁶ bytes."""
    if size_bytes < 100_000:
        return f"{max(1, round(size_bytes / 1e3))} kB"
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:.2f} GB"


def _text(sent: Sent, name: str, longest: int) -> str:
    value = sent.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadInputError(f"There is no {_NAMES.get(name, name)}.", "Type one, such as owner/name.")
    if len(value) > longest:
        raise BadInputError(f"This {_NAMES.get(name, name)} is too long.", f"It may have {longest} characters.")
    return value.strip()


_NAMES = {"source": "id of a repository", "job": "download", "router": "router"}


def _routes(sent: object) -> dict[str, str]:
    """Label → route, without labels that were left open: the engine says which of them it misses."""
    if not isinstance(sent, Mapping) or len(sent) > _MOST_LABELS:
        raise BadInputError("The page sent no routes.", "Reload the page and try again.")
    return {str(label): str(route) for label, route in sent.items() if route}


def _threshold(sent: object) -> float:
    try:
        value = float(str(sent))
    except ValueError:
        value = float("nan")
    if not 0 <= value <= 1:
        raise BadInputError("The threshold is not a number from 0 to 1.", "Leave it at 0.5 if you do not know better.")
    return value
