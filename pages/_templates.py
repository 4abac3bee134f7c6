"""HTML for the pages from Jinja2 templates; everything a user or an LLM wrote is escaped."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from llms.cost import format_usd

TEMPLATES = Path(__file__).resolve().parent / "templates"


def render(template: str, **values: object) -> str:
    """Renders `templates/<template>` with autoescape on; a missing value is an error, not an empty string."""
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(
        percent=percent, milliseconds=milliseconds, usd=usd, figure=figure, first_clause=first_clause
    )
    return environment


def percent(share: float) -> str:
    """A share in [0, 1] as whole percent, `71 %`; only 0 and 1 themselves are written as 0 and 100."""
    whole = round(share * 100)
    if whole == 100 and share < 1:
        return ">99 %"
    if whole == 0 and share > 0:
        return "<1 %"
    return f"{whole} %"


def milliseconds(duration_ms: float) -> str:
    """A duration in ms with as many digits as matter: `0.04 ms`, `3.9 ms`, `128 ms`."""
    if duration_ms < 0.095:
        return f"{duration_ms:.2f} ms"
    return f"{duration_ms:.1f} ms" if duration_ms < 99.5 else f"{duration_ms:,.0f} ms"


def usd(amount: Decimal | None) -> str:
    """An amount of money as the whole app writes it."""
    return format_usd(amount)


def figure(value: float) -> str:
    """A measured figure with three digits after the point, `0.859`."""
    return f"{value:.3f}"


def first_clause(sentence: str) -> str:
    """A sentence up to its first colon or semicolon, for where the rest is said elsewhere."""
    return re.split(r"[:;]", sentence, maxsplit=1)[0].rstrip(".")
