"""`GET /v1/models`: the model names that can be asked for now, in OpenAI's shape."""

from __future__ import annotations

from typing import Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from api.asking import Asker, Wish
from api.caller_keys import caller_keys
from api.model_names import ROUTER, read_model_name
from llms.keys import Keys

_OWNER = "router-playground"


class ModelView(BaseModel):
    """A name that the field `model` of a chat may hold."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0
    owned_by: str = Field(description="the provider of an LLM; router-playground for a router")


class ModelList(BaseModel):
    """Routers first, then the LLMs that can be asked with the keys at hand."""

    object: Literal["list"] = "list"
    data: list[ModelView]


def chat_model_routes(asker: Asker) -> APIRouter:
    """Routes that list model names."""
    routes = APIRouter(tags=["OpenAI-compatible"])

    @routes.get("/v1/models", summary="Model names: routers, and the LLMs that can be asked now")
    def models(request: Request) -> ModelList:
        keys = caller_keys(request, asker.settings, bearer=True)
        routers = [ROUTER, *(f"{ROUTER}-{name}" for name in asker.panel.ids)]
        return ModelList(data=[_router(name) for name in routers] + [_llm(asker, name) for name in _llms(asker, keys)])

    @routes.get("/v1/models/{name}", summary="One model name, which may hold a threshold, a cost weight and a pool")
    def model(name: str) -> ModelView:
        wanted = read_model_name(name, asker.panel.ids, asker.catalogue)
        return _router(name) if isinstance(wanted, Wish) else _llm(asker, wanted)

    return routes


def _llms(asker: Asker, keys: Keys) -> list[str]:
    return [llm.id for llm in asker.catalogue.llms if asker.why_not(llm.id, keys) is None]


def _router(name: str) -> ModelView:
    return ModelView(id=name, owned_by=_OWNER)


def _llm(asker: Asker, llm_id: str) -> ModelView:
    return ModelView(id=llm_id, owned_by=asker.catalogue[llm_id].provider)
