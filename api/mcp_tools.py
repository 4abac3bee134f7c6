"""`decide` and `predict` as tools of the Model Context Protocol at /api/mcp, behind the same tokens and limits.

Gradio can serve tools too, but its extra for that wants an older pydantic than the app, and its tools would go past the
doorkeeper.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from ipaddress import ip_address
from typing import Annotated, Any

from fastapi import FastAPI
from pydantic import Field

from api.decide import DecideRequest, DecideResponse, decide_on
from api.metrics import Metrics
from api.predict import DEFAULT_ROUTER, Prediction, PredictRequest, predict_one
from api.scores import Scores
from errors import UnavailableError
from feedback.usage import Usage
from router_models.panel import RouterPanel
from settings import Settings

MCP_PATH = "/api/mcp"

_INSTRUCTIONS = "Routers decide which LLM should answer a prompt; no LLM is asked to answer."


def install_mcp(
    app: FastAPI, panel: RouterPanel, scores: Scores, metrics: Metrics, settings: Settings, usage: Usage
) -> None:
    """Adds the tools to an app.

    Args:
        app: The app.
        panel: The routers.
        scores: Asks them.
        metrics: Where decisions are counted.
        settings: Where the app listens: on this machine only, requests under foreign host names are refused.
        usage: Where decisions are recorded, and the budget.

    Raises:
        UnavailableError: The package mcp is not installed.
    """
    try:
        from mcp.server.fastmcp import FastMCP
        from mcp.server.transport_security import TransportSecuritySettings
    except ImportError as error:
        raise UnavailableError(
            "MCP_SERVER is on, but the package mcp is not installed.", "Run `pip install mcp==1.30.0`, or unset it."
        ) from error
    public = (
        None if _is_this_machine(settings.host) else TransportSecuritySettings(enable_dns_rebinding_protection=False)
    )
    server = FastMCP(
        app.title,
        _INSTRUCTIONS,
        streamable_http_path=MCP_PATH,
        stateless_http=True,
        json_response=True,
        transport_security=public,
    )

    @server.tool()
    async def decide(
        prompt: Annotated[str, Field(description="the prompt to route")],
        routers: Annotated[list[str] | None, Field(description="router ids; all that ask no LLM if left out")] = None,
        pool: Annotated[str | None, Field(description="which LLM serves each route: a pool's short name")] = None,
        cost_weight: Annotated[float, Field(ge=0, le=1, description="how much a dear LLM must be worth")] = 0.0,
    ) -> DecideResponse:
        """Every router's decision on a prompt: route, LLM, probabilities, estimated cost in USD and the reason."""
        asked = DecideRequest(prompt=prompt, routers=routers, pool=pool, cost_weight=cost_weight)
        return await asyncio.to_thread(decide_on, panel, scores, metrics, usage, asked, MCP_PATH)

    @server.tool()
    async def predict(
        text: Annotated[str, Field(description="the text to score")],
        router: Annotated[str, Field(description="router id")] = DEFAULT_ROUTER,
        threshold: Annotated[float | None, Field(ge=0, le=1, description="the router's own if left out")] = None,
    ) -> Prediction:
        """One router's score for a text, from 0 (a weak LLM will do) to 1 (it needs a strong one)."""
        asked = PredictRequest(text=text, router=router, threshold=threshold)
        return await predict_one(panel, scores, metrics, usage, asked, MCP_PATH)

    app.router.routes.extend(server.streamable_http_app().routes)
    before = app.router.lifespan_context

    @asynccontextmanager
    async def running(served: FastAPI) -> AsyncIterator[Any]:
        async with before(served) as state, server.session_manager.run():
            yield state

    app.router.lifespan_context = running


def _is_this_machine(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
