"""Composes everything: settings, panel, JSON API and pages. `python app.py` serves on $HOST:$PORT."""

from __future__ import annotations

import asyncio
import logging
import sys
import threading
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api import install_api
from errors import PlaygroundError
from feedback.opening import StoreOpener
from feedback.usage import Usage
from feedback.version_follower import VersionFollower
from llms.attachment import MAX_FILE_BYTES
from llms.completion_cache import CompletionCache
from llms.completions import Completions
from llms.prices import check_price_release
from pages import OpenStore, build_pages
from pages.access import install_access, warn_if_open
from pages.benchmarks import prepare_benchmarks
from pages.label_export import install_label_export
from pages.look import mount_options
from pages.page_html import install_page_html
from pages.usage_export import install_usage_export
from router_models import RouterPanel, load_panel
from router_models.hub.added import added_routers
from router_models.hub.default_weights import default_weights
from settings import Settings, get_settings
from traffic.source import MAX_BYTES

SHUTDOWN_SECONDS = 8
"""How long open streams may go on after SIGTERM; pages never close theirs, and what waits to be written comes after."""

logger = logging.getLogger("playground")


def create_app(
    panel: RouterPanel,
    settings: Settings,
    open_store: OpenStore | None = None,
    completions: Completions | None = None,
    usage: Usage | None = None,
) -> FastAPI:
    """The whole web app around a panel: JSON API first, then the pages at `/`.

    Args:
        panel: The routers.
        settings: The environment's.
        open_store: Gives the store of feedback; None opens the one that the settings name.
        completions: Asks LLMs; None makes it.
        usage: Where decisions and answers are recorded, and the budget; None makes it.
    """
    completions = completions or completions_of(panel, settings)
    open_store = open_store or StoreOpener(settings)
    usage = usage or Usage(panel, settings, open_store)

    @asynccontextmanager
    async def closing(_app: FastAPI) -> AsyncIterator[None]:
        yield
        await completions.aclose()
        await asyncio.to_thread(usage.close)
        if isinstance(open_store, StoreOpener):
            await asyncio.to_thread(open_store.close)

    app = FastAPIOffline(title="Router Playground", docs_url="/docs", redoc_url=None, lifespan=closing)
    install_api(app, panel, completions, settings, usage, open_store)
    install_page_html(app, panel)
    install_access(app, settings)
    install_usage_export(app, usage, settings)
    install_label_export(app, open_store, settings)
    pages = build_pages(panel, settings, completions, open_store, usage)
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="SSR mode is not supported")  # it is off in the options as well
        options = mount_options() | {"max_file_size": max(MAX_FILE_BYTES, MAX_BYTES) + 1}
        mounted: FastAPI = gr.mount_gradio_app(app, pages, path="/", **options)
    return mounted


def completions_of(panel: RouterPanel, settings: Settings) -> Completions:
    """Asks the LLMs of the panel's catalogue, with a cache unless the settings have none."""
    kept = settings.completion_cache_mib
    return Completions(panel.catalogue, settings, CompletionCache(settings.data_dir, kept) if kept else None)


def start_warm_up(panel: RouterPanel, *later: Callable[[], object]) -> None:
    """Loads the routers in the background, so that the first page is served at once.

    Args:
        panel: The routers.
        later: What else is worth having ready, once the routers are.
    """

    def warm_up() -> None:
        panel.warm_up()
        for prepare in later:
            try:
                prepare()
            except Exception:  # what comes after it does not need it
                logger.exception("something that the start prepares has failed")

    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()


def main() -> int:
    """Serves until interrupted; returns the exit code."""
    try:
        settings = get_settings()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        for client in ("httpx", "httpx2"):  # they would log a line per request to an LLM
            logging.getLogger(client).setLevel(max(logging.WARNING, logging.getLogger().level))
        weights = default_weights(settings)
        panel = load_panel(
            weights.folder,
            settings.encoder_threads,
            settings.router_timeout_s,
            settings.concurrency,
            weights.origin,
        )
        check_price_release(panel.catalogue)
        open_store, completions = StoreOpener(settings), completions_of(panel, settings)
        usage = Usage(panel, settings, open_store)
        app = create_app(panel, settings, open_store, completions, usage)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    versions = VersionFollower(panel, open_store)
    warm = (versions.start, completions.warm_up, open_store, usage.start, partial(prepare_benchmarks, panel, settings))
    start_warm_up(panel, *warm, added_routers(panel, settings).start)  # last: it may have to download much
    warn_if_open(settings)
    logger.info("Router Playground on http://%s:%d", settings.host, settings.port)
    uvicorn.run(
        app, host=settings.host, port=settings.port, log_level="warning", timeout_graceful_shutdown=SHUTDOWN_SECONDS
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
