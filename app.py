"""Composes everything: settings, panel, JSON API and pages. `python app.py` serves on $HOST:$PORT."""

from __future__ import annotations

import logging
import sys
import threading

import gradio as gr
import uvicorn
from fastapi import FastAPI
from fastapi_offline import FastAPIOffline

from api.decide import decide_routes
from api.health import health_routes
from api.problems import install_problem_handlers
from errors import PlaygroundError
from llms.prices import check_price_release
from pages import build_pages
from pages.look import mount_options
from router_models import RouterPanel, load_panel
from settings import Settings, get_settings

logger = logging.getLogger("playground")


def create_app(panel: RouterPanel, settings: Settings) -> FastAPI:
    """The whole web app around a panel: JSON API first, then the pages at `/`."""
    app = FastAPIOffline(title="Router Playground", docs_url="/docs", redoc_url=None)
    install_problem_handlers(app)
    app.include_router(health_routes(panel))
    app.include_router(decide_routes(panel))
    mounted: FastAPI = gr.mount_gradio_app(app, build_pages(panel, settings), path="/", **mount_options())
    return mounted


def start_warm_up(panel: RouterPanel) -> None:
    """Loads the routers in the background, so that the first page is served at once."""
    threading.Thread(target=panel.warm_up, name="warm-up", daemon=True).start()


def main() -> int:
    """Serves until interrupted; returns the exit code."""
    try:
        settings = get_settings()
        logging.basicConfig(level=settings.log_level, format="%(asctime)s %(levelname)s %(name)s %(message)s")
        panel = load_panel(
            threads=settings.encoder_threads, timeout_s=settings.router_timeout_s, concurrency=settings.concurrency
        )
        check_price_release(panel.catalogue)
    except PlaygroundError as error:
        print(f"{error.what}\n{error.mend}", file=sys.stderr)
        return 1
    start_warm_up(panel)
    logger.info("Router Playground on http://%s:%d", settings.host, settings.port)
    uvicorn.run(create_app(panel, settings), host=settings.host, port=settings.port, log_level="warning")
    return 0


if __name__ == "__main__":
    sys.exit(main())
