"""`python -m pages.empty_page PORT`: a page of Gradio with one line of text, to hold the measured pages against."""

from __future__ import annotations

import sys

import gradio as gr

WORDS_ID = "first-words"


def main() -> None:
    """Serves it on this machine until it is terminated."""
    with gr.Blocks(analytics_enabled=False) as demo:
        gr.HTML(f'<h2 id="{WORDS_ID}">Hello</h2>')
    demo.launch(server_name="127.0.0.1", server_port=int(sys.argv[1]), quiet=True)


if __name__ == "__main__":
    main()
