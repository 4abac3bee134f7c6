"""`GET /label/export.csv`, `.jsonl` and `.parquet`: labels with everything known of them, as a download."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import get_args

from starlette.applications import Starlette
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from errors import BadInputError
from feedback.identity import identity_of
from pages._compare_voting import OpenStore
from pages._defects import as_shown
from settings import Settings

_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "jsonl": "application/jsonl; charset=utf-8",
    "parquet": "application/vnd.apache.parquet",
}


def install_label_export(app: Starlette, open_store: OpenStore, settings: Settings) -> None:
    """Adds the addresses: to be called before the pages are mounted at `/`.

    Args:
        app: The app.
        open_store: Gives the store of feedback.
        settings: Say who may have the labels.
    """

    def export(request: Request) -> Response:
        try:
            identity_of(settings).visitor(request.cookies).need("label")
            return _download(open_store, str(request.path_params["kind"]), history="history" in request.query_params)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            shown = as_shown(error)
            return PlainTextResponse(f"{shown.what} {shown.mend}", shown.status)

    app.router.routes.append(Route("/label/export.{kind}", export, methods=["GET"], include_in_schema=False))


def _download(open_store: OpenStore, kind: str, *, history: bool) -> Response:
    """A file that is written first, so that what fails is told and not sent as half a file; it goes once it is sent."""
    from feedback.exporting import ExportKind, export_labels
    from feedback.label_store import LabelStore  # SQLAlchemy: not while the app starts

    if kind not in get_args(ExportKind):
        raise BadInputError("There is no export of that kind.", f"Take one of: {', '.join(get_args(ExportKind))}.")
    folder = tempfile.TemporaryDirectory(prefix="labels-")
    path = Path(folder.name) / f"labels.{kind}"
    try:
        export_labels(LabelStore(open_store().access), path, leading_only=not history)
    except BaseException:
        folder.cleanup()
        raise
    name = f"labels-{'history' if history else 'current'}.{kind}"
    return FileResponse(
        path,
        media_type=_TYPES[kind],
        filename=name,
        headers={"cache-control": "no-store"},
        background=BackgroundTask(folder.cleanup),
    )
