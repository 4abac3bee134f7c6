"""The tab that shows how well people agree, and where they do not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import gradio as gr

from pages._components import static_html
from pages._label_conflicts import conflicts_html, settle
from pages._label_door import LabelDoor
from pages._label_figures import agreement_html
from pages._label_notice import problem
from pages.look import script

if TYPE_CHECKING:
    pass

REFUSED = "() => { document.dispatchEvent(new CustomEvent('rp:label-refused')); return []; }"


class AgreementTab:
    """The tab: figures above, conflicts with their buttons below.

    Args:
        door: Lets visitors in.
    """

    def __init__(self, door: LabelDoor) -> None:
        self._door = door

    def lay_out(self, item: Any, common: dict[str, Any]) -> None:  # noqa: ANN401  a gr.Tab
        """Makes the components inside the tab, whose context is open.

        Args:
            item: The tab; it is drawn when it is opened.
            common: What all events of the page have in common.
        """
        notice = static_html("", "rp-lb-agreement-notice")
        figures = static_html("", "rp-lb-agreement")
        conflicts = gr.HTML(
            "",
            js_on_load=script("label_conflicts.js"),
            apply_default_css=False,
            elem_id="rp-lb-conflicts",
        )
        outputs = [notice, figures, conflicts]
        item.select(self.opened, None, outputs, **common, api_name="label_agreement_opened")
        settled = conflicts.settled(self.settled, None, outputs, **common, api_name="label_settled")
        settled.failure(None, js=REFUSED, api_visibility="private")

    def opened(self, request: gr.Request) -> list[Any]:
        """How things stand now."""
        return self._drawn(request, {})

    def settled(self, event: gr.EventData, request: gr.Request) -> list[Any]:
        """Settles a conflict, and shows how things stand then."""
        return self._drawn(request, event._data if isinstance(event._data, dict) else {})

    def _drawn(self, request: gr.Request, sent: Mapping[str, object]) -> list[Any]:
        try:
            visitor, store = self._door.let_in(request)
            just = settle(store, visitor, sent) if sent else ""
            return ["", agreement_html(store, visitor), conflicts_html(store, visitor, just)]
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return [problem(error), gr.skip(), gr.skip()]
