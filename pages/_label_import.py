"""The part of the Label page that brings prompts in: a file or pasted lines, looked at before they join the queue."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr

from errors import BadInputError
from feedback.visitor import NotAllowedError, Visitor
from pages._components import static_html
from pages._label_door import LabelDoor
from pages._label_notice import problem
from pages._label_people import people_choices
from pages._label_scoring import QueueScoring
from pages._templates import render

if TYPE_CHECKING:
    from feedback.import_records import ImportReport, LabelReport
    from feedback.label_store import LabelStore
    from pages._label_columns import Preview

SUFFIXES = [".csv", ".tsv", ".jsonl", ".ndjson", ".parquet", ".txt"]
NAMED_ROWS = 10
"""Bad rows that are named one by one; further ones are counted."""

MAX_PEOPLE = 20
WITH_LABELS = "Import the labels of this file too"
PASTE = "Or paste: a prompt a line, or with blank lines between"
BRING = (
    "A file with a column of prompts, or one prompt a line. Rows that cannot be used are named and the rest goes in. "
    "What is in the queue already stays as it is. The texts are kept until you delete them below."
)


class ImportPart:
    """Brings prompts in.

    Args:
        door: Lets visitors in.
        scoring: Tells the queue what the panel thinks of new prompts.
    """

    def __init__(self, door: LabelDoor, scoring: QueueScoring) -> None:
        self._door = door
        self._scoring = scoring

    def lay_out(self, item: Any, common: dict[str, Any]) -> Any:  # noqa: ANN401  a gr.Tab; an event
        """Makes the components inside the tab, whose context is open.

        Args:
            item: The tab; the list of annotators is filled when it is opened.
            common: What all events of the page have in common.

        Returns:
            The event after which there is more in the queue.
        """
        static_html(render("bench_section.html", title="Bring prompts in", text=BRING), "rp-lb-import-how")
        with gr.Row(elem_classes="rp-lb-row"):
            file = gr.File(label="CSV, JSONL, Parquet or text", file_types=SUFFIXES, elem_id="rp-lb-file", height=150)
            pasted = gr.Textbox(
                label=PASTE,
                lines=5,
                max_lines=5,
                elem_id="rp-lb-pasted",
            )
        column = gr.Dropdown(
            [], label="Column with the prompts", visible=False, filterable=False, elem_id="rp-lb-column"
        )
        preview = static_html("", "rp-lb-preview")
        labels = gr.Checkbox(False, label=WITH_LABELS, visible=False, elem_id="rp-lb-labels")
        with gr.Row(elem_classes="rp-lb-row"):
            overlap = gr.Slider(1, MAX_PEOPLE, value=1, step=1, label="People per prompt", elem_id="rp-lb-overlap")
            people = gr.Dropdown(
                [],
                label="Only for these people (none: for everybody)",
                multiselect=True,
                allow_custom_value=True,
                elem_id="rp-lb-people",
            )
        bring = gr.Button("Import", variant="primary", elem_id="rp-lb-bring", scale=0)
        said = static_html("", "rp-lb-import-said")

        shown = [column, preview, labels]
        item.select(self.opened, None, [people], **common, api_name="label_import_opened")
        file.upload(self.picked, [file], shown, **common, api_name="label_file_picked")
        file.clear(self.cleared, None, shown, **common, api_name="label_file_cleared")
        column.input(self.chosen, [file, column], [preview, labels], **common, api_name="label_column_chosen")
        return bring.click(
            self.imported,
            [file, pasted, column, overlap, people, labels],
            [said, file, pasted, *shown],
            **{**common, "show_progress": "minimal"},
            trigger_mode="once",
            api_name="label_imported",
        )

    def opened(self, request: gr.Request) -> Any:  # noqa: ANN401  an update
        """Whom prompts can be assigned to."""
        try:
            visitor, store = self._door.let_in(request)
            return gr.update(choices=people_choices(store, visitor))
        except Exception:  # noqa: BLE001  the import itself says what is wrong
            return gr.skip()

    def picked(self, file: str | None, request: gr.Request) -> tuple[Any, str, Any]:
        """Columns and first prompts of a file that was just uploaded, and whether it has labels to offer."""
        try:
            visitor, _ = self._door.let_in(request)
            found = _preview(file, None)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return gr.update(visible=False, choices=[], value=None), problem(error), _offer(None)
        several = len(found.columns) > 1
        choice = gr.update(visible=several, choices=list(found.columns), value=found.column if several else None)
        return choice, _preview_html(found, visitor), _offer(found, visitor)

    def chosen(self, file: str | None, column: str | None, request: gr.Request) -> tuple[str, Any]:
        """First prompts of another column."""
        try:
            visitor, _ = self._door.let_in(request)
            found = _preview(file, column)
            return _preview_html(found, visitor), _offer(found, visitor)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return problem(error), _offer(None)

    def cleared(self) -> tuple[Any, str, Any]:
        """Without a file there is nothing to choose."""
        return gr.update(visible=False, choices=[], value=None), "", _offer(None)

    def imported(
        self,
        file: str | None,
        pasted: str,
        column: str | None,
        overlap: float,
        people: list[str],
        with_labels: bool,
        request: gr.Request,
    ) -> list[Any]:
        """Queues the prompts and says which rows were left out; what was given stays if it fails."""
        try:
            visitor, store = self._door.let_in(request)
            report, labels = _import(store, visitor, file, pasted, column, int(overlap), people, with_labels)
        except Exception as error:  # noqa: BLE001  logged, and shown to the user
            return [problem(error), *(gr.skip() for _ in range(5))]
        self._scoring.start()
        said = render("label_imported.html", report=report, named=report.reading.bad[:NAMED_ROWS], labels=labels)
        return [said, gr.update(value=None), gr.update(value=""), *self.cleared()]


def _preview(file: str | None, column: str | None) -> Preview:
    from pages._label_columns import preview_of

    if not file:
        raise BadInputError("There is no file.", "Choose one first.")
    return preview_of(Path(file), column)


def _preview_html(found: Preview, visitor: Visitor) -> str:
    return render("label_preview.html", preview=found, may_bring=visitor.may("learn"))


def _offer(found: Preview | None = None, visitor: Visitor | None = None) -> Any:  # noqa: ANN401  an update
    """The box that imports labels: there only where the file has some for who may, and never ticked by itself."""
    may = visitor is not None and visitor.may("learn")
    return gr.update(visible=may and bool(found and found.labels and found.labels.readable), value=False)


def _import(
    store: LabelStore,
    visitor: Visitor,
    file: str | None,
    pasted: str,
    column: str | None,
    overlap: int,
    people: list[str],
    with_labels: bool,
) -> tuple[ImportReport, LabelReport | None]:
    """The file, or what was pasted; raises as `import_file`. The file is deleted once all of it is in."""
    from feedback.column_names import columns_of
    from feedback.import_labels import import_labels, label_columns
    from feedback.importing import import_file, import_text

    if not file:
        return import_text(store, pasted or "", visitor.author, overlap=overlap, annotators=people), None
    if (pasted or "").strip():
        raise BadInputError("There are a file and pasted prompts.", "Import one, then the other.")
    if with_labels and not visitor.may("learn"):  # the file says itself whose they are, so it speaks for many
        raise NotAllowedError(
            "Only who may let routers learn may import labels.", "Import the prompts alone, or ask for that role."
        )
    path = Path(file)
    report = import_file(store, path, visitor.author, column=column or None, overlap=overlap, annotators=people)
    reading, labels = report.reading, None
    found = label_columns(columns_of(path, reading), besides=reading.column) if with_labels else None
    if found is not None:
        labels = import_labels(store, path, reading, found, visitor.author)
    path.unlink(missing_ok=True)
    return report, labels
