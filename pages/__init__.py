"""The pages of the Gradio app, one file per page."""

from __future__ import annotations

import gradio as gr
from gradio.components import Navbar

from pages._components import TITLE
from pages.route import add_route_page
from router_models import RouterPanel
from settings import Settings

__all__ = ["build_pages"]


def build_pages(panel: RouterPanel, settings: Settings) -> gr.Blocks:
    """Lays out every page around one panel.

    A further page is one more `with demo.route(title, path):` below, plus its line in `pages._components.PAGES`.

    Args:
        panel: The routers; they may still be loading.
        settings: How many runs at a time, and how many may wait.
    """
    demo = gr.Blocks(title=TITLE, analytics_enabled=False, fill_width=True)
    with demo:
        Navbar(visible=False)
        add_route_page(demo, panel, settings)
    demo.queue(max_size=settings.queue_size)
    return demo
