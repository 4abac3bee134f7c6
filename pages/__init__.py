"""The pages of the Gradio app, one file per page."""

from __future__ import annotations

import gradio as gr
from gradio.components import Navbar

from feedback.usage import Usage
from llms.completions import Completions
from pages._compare_voting import OpenStore
from pages._components import TITLE
from pages._guarded import GuardedBlocks
from pages.benchmarks import add_benchmarks_page
from pages.compare import add_compare_page
from pages.label import add_label_page
from pages.route import add_route_page
from pages.routers import add_routers_page
from pages.traffic import add_traffic_page
from pages.usage import add_usage_page
from router_models import RouterPanel
from settings import Settings

__all__ = ["OpenStore", "build_pages"]

UPLOADS_SECONDS = (600, 3600)
"""How often uploads are looked through, and how old they grow before they are deleted: they are read at once."""


def build_pages(
    panel: RouterPanel,
    settings: Settings,
    completions: Completions,
    open_store: OpenStore,
    usage: Usage | None = None,
) -> gr.Blocks:
    """Lays out every page around one panel.

    A further page is one more `with demo.route(title, path):` below, plus its line in `pages._components.PAGES`.

    Args:
        panel: The routers; they may still be loading.
        settings: How many runs at a time, and how many may wait.
        completions: Asks LLMs.
        open_store: Gives the store of feedback when it is first needed.
        usage: Where decisions and answers are recorded, and the budget; None records nothing.
    """
    demo = GuardedBlocks(settings, title=TITLE, analytics_enabled=False, fill_width=True, delete_cache=UPLOADS_SECONDS)
    demo.notice = panel.origin.notice
    with demo:
        Navbar(visible=False)
        add_route_page(demo, panel, settings, usage, open_store=open_store)
    with demo.route("Compare", "/compare"):
        Navbar(visible=False)
        add_compare_page(demo, panel, settings, completions, open_store, usage)
    with demo.route("Benchmarks", "/benchmarks"):
        Navbar(visible=False)
        add_benchmarks_page(demo, panel, settings)
    with demo.route("Traffic", "/traffic"):
        Navbar(visible=False)
        add_traffic_page(demo, panel, settings)
    with demo.route("Label", "/label"):
        Navbar(visible=False)
        add_label_page(demo, panel, settings, completions, open_store)
    with demo.route("Routers", "/routers"):
        Navbar(visible=False)
        add_routers_page(demo, panel, settings, open_store)
    with demo.route("Usage", "/usage"):
        Navbar(visible=False)
        add_usage_page(demo, panel, settings, usage)
    demo.queue(max_size=settings.queue_size)
    return demo
