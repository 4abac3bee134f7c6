"""The box in which the prompt is typed, with its examples and its counter."""

from __future__ import annotations

from collections.abc import Sequence

import gradio as gr

from errors import UnknownNameError
from llms.catalogue import Catalogue
from llms.tokens import count_tokens
from pages._examples import Example
from pages._templates import render
from pages.look import script
from router_models.prompts import MAX_CHARACTERS


class TokenCounter:
    """Counts what is being typed, with the tokenizer of the LLM that the pool gives the cheapest route.

    Args:
        catalogue: Says which tokenizer an LLM has.
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def say(self, prompt: str, llm: str) -> str:
        """The count as the box shows it, such as `41 tokens`, or `~41 tokens` where it is an estimate.

        Args:
            prompt: What has been typed so far.
            llm: Id of the LLM; any other text stands for the default pool's cheapest.
        """
        try:
            encoding = self._catalogue[llm].encoding
        except UnknownNameError:
            encoding = self._catalogue[self._catalogue.default_pool.serves["weak"]].encoding
        return str(count_tokens(prompt[:MAX_CHARACTERS], encoding))


def prompt_box(examples: Sequence[Example], routers: int, counter: TokenCounter) -> gr.HTML:
    """Lays out the box.

    Args:
        examples: Prompts to try.
        routers: How many routers there are.
        counter: Counts the tokens.
    """

    def tokens_of(typed: dict[str, object]) -> str:
        """Answers the box's script, which sends prompt and LLM."""
        return counter.say(str(typed.get("prompt", "")), str(typed.get("llm", "")))

    return gr.HTML(
        render("ask.html", examples=examples, routers=routers),
        js_on_load=script("ask.js"),
        apply_default_css=False,
        elem_id="rp-ask",
        server_functions=[tokens_of],
    )
