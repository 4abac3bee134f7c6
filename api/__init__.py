"""The JSON API, beside the pages."""

from __future__ import annotations

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware

from api.asking import Asker
from api.budget_header import BUDGET_HEADER
from api.chat import chat_routes
from api.chat_models import chat_model_routes
from api.decide import decide_routes
from api.doorkeeper import Doorkeeper
from api.error_docs import OPENAI_ERRORS, PROBLEMS
from api.feedback import feedback_routes
from api.health import health_routes
from api.info import app_version, info_routes
from api.mcp_tools import install_mcp
from api.metrics import Metrics
from api.metrics_page import metrics_routes
from api.models import model_routes
from api.predict import CACHE_HEADER
from api.problems import ID_HEADER, install_problem_handlers
from api.request_frame import OpenRequests, RequestFrame
from api.route import route_routes
from api.router_headers import DECISION_HEADERS
from api.routers import router_routes
from api.scores import Scores
from feedback.opening import OpenStore, copy_status_of
from feedback.usage import Usage
from llms.completions import Completions
from router_models.panel import RouterPanel
from settings import Settings

__all__ = ["install_api"]

PREDICT = "/predict"
_DESCRIPTION = (
    "The routers of the playground from code: decisions (`/predict`, `/api/decide`), answers (`/route`), and an "
    "OpenAI-compatible API (`/v1`), whose model names choose router, operating point and pool. Nothing needs a key as "
    "long as the pool is `local`."
)


def install_api(
    app: FastAPI,
    panel: RouterPanel,
    completions: Completions,
    settings: Settings,
    usage: Usage | None = None,
    open_store: OpenStore | None = None,
) -> None:
    """Adds the JSON API to an app: to be called before the pages are mounted at `/`.

    Args:
        app: The app.
        panel: The routers.
        completions: Asks LLMs; the pages' own.
        settings: Tokens, limits and keys.
        usage: Where decisions and answers are recorded, and the budget; None records nothing.
        open_store: Gives the store of feedback; None takes no feedback.

    Raises:
        UnavailableError: The settings want tools of the Model Context Protocol, whose package is not installed.
    """
    app.version, app.description = app_version(), _DESCRIPTION
    metrics, open_requests = Metrics(), OpenRequests()
    usage = usage or Usage(panel, settings)

    def predicting() -> int:
        return open_requests.count(PREDICT)

    scores = Scores(panel, metrics, predicting, settings.api_cached_scores, settings.concurrency)
    asker = Asker(panel, completions, scores, metrics, settings, usage)
    install_problem_handlers(app)
    for routes in (
        health_routes(panel, usage, copy_status_of(open_store)),
        *([feedback_routes(open_store, settings)] if open_store else []),
        decide_routes(panel, scores, metrics, usage),
        router_routes(panel),
        model_routes(asker),
        route_routes(asker),
        info_routes(app),
        metrics_routes(metrics, usage),
    ):
        app.include_router(routes, responses=PROBLEMS)
    for routes in (chat_routes(asker), chat_model_routes(asker)):
        app.include_router(routes, responses=OPENAI_ERRORS)
    if settings.mcp_server:
        install_mcp(app, panel, scores, metrics, settings, usage)
    # What is added last comes first: a refused request has its id and its line in the log too.
    app.add_middleware(
        Doorkeeper,
        tokens=settings.api_tokens,
        per_minute=settings.api_requests_per_minute,
        body_mib=settings.api_body_mib,
    )
    app.add_middleware(RequestFrame, metrics=metrics, open_requests=open_requests, log_prompts=settings.log_prompts)
    if settings.api_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.api_origins,
            allow_methods=["GET", "POST"],
            allow_headers=["*"],
            expose_headers=[ID_HEADER, CACHE_HEADER, BUDGET_HEADER, *DECISION_HEADERS],
        )
