"""The part of the Label page that takes labels out: downloads, the Hub, and the deletion of one's own texts."""

from __future__ import annotations

from typing import Any

import gradio as gr

from errors import BadInputError
from pages._components import static_html
from pages._label_door import LabelDoor
from pages._label_hub import HubPart
from pages._label_notice import done, problem
from pages._templates import render

TAKE = (
    "Every label with its prompt, who gave it and when, how long it took, whether the routers' decisions were seen. "
    "Cells that a spreadsheet would take for formulas begin with an apostrophe; an import takes it away again."
)
DELETE = (
    "Deletes the prompts that you brought in and your comments, for good. Labels, hashes and counts stay; what "
    "somebody else brought in too stays theirs. A version of a look-up router that has learnt from a prompt keeps its "
    "embedding: no words, but numbers from which a topic can be guessed."
)


class OutPart:
    """Takes labels out.

    Args:
        door: Lets visitors in.
    """

    def __init__(self, door: LabelDoor) -> None:
        self._door = door

    def lay_out(self, common: dict[str, Any]) -> None:
        """Makes the components inside a tab, whose context is open.

        Args:
            common: What all events of the page have in common.
        """
        static_html(render("bench_section.html", title="Take labels out", text=TAKE), "rp-lb-export-how")
        static_html(render("label_downloads.html"), "rp-lb-downloads")
        HubPart(self._door).lay_out(common)
        static_html(render("bench_section.html", title="Delete my texts", text=DELETE), "rp-lb-delete-how")
        with gr.Row(elem_classes="rp-lb-buttons"):
            sure = gr.Checkbox(False, label="Yes, delete the texts of mine", elem_id="rp-lb-sure")
            delete = gr.Button("Delete", variant="stop", elem_id="rp-lb-delete", scale=0)
        deleted = static_html("", "rp-lb-deleted")
        delete.click(
            self.deleted, [sure], [deleted, sure], **{**common, "trigger_mode": "once"}, api_name="label_deleted"
        )

    def deleted(self, sure: bool, request: gr.Request) -> tuple[str, bool]:
        """Deletes the visitor's texts if they ticked the box."""
        try:
            visitor, store = self._door.let_in(request)
            if not sure:
                raise BadInputError("Nothing was deleted.", "Tick the box first: deleted texts cannot be brought back.")
            gone = store.delete_texts(visitor.author)
            return done(f"{gone:,} text{'' if gone == 1 else 's'} deleted."), False
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return problem(error), False
