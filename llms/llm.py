"""One entry of the catalogue: an LLM as one provider serves it, with where each of its figures comes from."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Encoding = Literal["o200k_base", "cl100k_base"]
"""Tokenizers that can be run here; an LLM without one of them gets estimated token counts."""

Modality = Literal["text", "image", "audio", "video"]
"""What an LLM accepts as input; all of them answer in text."""

Text = Annotated[str, StringConstraints(min_length=1, strip_whitespace=True)]


class ListedPrice(BaseModel):
    """A price stated in the catalogue itself, for an LLM that genai-prices does not know.

    Attributes:
        input_usd_per_mtok: USD per million input tokens.
        output_usd_per_mtok: USD per million output tokens.
        as_of: Day on which the source showed this price.
        source: Address of the price list, or where else the figure comes from.
        note: What the reader must know beside the figures.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    input_usd_per_mtok: Annotated[Decimal, Field(ge=0)]
    output_usd_per_mtok: Annotated[Decimal, Field(ge=0)]
    as_of: date
    source: Text
    note: str = ""


class LLM(BaseModel):
    """An LLM that can serve a route.

    Attributes:
        id: Unique id in the catalogue; what pools, decisions and addresses of pages name.
        title: What people read.
        provider: Who serves it, under the id that genai-prices uses, or `local` for this process.
        model: The provider's own name for it, as its API expects it.
        context_tokens: Longest input in tokens.
        context_source: Where `context_tokens` is stated: `genai-prices` or an address.
        modalities: What it accepts.
        modalities_source: Address where `modalities` are stated.
        encoding: Its tokenizer where that can be run here; None means that token counts are estimates.
        reasoning: Whether it thinks before it answers by default, in hidden tokens that are billed as output.
        local: Whether it runs on this machine, without an API.
        price: Its price, only where genai-prices has none.
        price_provider: genai-prices' id of who bills it, where that is not `provider`.
        price_model: genai-prices' name for it, where that is not `model`.
        measured_as: Name under which routers learnt its measured outcomes; None where there are none of this release.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.\-]*$")]
    title: Text
    provider: Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9\-]*$")]
    model: Text
    context_tokens: Annotated[int, Field(gt=0)]
    context_source: Text
    modalities: Annotated[tuple[Modality, ...], Field(min_length=1)]
    modalities_source: Text
    encoding: Encoding | None = None
    reasoning: bool = False
    local: bool = False
    price: ListedPrice | None = None
    price_provider: Text | None = None
    price_model: Text | None = None
    measured_as: Text | None = None
