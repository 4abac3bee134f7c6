"""The Routers page: what every router is and how it stands, versions side by side, and how to add one."""

from __future__ import annotations

import gradio as gr

from pages._compare_voting import OpenStore
from pages._components import page_footer, page_header
from pages._examples import load_examples
from pages._routers_desk import RoutersDesk, server_functions
from pages._routers_guide import guide_html
from pages._templates import render
from pages.look import script
from router_models import RouterPanel
from settings import Settings

FOOTER = "Figures were measured on held-out prompts; times on the machine that a card's tooltip names."
SCRIPTS = ("routers.js", "routers_compare.js", "routers_hub.js")
COMPARED_ON = ("small talk", "factual", "maths", "proof", "code")
"""Kinds of examples that stand in the box at first."""


def add_routers_page(demo: gr.Blocks, panel: RouterPanel, settings: Settings, open_store: OpenStore) -> None:
    """Lays out the page inside `demo`, whose context is open."""
    desk = RoutersDesk(panel, settings, open_store)
    page_header("/routers")
    gr.HTML(
        page_html(desk),
        js_on_load="\n".join(map(script, SCRIPTS)),
        apply_default_css=False,
        elem_id="rp-routers",
        server_functions=server_functions(desk, settings),
    )
    page_footer(FOOTER)


def page_html(desk: RoutersDesk) -> str:
    """The page as it is while the app starts; its script brings what has changed since."""
    prompts = [" ".join(example.prompt.split()) for example in load_examples() if example.kind in COMPARED_ON]
    return render(
        "routers.html",
        cards=desk.cards_html(),
        prompts="\n".join(prompts),
        opens_to=desk.hub.opens_to(),
        most=desk.hub.most(),
        guide=guide_html(),
    )
