"""HTML of the Traffic page: preview, progress, savings and the table of prompts. Every text of a user is escaped."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from benchmarks.tables.phrases import dollars, linked_threshold, share
from pages._cards import tier_of
from pages._link import MAX_LINK_PROMPT_BYTES, link_bytes
from pages._templates import render
from pages._view import THRESHOLD_PREFIX
from traffic.analysis import Analysis
from traffic.columns import Preview
from traffic.intake import Intake
from traffic.intervals import times
from traffic.routing import Progress
from traffic.savings import Saving
from traffic.tables import money_range, month_figures, savings_table, share_in_words
from traffic.what_if import THRESHOLD, movable

SHOWN_CHARACTERS = 160
PREVIEW_CHARACTERS = 90
PREVIEW_COLUMNS = 8
ROWS_A_PAGE = 25
NAMED_ROWS = 10


@dataclass(frozen=True, slots=True)
class PickShown:
    """One router's pick for one prompt: its sign, route, LLM and score."""

    router: str
    tier: int
    route: str
    llm: str
    p_strong: float


@dataclass(frozen=True, slots=True)
class RowShown:
    """One prompt of the table.

    Attributes:
        line: Where it stands in the file.
        text: The prompt, cut.
        whole: The prompt, if it was cut; '' if not.
        link: The Route page with this prompt; '' if it is too long for a link.
        escalating: Such as `3 of 17`.
        picks: Of every router.
        times: How often it is there.
    """

    line: int
    text: str
    whole: str
    link: str
    escalating: str
    picks: tuple[PickShown, ...]
    times: int = 1


def preview_html(preview: Preview, note: str = "") -> str:
    """The first rows of what was brought."""
    columns = preview.columns.wanted
    others = [name for name in preview.names if name not in columns]
    names = [*columns, *others][:PREVIEW_COLUMNS]
    rows = [
        (row.line, row.problem, [cut(_text(row.values.get(name)), PREVIEW_CHARACTERS) for name in names])
        for row in preview.rows
    ]
    left_out = len(preview.names) - len(names)
    return render(
        "traffic_preview.html", preview=preview, names=names, rows=rows, used=columns, left_out=left_out, note=note
    )


def progress_html(progress: Progress, *, stopping: bool = False, wording: str = "Routing") -> str:
    """How far a run is."""
    done = progress.done / progress.total if progress.total else 0.0
    return render("traffic_progress.html", progress=progress, share=done, stopping=stopping, wording=wording)


def reading_html(name: str) -> str:
    """What is shown while rows are read."""
    return render("traffic_progress.html", progress=None, share=0.0, stopping=False, wording=f"Reading {name}")


def intake_html(intake: Intake) -> str:
    """Which rows were left out, and what else reading came to; '' where there is nothing to say."""
    said = [intake.cut_off] if intake.cut_off else []
    if intake.western:
        said.append(f"{intake.western:,} rows are not UTF-8 and were read as Latin-1: look at letters with accents.")
    said += [
        f"{count:,} cells of “{name[:60]}” could not be read and count as empty."
        for name, count in intake.odd_cells.items()
    ]
    return render("traffic_intake.html", intake=intake, said=said, named=intake.bad[:NAMED_ROWS])


def answer_html(analysis: Analysis, note: str, router: str) -> str:
    """What one router would save, in a sentence, and the table of all."""
    saving = analysis.savings[router]
    month = times(saving.saving_usd, analysis.assumptions.per_month)
    routed = analysis.routed
    table = savings_table(analysis)
    return render(
        "traffic_answer.html",
        headline=_headline(saving, dollars(abs(month.value)), month.value),
        interval=money_range(month),
        baseline=analysis.baseline,
        share=share(saving.share.value),
        saving=saving,
        routed=routed,
        prices=analysis.priced_by(),
        cautions=[*([note] if note else []), *analysis.cautions()],
        table=table,
    )


def _headline(saving: Saving, amount: str, value: float) -> str:
    if value != value:
        return f"What {saving.router} would save is not known: no prompt has a known cost now and after."
    said = "save" if value >= 0 else "cost you more by"
    return f"With {saving.router} you would {said} {amount} a month."


def point_html(analysis: Analysis, saving: Saving, setting: str, value: float) -> str:
    """The figures of one router at one setting."""
    scores = analysis.routed.scores[saving.router]
    link = ""
    if setting == THRESHOLD and movable(scores.card):
        link = "/?" + urlencode({THRESHOLD_PREFIX + saving.router: f"{linked_threshold(value):g}"})
    picked = ", ".join(f"{llm} {share_in_words(part)}" for llm, part in saving.llms if part > 0)
    return render(
        "traffic_point.html",
        saving=saving,
        tiles=month_figures(analysis, saving),
        picked=picked,
        link=link,
        setting=setting,
    )


def rows_html(analysis: Analysis, places: list[int], found: int, page: int) -> str:
    """One page of the table of prompts.

    Args:
        analysis: What the routers picked.
        places: Prompts to show.
        found: How many there are on all pages.
        page: Which page this is, from 0.
    """
    disagreement = analysis.disagreement
    routers = list(analysis.ordered)
    rows = []
    for place in places:
        text = analysis.prompts[place]
        shown = cut(text, SHOWN_CHARACTERS)
        against = round(float(disagreement.escalating[place]) * len(disagreement.voting))
        rows.append(
            RowShown(
                line=int(analysis.traffic.lines[analysis.routed.rows[place]]),
                text=shown,
                whole="" if shown == " ".join(text.split()) else text[: 20 * SHOWN_CHARACTERS],
                link="/?" + urlencode({"prompt": text}) if link_bytes(text) <= MAX_LINK_PROMPT_BYTES else "",
                escalating=f"{against} of {len(disagreement.voting)}",
                picks=tuple(_pick(analysis, name, place) for name in routers),
                times=analysis.times[text],
            )
        )
    first = page * ROWS_A_PAGE + 1
    return render(
        "traffic_rows.html",
        rows=rows,
        routers=routers,
        first=first,
        last=first + len(rows) - 1,
        found=found,
        different=int(disagreement.different.sum()),
        all_rows=len(disagreement.degree),
    )


def _pick(analysis: Analysis, name: str, place: int) -> PickShown:
    picks = analysis.disagreement.picks[name]
    at = int(picks.route[place])
    p_strong = float(analysis.disagreement.p_strong[name][place])
    return PickShown(name, tier_of(at, len(picks.routes)), picks.routes[at], picks.llms[at], p_strong)


def cut(text: str, most: int) -> str:
    """A text in one line, cut where it is long."""
    line = " ".join(text[: 4 * most].split())
    return line if len(line) <= most and len(text) <= 4 * most else f"{line[:most]} …"


def _text(value: object) -> str:
    return "" if value is None else str(value)
