"""The part of the Label page that sends labels to a data set of the Hub, with a token typed for it and kept nowhere."""

from __future__ import annotations

import re
from typing import Any

import gradio as gr

from errors import BadInputError
from pages._components import static_html
from pages._label_door import LabelDoor
from pages._label_notice import done, problem

HOW = "Push to a data set of the Hub"
_REPOSITORY = re.compile(r"[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95}")
_TOKEN = re.compile(r"[!-~]{1,500}")


class HubPart:
    """Sends labels to the Hub.

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
        with gr.Accordion(HOW, open=False, elem_id="rp-lb-hub"):
            with gr.Row(elem_classes="rp-lb-row"):
                repository = gr.Textbox(label="Data set", placeholder="user/name", elem_id="rp-lb-repository")
                token = gr.Textbox(label="Token with the right to write", type="password", elem_id="rp-lb-token")
            private = gr.Checkbox(True, label="Make a new data set private", elem_id="rp-lb-private")
            with gr.Row(elem_classes="rp-lb-buttons"):
                push = gr.Button("Push", elem_id="rp-lb-push", scale=0)
            said = static_html("", "rp-lb-pushed")
        push.click(
            self.pushed,
            [repository, token, private],
            [said, token],
            **{**common, "show_progress": "minimal", "trigger_mode": "once"},
            api_name="label_pushed",
        )

    def pushed(self, repository: str, token: str, private: bool, request: gr.Request) -> tuple[str, str]:
        """Sends all labels and ratings, and takes the token out of its field."""
        try:
            _, store = self._door.let_in(request)
            return _push(store, (repository or "").strip(), (token or "").strip(), private), ""
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return problem(error), ""


def _push(store: Any, repository: str, token: str, private: bool) -> str:  # noqa: ANN401  a `LabelStore`
    from feedback.publishing import publish

    if not _REPOSITORY.fullmatch(repository):
        raise BadInputError("The data set has no valid name.", "Write it as user/name.")
    if not _TOKEN.fullmatch(token):  # the app's own token is not for everybody who labels
        raise BadInputError("There is no token.", "Type one of yours that may write to this data set.")
    published = publish(store, repository, token, private=private)
    rows = ", ".join(f"{number:,} {part}" for part, number in published.rows.items())
    return done("The labels are on the Hub.", f"{published.url}: {rows}.")
