"""The Compare page from what the server remembers to HTML, part by part: a growing answer redraws only itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from errors import PlaygroundError
from llms.attachment import Attachment
from llms.completions import Completions
from pages._compare_blind import vote_view, why_no_contest
from pages._compare_chat import messages_of
from pages._compare_columns import Answer
from pages._compare_controls import DEFAULT_LOCAL_MAX_TOKENS, DEFAULT_MAX_TOKENS, MOST_COLUMNS, CompareControls
from pages._compare_keys import key_panel
from pages._compare_link import carried_fields, compare_query
from pages._compare_options import Options, options_of
from pages._compare_session import CompareSession, Notice
from pages._compare_ticker import ticker_of
from pages._compare_view import foot_of, head_of
from pages._examples import Example
from pages._templates import render
from router_models import RouterPanel
from settings import Settings

PLACES = range(MOST_COLUMNS)
COLUMN_PARTS = ("head", "past", "chat", "foot")
"""Parts of a column: its head, the turns that are over, the last turn, and its figures."""

PARTS = ("bench", "ticker", "vote", *(f"{part}{place}" for part in COLUMN_PARTS for place in PLACES))
"""Every part of the page that is rendered apart, in the order of the components."""

GRACE_S = 30
"""How much longer than a router may take the page waits for its answer: the prompt may stand in a queue before."""

Painted = dict[str, object]


@dataclass(frozen=True, slots=True)
class AttachmentView:
    """What is shown of an attachment."""

    kind: str
    name: str
    size: str
    note: str


class Painter:
    """Renders the page.

    Args:
        panel: The routers with the catalogue.
        completions: Says why an LLM cannot be asked.
        settings: Says which keys the operator has set.
        examples: Prompts to try.
    """

    def __init__(
        self, panel: RouterPanel, completions: Completions, settings: Settings, examples: Sequence[Example]
    ) -> None:
        self._panel = panel
        self._completions = completions
        self._settings = settings
        self._examples = examples

    def everything(
        self,
        session: CompareSession,
        controls: CompareControls,
        planned: Mapping[int, Answer],
        *,
        echo: str = "",
        problems: Sequence[str] = (),
    ) -> Painted:
        """All parts.

        Args:
            session: The tab.
            controls: The user's.
            planned: What each column would do with the prompt that is being typed.
            echo: Number of the browser's request that this answers.
            problems: Sentences on what could not be used.
        """
        options = self._options(session, controls)
        painted = self._past(session, controls) | self.columns(session, controls, PLACES)
        painted |= self.heads(session, controls, PLACES, options, planned, echo)
        painted["bench"] = self._bench(session, controls, options, planned, echo, problems)
        return painted | self.bill(session, controls, options, echo)

    def columns(self, session: CompareSession, controls: CompareControls, places: Iterable[int]) -> Painted:
        """The last turn of some columns, and its figures."""
        painted: Painted = {}
        last = [session.turn] if session.turns else []
        for place in places:
            painted[f"foot{place}"] = render("compare_facts.html", foot=foot_of(session, controls, place))
            shown = last if place < len(controls.choices) else []
            column = session.columns[place]
            painted[f"chat{place}"] = messages_of(column, session.turns, shown, veiled=session.veiled)
        return painted

    def heads(
        self,
        session: CompareSession,
        controls: CompareControls,
        places: Iterable[int],
        options: Options | None = None,
        planned: Mapping[int, Answer] | None = None,
        echo: str = "",
    ) -> Painted:
        """Heads of some columns."""
        options = options or self._options(session, controls)
        views = {
            place: head_of(session, controls, options, self._panel, place, (planned or {}).get(place))
            for place in places
        }
        return {f"head{place}": render("compare_head.html", head=view, echo=echo) for place, view in views.items()}

    def bill(
        self, session: CompareSession, controls: CompareControls, options: Options | None = None, echo: str = ""
    ) -> Painted:
        """Ticker and vote."""
        options = options or self._options(session, controls)
        ticker = ticker_of(session, controls, options, session.keys.catalogue(self._panel.catalogue))
        return {
            "ticker": render("compare_ticker.html", ticker=ticker, echo=echo),
            "vote": render("compare_vote.html", vote=vote_view(session, controls, self._panel), echo=echo),
        }

    def _past(self, session: CompareSession, controls: CompareControls) -> Painted:
        """The turns that are over, of those columns where the page does not show them yet: nothing changes in them."""
        painted: Painted = {}
        for place in PLACES:
            over = max(0, session.turn) if place < len(controls.choices) else 0
            drawn = (session.comparison_id if over else "", over, session.veiled and bool(over))
            if session.drawn.get(place) != drawn:
                session.drawn[place] = drawn
                column = session.columns[place]
                painted[f"past{place}"] = messages_of(column, session.turns, range(over), veiled=session.veiled)
        return painted

    def _options(self, session: CompareSession, controls: CompareControls) -> Options:
        catalogue = session.keys.catalogue(self._panel.catalogue)
        return options_of(self._panel, catalogue, controls, self.refusals(session))

    def refusals(self, session: CompareSession) -> dict[str, PlaygroundError]:
        """Why LLMs cannot be asked at present, by id."""
        catalogue = session.keys.catalogue(self._panel.catalogue)
        told = {llm: self._completions.why_not(llm, session.keys, session.attachment) for llm in catalogue.ids}
        return {llm: error for llm, error in told.items() if error is not None}

    def _bench(
        self,
        session: CompareSession,
        controls: CompareControls,
        options: Options,
        planned: Mapping[int, Answer],
        echo: str,
        problems: Sequence[str],
    ) -> str:
        catalogue = session.keys.catalogue(self._panel.catalogue)
        asked = [answer.llm for answer in planned.values() if answer.asked]
        recalled, session.recalled = session.recalled, ""
        return render(
            "compare_bench.html",
            session=session,
            controls=controls,
            options=options,
            examples=self._examples,
            running=session.running(),
            recalled=recalled,
            echo=echo,
            notices=[*session.notices, *(Notice(problem) for problem in problems)],
            attachment=attachment_view(session.attachment) if session.attachment else None,
            keys=key_panel(session, self._settings),
            no_contest=why_no_contest(options.able),
            longest=(DEFAULT_MAX_TOKENS, DEFAULT_LOCAL_MAX_TOKENS),
            carried=carried_fields(session.values),
            all_local=bool(asked) and all(catalogue[llm].local for llm in asked if llm in catalogue),
            give_up_ms=round((self._settings.router_timeout_s + GRACE_S) * 1000),
            query=compare_query(controls, self._panel, veiled=session.veiled),
        )


def attachment_view(attachment: Attachment) -> AttachmentView:
    """What is shown of an attachment: kind, name, size, and what was changed or left out."""
    if attachment.kind == "image":
        size = f"{attachment.width:,} × {attachment.height:,} pixels, {len(attachment.data) / 1024:,.0f} KiB"
        return AttachmentView("Image", attachment.name, size, attachment.note)
    pages = (
        f"{attachment.pages_read} of {attachment.pages}"
        if attachment.pages_read < attachment.pages
        else (f"{attachment.pages}")
    )
    size = f"{pages} page{'' if attachment.pages == 1 else 's'}, {attachment.characters:,} characters"
    return AttachmentView("PDF", attachment.name, size, attachment.note)
