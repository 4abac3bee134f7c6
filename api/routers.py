"""`GET /api/routers`: the routers and their cards."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from router_models.card import RouterCard
from router_models.panel import RouterPanel


class RouterView(BaseModel):
    """A router: what it is, and how it is."""

    id: str
    title: str
    family: str
    routes: list[str] = Field(description="cheapest first")
    state: str = Field(description="'ready', 'not loaded yet', 'loads when asked', or why it is unavailable")
    asks_llm: bool = Field(description="whether it waits for an LLM, so that it runs only when it is named")
    card: RouterCard = Field(description="method, data, licence, figures with intervals, calibration error")


class Routers(BaseModel):
    """All routers, in panel order."""

    routers: list[RouterView]


def router_routes(panel: RouterPanel) -> APIRouter:
    """Routes that say what routers there are."""
    routes = APIRouter(tags=["decisions"])

    @routes.get("/api/routers", summary="The routers and their cards")
    async def routers() -> Routers:
        states = panel.status()
        return Routers(routers=[_view(panel, name, states[name]) for name in panel.ids])

    @routes.get("/api/routers/{router_id}", summary="One router and its card")
    async def one_router(router_id: str) -> RouterView:
        return _view(panel, panel[router_id].id, panel.status()[router_id])

    return routes


def _view(panel: RouterPanel, name: str, state: str) -> RouterView:
    router = panel[name]
    return RouterView(
        id=router.id,
        title=router.title,
        family=router.family,
        routes=list(router.routes),
        state=state,
        asks_llm=router.waits,
        card=router.card,
    )
