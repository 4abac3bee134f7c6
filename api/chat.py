"""The OpenAI-compatible API: `POST /v1/chat/completions` and `GET /v1/models`.

A conversation stays with its LLM, because the router judges its first turn of the user, whatever has been said since:
nothing is remembered, so this holds over restarts and several processes. `x-router-sticky: false` judges the last turn
instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Annotated, Any

from fastapi import APIRouter, Header, Request, Response
from fastapi.responses import JSONResponse, StreamingResponse

from api.asking import Asker, Routed
from api.caller_keys import caller_keys
from api.chat_answers import Envelope, events
from api.chat_request import chat_request, has_images, routed_text
from api.chat_schema import ChatBody
from api.model_names import read_model_name
from api.request_frame import note
from api.router_headers import router_headers
from api.strict_json import StrictRoute
from llms.chat_request import ChatRequest
from llms.completion import Completion
from llms.keys import Keys
from router_models.request_facts import Attachment

_STREAM = "text/event-stream"
_STICKY = Header(
    alias="x-router-sticky",
    description="false: the router judges the last turn of the user, not the first, so that a conversation may change "
    "its LLM",
)


def chat_routes(asker: Asker) -> APIRouter:
    """Routes that OpenAI's clients call.

    Args:
        asker: Routes and asks.
    """
    routes = APIRouter(tags=["OpenAI-compatible"], route_class=StrictRoute)

    @routes.post(
        "/v1/chat/completions",
        summary="A chat completion by the LLM that a router picks",
        response_model=dict[str, Any],
        responses={200: {"content": {_STREAM: {}}, "description": "A chat completion, or with `stream` its chunks"}},
    )
    async def chat_completions(body: ChatBody, request: Request, sticky: Annotated[bool, _STICKY] = True) -> Response:
        keys = caller_keys(request, asker.settings, bearer=True)
        routed, chat = await asyncio.to_thread(_prepare, asker, body, keys, sticky=sticky)
        if routed is not None:
            note(request, router=routed.decision.router, route=routed.decision.route)
        note(request, llm=chat.llm, prompt=body.messages[-1].text)
        envelope = Envelope(chat.llm)
        if not body.stream:
            answer = await asker.whole_answer(request, chat, keys, routed)
            return JSONResponse(envelope.whole(answer), headers=router_headers(chat.llm, routed, answer))
        snapshots = asker.answer(request, chat, keys, routed)
        first = await _first(snapshots)
        with_usage = bool(body.stream_options and body.stream_options.include_usage)
        stream = _closing(events(envelope, first, snapshots, with_usage=with_usage), snapshots)
        headers = router_headers(chat.llm, routed) | {"cache-control": "no-cache", "x-accel-buffering": "no"}
        return StreamingResponse(stream, headers=headers, media_type=_STREAM)

    return routes


def _prepare(asker: Asker, body: ChatBody, keys: Keys, *, sticky: bool) -> tuple[Routed | None, ChatRequest]:
    """Who shall answer, and what is asked; blocks while the router runs."""
    wanted = read_model_name(body.model, asker.panel.ids, asker.catalogue)
    if isinstance(wanted, str):
        return None, chat_request(body, asker.catalogue[wanted])
    text = routed_text(body.messages, sticky=sticky)
    attachment: Attachment | None = "image" if has_images(body.messages) else None
    routed = asker.route(text, wanted, keys, temperature=body.temperature, attachment=attachment)
    return routed, chat_request(body, asker.catalogue[routed.decision.llm])


async def _first(snapshots: AsyncGenerator[Completion]) -> Completion:
    """The first snapshot that says something; until it has come, a failure can still be told by the status.

    Raises:
        PlaygroundError: Nothing came.
    """
    first = None
    async for first in snapshots:
        if first.text or first.reasoning or first.tool_calls or first.done:
            break
    if first is None:
        raise RuntimeError("an answer without an end")
    if first.failure is not None and first.stop == "failed":
        await snapshots.aclose()
        raise first.failure
    return first


async def _closing(stream: AsyncIterator[bytes], snapshots: AsyncGenerator[Completion]) -> AsyncIterator[bytes]:
    """The stream, after which the request to the LLM is closed however it ended."""
    async with aclosing(snapshots):
        async for event in stream:
            yield event
