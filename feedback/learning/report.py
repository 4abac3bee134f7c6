"""Before and after learning, as it is kept with a version and shown: figures, curves, and one honest sentence."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from feedback.version_records import BrokenVersionError

Verdict = Literal["better", "worse", "within noise"]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Interval(_Frozen):
    """A figure with its 95 % bootstrap interval; None where the labels do not say."""

    value: float | None
    low: float | None
    high: float | None


class Compared(_Frozen):
    """One figure before and after, and the difference on the same resampled labels."""

    metric: str
    before: Interval
    after: Interval
    difference: Interval
    lower_is_better: bool = False
    neutral: bool = Field(default=False, description="whether more is neither better nor worse, as with escalation")


class Side(_Frozen):
    """One curve with its band: share of held-out labels served, by share escalated."""

    quality: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    share_at: float = Field(description="share escalated at the router's own operating point")
    quality_at: float = Field(description="share served there")


class Report(_Frozen):
    """What learning changed, on labels that were held out from it.

    Attributes:
        headline: The figure that the verdict is about.
        shares: Shares escalated at which both curves are given.
        random: Whether the held-out prompts came up at random.
        by_tier, by_source: Labels used, learning and held out together.
        caveats: Sentences that must be read with the figures.
    """

    verdict: Verdict
    sentence: str
    headline: str
    figures: tuple[Compared, ...]
    shares: tuple[float, ...]
    before: Side
    after: Side
    learning: int
    held_out: int
    random: bool
    by_tier: dict[str, int]
    by_source: dict[str, int]
    target: str = ""
    caveats: tuple[str, ...] = ()

    def figure(self, metric: str) -> Compared:
        """The figure of that name."""
        return next(figure for figure in self.figures if figure.metric == metric)


def read_report(text: str) -> Report:
    """Reads the report of a version.

    Raises:
        BrokenVersionError: It is not one.
    """
    try:
        return Report.model_validate_json(text)
    except ValidationError as error:
        raise BrokenVersionError(
            "The figures of this version cannot be read.", "Let the router learn again, or choose another version."
        ) from error
