"""Gradio's blocks with a guard: no event of a page that needs a role runs for somebody who lacks it."""

from __future__ import annotations

from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.state_holder import SessionState

from errors import PlaygroundError
from feedback.identity import identity_of
from pages._visitor import needed_for, visitor_of
from settings import Settings

_NOTHING = {"data": [], "is_generating": False, "iterator": None}
"""What an event gives that does not run."""


class GuardedBlocks(gr.Blocks):
    """Blocks that look at who is asking before an event runs, however it was called: by the page, or by hand.

    Args:
        settings: Say who has to sign in.
        options: See `gr.Blocks`.
    """

    def __init__(self, settings: Settings, **options: Any) -> None:  # noqa: ANN401  Gradio's own
        super().__init__(**options)
        self._settings = settings
        self.signs_in = identity_of(settings).needed
        """Whether anybody has to sign in."""
        self.notice = ""
        """What every page says first; '' is nothing."""

    async def process_api(
        self,
        block_fn: BlockFunction | int,
        inputs: list[Any],
        state: SessionState | None = None,
        request: gr.Request | list[gr.Request] | None = None,
        *rest: Any,  # noqa: ANN401  Gradio's own
        **options: Any,  # noqa: ANN401
    ) -> dict[str, Any]:
        """Runs an event.

        Raises:
            gr.Error: The visitor may not.
        """
        function = self.fns[block_fn] if isinstance(block_fn, int) else block_fn
        name = function.api_name if isinstance(function.api_name, str) else None
        for permission in needed_for(function.page, name):
            for asking in request if isinstance(request, list) else [request]:
                try:
                    visitor_of(asking, self._settings).need(permission)
                except PlaygroundError as error:
                    if any(kind == "unload" for _, kind in function.targets):
                        return dict(_NOTHING)  # Gradio runs it for every tab that is closed, whatever its page
                    raise gr.Error(str(error), duration=None, print_exception=False) from error
        done: dict[str, Any] = await super().process_api(block_fn, inputs, state, request, *rest, **options)
        return done
