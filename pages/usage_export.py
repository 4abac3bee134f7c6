"""`GET /usage/export.csv` and `/usage/export.parquet`: the events behind the Usage page, streamed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import TYPE_CHECKING, cast

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route

from errors import BadInputError, PlaygroundError
from feedback.identity import identity_of
from feedback.usage import Usage
from feedback.usage_sums import UsageFilter
from settings import Settings

if TYPE_CHECKING:
    from feedback.usage_export import Format

_TYPES = {"csv": "text/csv; charset=utf-8", "parquet": "application/vnd.apache.parquet"}


def install_usage_export(app: Starlette, usage: Usage, settings: Settings) -> None:
    """Adds the two addresses: to be called before the pages are mounted at `/`.

    Args:
        app: The app.
        usage: Its events.
        settings: Say who may see them.
    """

    def export(request: Request) -> Response:
        from feedback.usage_export import exported  # SQLAlchemy: not while the app starts

        form = cast("Format", request.path_params["form"])
        try:
            identity_of(settings).visitor(request.cookies).need("usage")
            if form not in _TYPES:
                raise BadInputError("There is no export of that kind.", "Take csv or parquet.")
            chosen = read_filter(request)
            usage.recorder.flush(1.0)
            parts = exported(usage.access, chosen, form)
            first = next(parts)  # what fails at once is told, not sent as an empty file
        except PlaygroundError as error:
            return PlainTextResponse(str(error), error.status)
        name = f"usage-{chosen.first}-{chosen.last}.{form}"
        headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
        return StreamingResponse(_rest(first, parts), media_type=_TYPES[form], headers=headers)

    app.router.routes.append(Route("/usage/export.{form}", export, methods=["GET"], include_in_schema=False))


def read_filter(request: Request) -> UsageFilter:
    """Which events an address asks for.

    Raises:
        BadInputError: Its dates are none.
    """
    asked = request.query_params
    try:
        first, last = date.fromisoformat(asked.get("first", "")), date.fromisoformat(asked.get("last", ""))
    except ValueError:
        raise BadInputError("The export's dates are not valid.", "Write first and last as 2030-01-31.") from None
    return UsageFilter(
        first=first,
        last=min(last, date.max.replace(year=9000)),
        router=asked.get("router", ""),
        llm=asked.get("llm", ""),
        place=asked.get("place", ""),
    )


def _rest(first: bytes, parts: Iterator[bytes]) -> Iterator[bytes]:
    return chain((first,), parts)
