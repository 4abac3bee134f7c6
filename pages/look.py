"""The look of every page: theme, style sheets and scripts, and how the app must be mounted to have it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import gradio as gr
from gradio.themes.utils import fonts

ASSETS = Path(__file__).resolve().parent.parent / "assets"
STYLE_SHEETS = (
    "tokens.css",
    "page.css",
    "ask.css",
    "board.css",
    "card.css",
    "why.css",
    "compare.css",
    "bench.css",
    "feedback.css",
    "label.css",
    "judge.css",
    "learn.css",
    "usage.css",
    "traffic.css",
    "routers.css",
)
PLAIN_SHEETS = ("tokens.css", "page.css", "sign_in.css")
"""For pages outside of Gradio."""
FIRST_SHEETS = ("tokens.css", "page.css", "bench.css", "bench_first.css")
"""For what is seen before Gradio has built the page."""

CONTENT_POLICY = "; ".join(
    (
        "img-src 'self' data: blob:",
        "media-src 'self' data: blob:",
        "font-src 'self' data:",
        "frame-src 'none'",
        "object-src 'none'",
        "form-action 'self'",
        "base-uri 'self'",
    )
)
"""An LLM may write the address of a picture elsewhere, with what it has read in it: no browser shall fetch that."""
_POLICY = f'<meta http-equiv="Content-Security-Policy" content="{CONTENT_POLICY}">'


class PlaygroundTheme(gr.themes.Base):
    """Gradio's own components in the colours of `assets/css/tokens.css`, which follow light and dark by themselves.

    Only system fonts: nothing is fetched from outside.
    """

    def __init__(self) -> None:
        sans = [fonts.Font(name) for name in ("system-ui", "-apple-system", "Segoe UI", "sans-serif")]
        mono = [fonts.Font(name) for name in ("ui-monospace", "SF Mono", "Consolas", "monospace")]
        super().__init__(font=sans, font_mono=mono, radius_size=gr.themes.sizes.radius_lg)
        colours = {
            "body_background_fill": "var(--rp-bg)",
            "body_text_color": "var(--rp-text)",
            "body_text_color_subdued": "var(--rp-muted)",
            "background_fill_primary": "var(--rp-surface)",
            "background_fill_secondary": "var(--rp-bg)",
            "block_background_fill": "var(--rp-surface)",
            "block_border_color": "var(--rp-line)",
            "border_color_primary": "var(--rp-line)",
            "input_background_fill": "var(--rp-surface)",
            "link_text_color": "var(--rp-accent)",
            "button_primary_background_fill": "var(--rp-accent)",
            "button_primary_background_fill_hover": "color-mix(in srgb, var(--rp-accent) 86%, var(--rp-text))",
            "button_primary_border_color": "transparent",
            "button_primary_border_color_hover": "transparent",
            "button_primary_text_color": "var(--rp-accent-ink)",
            "button_primary_text_color_hover": "var(--rp-accent-ink)",
            "button_secondary_background_fill": "var(--rp-surface)",
            "button_secondary_text_color": "var(--rp-text)",
        }
        self.set(**colours, **{f"{name}_dark": colour for name, colour in colours.items()})


def mount_options() -> dict[str, Any]:
    """Keyword arguments that `gr.mount_gradio_app` needs for this look, for privacy and for staying offline."""
    return {
        "theme": PlaygroundTheme(),
        "head": _head(),
        "favicon_path": str(ASSETS / "favicon.svg"),
        "footer_links": [],
        "run_history": False,  # Gradio would keep every prompt in the browser's storage
        "ssr_mode": False,
        "show_error": True,
    }


def plain_head() -> str:
    """What a page outside of Gradio has in its head: the same colours and the light/dark switch."""
    return f"{_POLICY}{_look(PLAIN_SHEETS)}"


def first_head() -> str:
    """The same for what is seen before Gradio has built the page: Gradio itself adds the policy later."""
    return _look(FIRST_SHEETS)


def script(name: str) -> str:
    """A script of `assets/js/`."""
    return (ASSETS / "js" / name).read_text(encoding="utf-8")


def _head() -> str:
    """Style sheets and the light/dark script, inline: neither another request nor Gradio's rewriting of selectors."""
    return f'{_POLICY}<meta name="color-scheme" content="light dark">{_look(STYLE_SHEETS)}'


def _look(sheets: Sequence[str]) -> str:
    css = "\n".join((ASSETS / "css" / name).read_text(encoding="utf-8") for name in sheets)
    return f"<style>{css}</style><script>{script('theme.js')}</script>"
