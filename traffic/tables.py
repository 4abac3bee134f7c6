"""Tables of a user's own prompts: what each router would save, and where it sends each group of prompts."""

from __future__ import annotations

import math

from benchmarks.bootstrap import Estimate
from benchmarks.tables.cells import Cell, Column, Table
from benchmarks.tables.phrases import dollar_range, dollars, share, shares, threshold
from traffic.analysis import Analysis
from traffic.groups import Groups
from traffic.intervals import times
from traffic.savings import Saving

SHOWN_CHARACTERS = 110


def savings_table(analysis: Analysis) -> Table:
    """A line per router, baselines apart; amounts are for the month's volume."""
    learnt = [_saving_row(analysis, name) for name in analysis.ordered if not analysis.savings[name].is_baseline]
    beaten = [_saving_row(analysis, name) for name in analysis.ordered if analysis.savings[name].is_baseline]
    groups = [(name, tuple(rows)) for name, rows in (("", learnt), ("Baselines, to compare with", beaten)) if rows]
    columns = (
        Column("Router", numeric=False),
        Column("To a dearer LLM"),
        Column("Saved a month"),
        Column("of the cost now"),
        Column("Cost a month, routed", lower=True),
        Column("Router itself", lower=True),
        Column("Threshold"),
        Column("Picks", numeric=False),
    )
    caption = (
        f"{analysis.assumptions.per_month:,} prompts a month, against {analysis.baseline.said}. "
        "Small: 95 % intervals. In the order of the benchmarks, not of what is saved."
    )
    return Table("your-traffic", caption, columns, tuple(groups))


def groups_table(found: Groups, analysis: Analysis) -> Table:
    """A line per group, with the share that each router sends to a dearer LLM."""
    names = [name for name in analysis.ordered if not analysis.savings[name].is_baseline] or list(analysis.ordered)
    sent = {name: found.shares(analysis.disagreement.picks[name].escalated) for name in names}
    rows = tuple(
        (
            Cell(group.name, small=_cut(analysis.prompts[group.typical])),
            Cell(f"{group.size:,}", group.size, share(group.share)),
            *(Cell(f"{sent[name][at]:.0%}".replace("%", " %"), sent[name][at]) for name in names),
        )
        for at, group in enumerate(found.groups)
    )
    columns = (Column("Group, and its most typical prompt", numeric=False), Column("Prompts"), *map(Column, names))
    of = "" if len(found.places) == len(analysis.routed) else f", of a random {len(found.places):,} prompts"
    caption = f"Share of each group that a router sends to a dearer LLM{of}."
    return Table("your-groups", caption, columns, (("", rows),))


def month_figures(analysis: Analysis, saving: Saving) -> list[tuple[str, str, str]]:
    """Name, value and interval of the figures of one router, for a month."""
    month = analysis.assumptions.per_month
    saved, after, now = (times(one, month) for one in (saving.saving_usd, saving.after_usd, saving.now_usd))
    of_now = saving.saving_share
    return [
        ("sent to a dearer LLM", share(saving.share.value), shares(saving.share)),
        ("saved a month", dollars(saved.value), money_range(saved)),
        (
            "of the cost now",
            minus(share(of_now.value)) if of_now else "not known",
            minus(shares(of_now)) if of_now else "",
        ),
        ("cost a month, routed", dollars(after.value), money_range(after)),
        ("cost a month, now", dollars(now.value), money_range(now)),
        ("the router itself", dollars(saving.router_usd * month), "its time on this machine"),
    ]


def money_range(estimate: Estimate) -> str:
    """The 95 % interval of an amount; '' where there is none."""
    return dollar_range(estimate) if math.isfinite(estimate.low) else ""


def _saving_row(analysis: Analysis, name: str) -> tuple[Cell, ...]:
    saving, month = analysis.savings[name], analysis.assumptions.per_month
    saved, after = times(saving.saving_usd, month), times(saving.after_usd, month)
    of_now = saving.saving_share
    picked = [f"{llm} {share_in_words(part)}" for llm, part in saving.llms if part > 0]
    return (
        Cell(name),
        Cell(share(saving.share.value), saving.share.value, shares(saving.share)),
        _money_cell(saved),
        Cell(minus(share(of_now.value)), of_now.value, minus(shares(of_now))) if of_now else Cell("not known"),
        _money_cell(after),
        Cell(dollars(saving.router_usd * month), saving.router_usd),
        Cell("none") if saving.threshold is None else Cell(threshold(saving.threshold), saving.threshold),
        Cell(", ".join(picked)),
    )


def share_in_words(part: float) -> str:
    """A share as whole percent that is 0 and 100 only where it is."""
    whole = round(100 * part)
    return ">99 %" if whole == 100 and part < 1 else "<1 %" if whole == 0 and part > 0 else f"{whole} %"


def minus(text: str) -> str:
    """The text with minus signs where hyphens stand for them, as amounts have them."""
    return text.replace("-", "−")


def _money_cell(amount: Estimate) -> Cell:
    return Cell(dollars(amount.value), amount.value if math.isfinite(amount.value) else None, money_range(amount))


def _cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= SHOWN_CHARACTERS else f"{line[:SHOWN_CHARACTERS]} …"
