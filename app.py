"""Composes everything: settings, panel, JSON API and pages. `python app.py` serves on $HOST:$PORT."""

from __future__ import annotations

import logging
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import cache, partial
from typing import TYPE_CHECKING

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import install_api
from errors import PlaygroundError
from llms.attachment import MAX_FILE_BYTES
from llms.completion_cache import CompletionCache
from llms.completions import Completions
from llms.prices import check_price_release
from pages import OpenStore, build_pages
from pages.benchmarks import prepare_benchmarks
from pages.look import mount_options
from router_models import RouterPanel, load_panel
from settings import Settings, get_settings

if TYPE_CHECKING:
    from feedback.store import FeedbackStore

logger = logging.getLogger("playground")


def create_app(
    panel: RouterPanel,
    settings: Settings,
    open_store: OpenStore | None = None,
    completions: Completions | None = None,
) -> FastAPI:
    """The whole web app around a panel: JSON API first, then the pages at `/`.

    Args:
        panel: The routers.
        settings: The environment's.
        open_store: Gives the store of feedback; None opens the one that the settings name.
        completions: Asks LLMs; None makes it.
    """
    completions = completions or completions_of(panel, settings)

    @asynccontextmanager
    async def closing(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await completions.aclose()

    app = FastAPIOffline(title="Router Playground", docs_url="/docs", redoc_url=None, lifespan=closing)
    install_api(app, panel, completions, settings)
    pages = build_pages(panel, settings, completions, open_store or feedback_opener(settings))
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="SSR mode is not supported")  # it is off in the options as well
        options = mount_options() | {"max_file_size": MAX_FILE_BYTES + 1}
        mounted: FastAPI = gr.mount_gradio_app(app, pages, path="/", **options)
    return mounted


def completions_of(panel: RouterPanel, settings: Settings) -> Completions:
    """Asks the LLMs of the panel's catalogue, with a cache unless the settings have none."""
    kept = settings.completion_cache_mib
    return Completions(panel.catalogue, settings, CompletionCache(settings.data_dir, kept) if kept else None)


def feedback_opener(settings: Settings) -> OpenStore:
    """Gives the store of feedback, opened and migrated when it is first needed."""

    @cache
    def open_store() -> FeedbackStore:
        from feedback.store import FeedbackStore  # SQLAlchemy and Alembic: not while the app starts

        return FeedbackStore.open(settings)

    return open_store


def start_warm_up(panel: RouterPanel, *later: Callable[[], object]) -> None:
    """Loads the routers in the background, so that the first page is served at once.

    Args:
        panel: The routers.
        later: What else is worth having ready, once the routers are.
    """

    def warm_up() -> None:
        panel.warm_up()
        for prepare in later:
            prepare()

    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()


def main() -> int:
    """Serves until interrupted; returns the exit code."""
    try:
        settings = get_settings()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        for client in ("httpx", "httpx2"):  # they would log a line per request to an LLM
            logging.getLogger(client).setLevel(max(logging.WARNING, logging.getLogger().level))
        panel = load_panel(
            threads=settings.encoder_threads, timeout_s=settings.router_timeout_s, concurrency=settings.concurrency
        )
        check_price_release(panel.catalogue)
        open_store, completions = feedback_opener(settings), completions_of(panel, settings)
        app = create_app(panel, settings, open_store, completions)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    start_warm_up(panel, completions.warm_up, open_store, partial(prepare_benchmarks, panel, settings))
    logger.info("Router Playground on http://%s:%d", settings.host, settings.port)
    uvicorn.run(app, host=settings.host, port=settings.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
