"""What all pages share: the frame around them, and the banner for errors."""

from __future__ import annotations

from dataclasses import dataclass

import gradio as gr
from gradio.context import Context

from pages._guarded import GuardedBlocks
from pages._templates import render

TITLE = "Router Playground"


@dataclass(frozen=True, slots=True)
class PageLink:
    """An entry of the navigation."""

    title: str
    path: str


PAGES = (
    PageLink("Route", "/"),
    PageLink("Compare", "/compare"),
    PageLink("Benchmarks", "/benchmarks"),
    PageLink("Traffic", "/traffic"),
    PageLink("Label", "/label"),
    PageLink("Routers", "/routers"),
    PageLink("Usage", "/usage"),
)
"""Every page that exists, in the order of the navigation."""


def page_header(current: str) -> gr.HTML:
    """Title, navigation, the light/dark switch, and what every page says first.

    Args:
        current: Path of the page it stands on.
    """
    page = Context.root_block
    account, notice = (page.signs_in, page.notice) if isinstance(page, GuardedBlocks) else (False, "")
    html = render("header.html", title=TITLE, pages=PAGES, current=current, account=account, notice=notice)
    return static_html(html, "rp-header")


def page_footer(sentence: str) -> gr.HTML:
    """What the page's figures rest on, and where the JSON API is described."""
    return static_html(render("footer.html", sentence=sentence), "rp-footer")


def static_html(html: str, elem_id: str) -> gr.HTML:
    """HTML that never changes and listens to nothing."""
    return gr.HTML(html, js_on_load=None, apply_default_css=False, elem_id=elem_id)
