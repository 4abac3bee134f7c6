"""Fills the Judge tab's form: LLMs with a mark on those that cannot be asked, keys, prompts, earlier runs."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

import gradio as gr

from errors import BadInputError
from feedback.judge_rubric import default_rubric
from llms.endpoint import Endpoint
from llms.keys import read_key
from llms.pool import Pool
from llms.providers import providers
from pages._judge_desk import JudgeDesk
from pages._judge_form import RUN, SOURCES
from pages._judge_session import JudgeSession
from pages._judge_view import failed, run_title, said
from pages._tools import llm_choice

CANNOT = "✕ "
"""In front of LLMs that cannot be asked, as on the Compare page."""


class JudgeFilling:
    """Fills the form.

    Args:
        desk: Knows LLMs and runs.
        pool: Names the LLMs that are chosen first, where they can be asked.
    """

    def __init__(self, desk: JudgeDesk, pool: Pool) -> None:
        self._desk = desk
        self._pool = pool

    def first(self, session: JudgeSession) -> list[Any]:
        """The three choices of LLMs on a first visit: the pool's weak and strong one, and another judge if there is."""
        refused = self._desk.why_not(session.keys)
        able = [llm for llm in session.keys.catalogue(self._desk.catalogue).ids if llm not in refused]
        weak: str | None = self._pool.serves["weak"]
        weak = weak if weak in able else next(reversed(able), None)
        reference: str | None = self._pool.serves["strong"]
        reference = reference if reference in able and reference != weak else None
        judge = next((llm for llm in reversed(able) if llm not in {weak, reference}), reference or weak)
        return self.llms(session, weak, reference, [judge] if judge else [])

    def llms(self, session: JudgeSession, weak: Any, reference: Any, judges: Any) -> list[Any]:  # noqa: ANN401
        """The three choices of LLMs under the session's keys, with what is chosen."""
        catalogue, refused = session.keys.catalogue(self._desk.catalogue), self._desk.why_not(session.keys)
        labels = {llm.id: llm_choice(catalogue, llm).label for llm in catalogue.llms}
        choices = [(label, llm) for llm, label in labels.items() if llm not in refused]
        choices += [(CANNOT + label, llm) for llm, label in labels.items() if llm in refused]
        return [
            gr.Dropdown(choices, value=weak),
            gr.Dropdown(choices, value=reference),
            gr.Dropdown(choices, value=judges or [], multiselect=True),
        ]

    def lists(self, session: JudgeSession) -> list[Any]:
        """What prompts can be chosen, whose results, and whether there are any; runs that have not ended can go on."""
        runs = [
            (run_title(record, state, self._desk.at_work(record.id)), record.id, state)
            for record, state in self._desk.runs()
        ]
        open_runs = [
            (f"Go on with {title}", RUN + run_id)
            for title, run_id, state in runs
            if state is None or state.done < state.total
        ]
        shown = session.shown or (runs[0][1] if runs else None)
        return [
            gr.Dropdown([*SOURCES, *open_runs]),
            gr.Dropdown([(title, run_id) for title, run_id, _ in runs], value=shown),
            gr.Column(visible=bool(runs)),
        ]

    def keyed(self, session: JudgeSession, provider: str, key: str, *chosen: Any) -> list[Any]:  # noqa: ANN401
        """Takes a key for this tab; the field is emptied, and only the key's presence is said."""
        try:
            session.keys = session.keys.with_key(provider, key)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return ["", failed(error), *(gr.skip() for _ in range(3))]
        title = providers()[provider].title
        known = session.keys.key(provider) is not None
        told = f"The key of {title} is used in this tab." if known else f"No key of {title} was typed."
        return ["", said([told]), *self.llms(session, *chosen)]

    def added(self, session: JudgeSession, *fields: Any) -> list[Any]:  # noqa: ANN401
        """Adds an endpoint of the user's own for this tab."""
        url, model, key, usd_in, usd_out, *chosen = fields
        try:
            endpoint = Endpoint(
                base_url=str(url or ""),
                model=str(model or ""),
                key=read_key(str(key or "")),
                input_usd_per_mtok=_price(usd_in),
                output_usd_per_mtok=_price(usd_out),
            )
            session.keys = session.keys.with_endpoint(endpoint)
        except Exception as error:  # noqa: BLE001  as above
            return ["", failed(error), *(gr.skip() for _ in range(3))]
        return ["", said([f"{endpoint.llm_id} can be chosen, in this tab."]), *self.llms(session, *chosen)]

    def default_rubric(self) -> str:
        """The rubric that ships with the project."""
        return default_rubric()


def _price(typed: object) -> Decimal | None:
    text = str(typed or "").strip().lstrip("$").replace(",", ".")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise BadInputError("A price is not a number.", "Write USD per million tokens, such as 0.15.") from None
