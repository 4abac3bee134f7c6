"""The part of the Label page that looks after the queue: where its prompts came from, how many people, and who."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import gradio as gr

from errors import BadInputError
from feedback.annotator_names import shown_name
from feedback.visitor import Visitor
from pages._components import static_html
from pages._label_door import LabelDoor
from pages._label_import import MAX_PEOPLE
from pages._label_notice import done, problem
from pages._label_people import known_by, people_choices
from pages._label_scoring import QueueScoring
from pages._templates import render

if TYPE_CHECKING:
    from feedback.label_store import LabelStore

ALL = ""
EVERYTHING = ("All prompts", ALL)
KEEP = (
    "What the routers are least sure and least of one mind about comes first; every fifth prompt comes by chance, so "
    "that there are labels fit to measure with. What is given to people comes first for them, and to nobody else."
)


class QueuePart:
    """Looks after the queue.

    Args:
        door: Lets visitors in.
        scoring: Tells the queue what the panel thinks of its prompts.
    """

    def __init__(self, door: LabelDoor, scoring: QueueScoring) -> None:
        self._door = door
        self._scoring = scoring

    def lay_out(self, item: Any, imported: Any, common: dict[str, Any]) -> None:  # noqa: ANN401  a gr.Tab; an event
        """Makes the components inside the tab, whose context is open.

        Args:
            item: The tab; the part is drawn when it is opened.
            imported: The event after which it is drawn again.
            common: What all events of the page have in common.
        """
        static_html(render("bench_section.html", title="The queue", text=KEEP), "rp-lb-queue-how")
        stock = static_html("", "rp-lb-stock")
        with gr.Row(elem_classes="rp-lb-row"):
            origin = gr.Dropdown([EVERYTHING], value=ALL, label="Of", filterable=False, elem_id="rp-lb-origin")
            overlap = gr.Slider(1, MAX_PEOPLE, value=2, step=1, label="People per prompt", elem_id="rp-lb-overlap-all")
            people = gr.Dropdown(
                [], label="People", multiselect=True, allow_custom_value=True, elem_id="rp-lb-assign-people"
            )
        with gr.Row(elem_classes="rp-lb-buttons"):
            spread = gr.Button("Set people per prompt", elem_id="rp-lb-spread", scale=0)
            assign = gr.Button("Give what is open to these people", elem_id="rp-lb-assign", scale=0)
            collect = gr.Button("Queue prompts that visitors let us keep", elem_id="rp-lb-collect", scale=0)
        said = static_html("", "rp-lb-queue-said")

        shown = [stock, origin, people]
        item.select(self.opened, None, shown, **common, api_name="label_queue_opened")
        imported.then(self.opened, None, shown, **common, api_name="label_queue_grown")
        result = [said, *shown]
        once: dict[str, Any] = {**common, "trigger_mode": "once"}
        spread.click(self.spread, [origin, overlap], result, **once, api_name="label_spread")
        assign.click(self.assigned, [origin, people], result, **once, api_name="label_assigned")
        collect.click(self.collected, [overlap], result, **once, api_name="label_collected")

    def opened(self, request: gr.Request) -> list[Any]:
        """How the queue stands."""
        try:
            return self._drawn(*self._door.let_in(request))
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return [problem(error), gr.skip(), gr.skip()]

    def spread(self, origin: str | None, overlap: float, request: gr.Request) -> list[Any]:
        """Changes how many people label each prompt."""
        try:
            visitor, store = self._door.let_in(request)
            changed = store.set_overlap(int(overlap), origin=origin or None)
            said = done(f"{_prompts(changed)} changed: {int(overlap)} {'person' if overlap == 1 else 'people'} each.")
            return [said, *self._drawn(visitor, store)]
        except Exception as error:  # noqa: BLE001  as above
            return [problem(error), gr.skip(), gr.skip(), gr.skip()]

    def assigned(self, origin: str | None, people: list[str], request: gr.Request) -> list[Any]:
        """Gives open prompts to people."""
        try:
            visitor, store = self._door.let_in(request)
            if not people:
                raise BadInputError("Nobody was chosen.", "Choose people, or type their ids.")
            given = store.assign(people, origin=origin or None)
            said = done(f"{_prompts(given)} given to {len(people)} {'person' if len(people) == 1 else 'people'}.")
            return [said, *self._drawn(visitor, store)]
        except Exception as error:  # noqa: BLE001  as above
            return [problem(error), gr.skip(), gr.skip(), gr.skip()]

    def collected(self, overlap: float, request: gr.Request) -> list[Any]:
        """Queues prompts that visitors let us keep with their votes."""
        try:
            visitor, store = self._door.let_in(request)
            added = store.add_collected(overlap=int(overlap))
            self._scoring.start()
            return [done(f"{_prompts(added.new)} joined the queue."), *self._drawn(visitor, store)]
        except Exception as error:  # noqa: BLE001  as above
            return [problem(error), gr.skip(), gr.skip(), gr.skip()]

    def _drawn(self, visitor: Visitor, store: LabelStore) -> list[Any]:
        origins = store.origins()
        html = render(
            "label_stock.html",
            origins=origins,
            counts=store.counts(),
            author=visitor.author,
            name=shown_name(visitor.author),
            known=known_by(visitor),
        )
        choices = [
            ("All prompts", ALL),
            *((f"{name or 'unnamed'} ({count:,})", name) for name, count in origins.items()),
        ]
        return [html, gr.update(choices=choices), gr.update(choices=people_choices(store, visitor))]


def _prompts(number: int) -> str:
    return f"{number:,} prompt{'' if number == 1 else 's'}"
