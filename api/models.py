"""`GET /models`: the catalogue with prices, and what can be asked now."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.asking import Asker
from api.caller_keys import caller_keys
from api.pools import all_pools, short_name
from llms.llm import LLM, Modality
from llms.prices import price_of


class LlmView(BaseModel):
    """An LLM of the catalogue."""

    id: str
    title: str
    provider: str
    model: str = Field(description="the provider's own name for it")
    context_tokens: int = Field(description="longest input in tokens")
    modalities: list[Modality]
    reasoning: bool = Field(description="whether it thinks first, in hidden tokens that are billed as output")
    local: bool = Field(description="whether it runs on this machine")
    input_usd_per_mtok: float | None = Field(description="USD per million input tokens; null: no price is known")
    output_usd_per_mtok: float | None = Field(description="USD per million output tokens; null: no price is known")
    price_as_of: date | None = Field(description="day of the price list")
    price_note: str
    callable: bool = Field(description="whether it can be asked now, with the keys of this request and of the app")
    why_not: str | None = Field(description="why it cannot be asked")


class PoolView(BaseModel):
    """Which LLM serves each route."""

    name: str
    short_name: str = Field(description="as `pool=` in a model name takes it")
    serves: dict[str, str] = Field(description="LLM id by route")
    callable: bool = Field(description="whether every LLM of it can be asked now")


class Models(BaseModel):
    """The catalogue and the pools."""

    models: list[LlmView]
    pools: list[PoolView]


def model_routes(asker: Asker) -> APIRouter:
    """Routes that say what LLMs there are."""
    routes = APIRouter(tags=["answers"])

    @routes.get("/models", summary="The LLMs with their prices, and which can be asked now")
    def models(request: Request) -> Models:
        keys = caller_keys(request, asker.settings)
        why = {llm.id: asker.why_not(llm.id, keys) for llm in asker.catalogue.llms}
        return Models(
            models=[
                _view(asker, llm, None if why[llm.id] is None else str(why[llm.id])) for llm in asker.catalogue.llms
            ],
            pools=[
                PoolView(
                    name=pool.name,
                    short_name=short_name(pool),
                    serves=dict(pool.serves),
                    callable=all(why[llm] is None for llm in pool.serves.values()),
                )
                for pool in all_pools(asker.catalogue)
            ],
        )

    return routes


def _view(asker: Asker, llm: LLM, why_not: str | None) -> LlmView:
    price = price_of(asker.catalogue, llm.id)
    return LlmView(
        id=llm.id,
        title=llm.title,
        provider=llm.provider,
        model=llm.model,
        context_tokens=llm.context_tokens,
        modalities=list(llm.modalities),
        reasoning=llm.reasoning,
        local=llm.local,
        input_usd_per_mtok=None if price is None else float(price.input_usd_per_mtok),
        output_usd_per_mtok=None if price is None else float(price.output_usd_per_mtok),
        price_as_of=None if price is None else price.as_of,
        price_note="" if price is None else price.note,
        callable=why_not is None,
        why_not=why_not,
    )
