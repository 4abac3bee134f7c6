"""The bill above the columns: this comparison, this session, and what routing saves against a named baseline."""

from __future__ import annotations

from dataclasses import dataclass

from llms.bill import Saving, Total
from llms.catalogue import Catalogue
from llms.cost import format_usd
from pages._compare_controls import STRONGEST, CompareControls
from pages._compare_options import Grouped, Options
from pages._compare_session import CompareSession

HIDDEN = "after your vote"
NOTHING_ROUTED = "nothing routed yet"
NOT_YET = "counted as soon as all columns have ended"


@dataclass(frozen=True, slots=True)
class Amount:
    """A labelled amount with what must be said beside it."""

    label: str
    value: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Ticker:
    """What the ticker shows; `hidden` while costs would tell an LLM's name."""

    hidden: bool
    amounts: tuple[Amount, ...]
    saved: Amount
    baseline: str
    strongest: str
    llms: Grouped


def ticker_of(session: CompareSession, controls: CompareControls, options: Options, catalogue: Catalogue) -> Ticker:
    """The ticker as it stands.

    Args:
        session: The tab with its bill.
        controls: The user's, among them the baseline.
        options: What can be chosen as baseline.
        catalogue: All LLMs, the user's own among them.
    """
    strongest = controls.fixed_llm(STRONGEST)
    if session.veiled:
        labels = ("This comparison", "This session", "Saved by routing")
        hidden = tuple(Amount(label, "hidden", HIDDEN) for label in labels)
        return Ticker(True, hidden, hidden[-1], controls.baseline, strongest, options.llms)
    baseline = controls.baseline_llm
    amounts = (
        _spent("This comparison", session.bill.total(session.comparison_id)),
        _spent("This session", session.bill.total()),
    )
    pending = (session.comparison_id, session.turn) if session.running() else None
    saving = session.bill.saving(catalogue, baseline, pending=pending)
    saved = _saved(saving, baseline, NOT_YET if pending and session.bill.routed(*pending) else NOTHING_ROUTED)
    return Ticker(False, amounts, saved, controls.baseline, strongest, options.llms)


def _spent(label: str, total: Total) -> Amount:
    answers = total.answers + total.unpriced
    notes = [f"{answers} answer{'' if answers == 1 else 's'}"]
    notes += [f"{total.input_tokens:,} tokens in, {total.output_tokens:,} out"] if answers else []
    notes += [f"{total.cached} from cache"] if total.cached else []
    notes += [f"{total.counted} counted here"] if total.counted else []
    notes += [_left_out(total.unpriced)] if total.unpriced else []
    return Amount(label, format_usd(total.usd), ", ".join(notes))


def _saved(saving: Saving | None, baseline: str, nothing: str) -> Amount:
    label = f"Saved against {baseline}"
    if saving is None:
        return Amount(label, "–", nothing)
    notes = [_left_out(saving.left_out, "turn", "a price or an answer")] if saving.left_out else []
    if not saving.turns:
        return Amount(label, "–", "; ".join(notes))
    turns = f"{saving.turns} routed turn{'' if saving.turns == 1 else 's'}"
    net = f"{turns}, net of {format_usd(saving.router_usd)} for the router"
    return Amount(label, format_usd(saving.usd), "; ".join([net, *notes, *saving.notes]))


def _left_out(number: int, what: str = "answer", want: str = "a price") -> str:
    return f"{number} {what}{'' if number == 1 else 's'} left out for want of {want}"
