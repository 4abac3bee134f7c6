"""Answers over HTTP: `POST /route` lets a router pick the LLM and returns its answer, with or without a file."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, File, Form, Request, Response, UploadFile
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from api.asking import Asker, Routed, Wish
from api.budget_header import budget_headers
from api.caller_keys import caller_keys
from api.decide import COST_WEIGHT, POOL_SAID
from api.decision_view import DecisionView, view_of
from api.predict import CACHE_HEADER, DEFAULT_ROUTER
from api.prompt_field import PromptText
from api.request_frame import note
from api.strict_json import StrictRoute, read_json
from errors import BadInputError
from llms.attachment import MAX_FILE_BYTES, Attachment, read_attachment
from llms.chat_request import MAX_TOKENS, ChatRequest, Turn
from llms.completion import Completion
from llms.keys import Keys
from llms.refusals import HIGHEST_TEMPERATURE, LONGEST_ANSWER_TOKENS
from router_models.prompts import clean_prompt


class RouteRequest(BaseModel):
    """A prompt to answer."""

    model_config = ConfigDict(extra="forbid", strict=True)

    prompt: PromptText = Field(examples=["What is the capital of Finland?"])
    temperature: float | None = Field(
        default=None,
        ge=0,
        le=HIGHEST_TEMPERATURE,
        allow_inf_nan=False,
        description="sampling temperature, 0 to 2; the provider's own if left out",
    )
    max_tokens: int = Field(
        default=MAX_TOKENS,
        ge=1,
        le=LONGEST_ANSWER_TOKENS,
        description="longest answer in tokens, hidden reasoning not counted",
    )
    router: str = Field(default=DEFAULT_ROUTER, description="router id; GET /api/routers lists them")
    threshold: float | None = Field(
        default=None, ge=0, le=1, allow_inf_nan=False, description="operating point, for routers with two routes"
    )
    cost_weight: float = COST_WEIGHT
    pool: str | dict[str, str] | None = Field(
        default=None,
        description=f"{POOL_SAID}; if left out, the first pool of which every LLM can be asked with the keys at "
        "hand, else `local`, which needs none",
        examples=["local"],
    )
    openai_api_key: SecretStr | None = Field(
        default=None, description="goes before the header x-openai-api-key and the environment; never stored or logged"
    )


class UsageView(BaseModel):
    """Tokens of an answer."""

    input_tokens: int
    output_tokens: int = Field(description="hidden reasoning included")
    reasoning_tokens: int
    cached_tokens: int = Field(description="input tokens that the provider had cached")
    counted_here: bool = Field(description="whether they were counted here, as the provider reported none")


class RouteResponse(BaseModel):
    """An LLM's answer, and how it came to be asked."""

    response: str = Field(description="the answer")
    selected_model: str = Field(description="id of the LLM that the router picked")
    answered_by: str = Field(description="the provider's own name of the LLM that really answered")
    finish_reason: str = Field(description="stop, length or filter")
    file_processed: bool = Field(description="whether a file was read and sent along")
    file_processing_error: str | None = Field(description="why not; a file that cannot be read is refused with 422")
    file_note: str = Field(description="what of the file is missing or changed; may be empty")
    decision: DecisionView
    pool: str = Field(description="name of the pool whose LLM was picked")
    usage: UsageView | None
    cost_usd: float | None = Field(description="what the answer cost, in USD; null where no price is known")
    cost_note: str
    latency_ms: float = Field(description="from the request to the end of the answer, in ms, routing included")
    first_token_ms: float | None


class UnreadableFileError(BadInputError):
    """A file that cannot be sent along."""

    @property
    def members(self) -> dict[str, object]:
        """What the problem document says beside the two sentences."""
        return {"file_processed": False, "file_processing_error": self.what}


def route_routes(asker: Asker) -> APIRouter:
    """Routes that answer prompts.

    Args:
        asker: Routes and asks.
    """
    routes = APIRouter(tags=["answers"], route_class=StrictRoute)

    @routes.post("/route", summary="An answer by the LLM that a router picks")
    async def route(asked: RouteRequest, request: Request, response: Response) -> RouteResponse:
        return await _answer(asker, asked, request, response, None)

    @routes.post("/route/with-file", summary="The same about an image or a PDF")
    async def route_with_file(
        request: Request,
        response: Response,
        prompt: Annotated[PromptText, Form()],
        file: Annotated[UploadFile, File(description="PNG, JPEG, WebP, GIF or PDF, at most 20 MB")],
        temperature: Annotated[float | None, Form(ge=0, le=HIGHEST_TEMPERATURE, allow_inf_nan=False)] = None,
        max_tokens: Annotated[int, Form(ge=1, le=LONGEST_ANSWER_TOKENS)] = MAX_TOKENS,
        router: Annotated[str, Form()] = DEFAULT_ROUTER,
        threshold: Annotated[float | None, Form(ge=0, le=1, allow_inf_nan=False)] = None,
        cost_weight: Annotated[float, Form(ge=0, le=1, allow_inf_nan=False)] = 0.0,
        pool: Annotated[str | None, Form(description="name of a pool, or a JSON object of route → LLM id")] = None,
        openai_api_key: Annotated[SecretStr | None, Form()] = None,
    ) -> RouteResponse:
        asked = RouteRequest(
            prompt=prompt,
            temperature=temperature,
            max_tokens=max_tokens,
            router=router,
            threshold=threshold,
            cost_weight=cost_weight,
            pool=_pool(pool),
            openai_api_key=openai_api_key,
        )
        clean_prompt(prompt)  # a wrong prompt is told before a file is read
        data = await file.read(MAX_FILE_BYTES + 1)
        return await _answer(asker, asked, request, response, await asyncio.to_thread(_read, data, file.filename or ""))

    return routes


async def _answer(
    asker: Asker, asked: RouteRequest, request: Request, response: Response, attachment: Attachment | None
) -> RouteResponse:
    loop = asyncio.get_running_loop()
    start = loop.time()
    body_key = asked.openai_api_key.get_secret_value() if asked.openai_api_key else None
    keys = caller_keys(request, asker.settings, body_key=body_key)
    note(request, prompt=asked.prompt)
    routed = await asyncio.to_thread(_route, asker, asked, keys, attachment)
    decision = routed.decision
    note(request, router=decision.router, route=decision.route, llm=decision.llm)
    turn = Turn("user", clean_prompt(asked.prompt), attachment)
    chat = ChatRequest(decision.llm, (turn,), asked.temperature, asked.max_tokens)
    answer = await asker.whole_answer(request, chat, keys, routed)
    response.headers[CACHE_HEADER] = "hit" if routed.cached else "miss"
    response.headers.update(budget_headers([decision]))
    return _response(routed, answer, attachment, (loop.time() - start) * 1000)


def _route(asker: Asker, asked: RouteRequest, keys: Keys, attachment: Attachment | None) -> Routed:
    wish = Wish(asked.router, asked.pool, asked.cost_weight, asked.threshold)
    kind = None if attachment is None else attachment.kind
    return asker.route(asked.prompt, wish, keys, temperature=asked.temperature, attachment=kind)


def _response(routed: Routed, answer: Completion, attachment: Attachment | None, latency_ms: float) -> RouteResponse:
    usage, cost = answer.usage, answer.cost
    return RouteResponse(
        response=answer.text,
        selected_model=routed.decision.llm,
        answered_by=answer.answered_by or routed.decision.llm,
        finish_reason=answer.stop or "stop",
        file_processed=attachment is not None,
        file_processing_error=None,
        file_note="" if attachment is None else attachment.note,
        decision=view_of(routed.decision),
        pool=routed.pool.name,
        usage=None
        if usage is None
        else UsageView(
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            reasoning_tokens=usage.reasoning_tokens,
            cached_tokens=usage.cached_tokens,
            counted_here=usage.counted,
        ),
        cost_usd=None if cost is None or cost.usd is None else float(cost.usd),
        cost_note="" if cost is None else cost.note,
        latency_ms=latency_ms,
        first_token_ms=answer.first_token_ms,
    )


def _read(data: bytes, name: str) -> Attachment:
    try:
        return read_attachment(data, name)
    except BadInputError as error:
        raise UnreadableFileError(error.what, error.mend) from error


def _pool(text: str | None) -> str | dict[str, str] | None:
    """A pool as a form writes it: a name, or JSON."""
    if text is None or not text.lstrip().startswith("{"):
        return text or None
    serves: Any = read_json(text.encode("utf-8", "replace"))
    if not isinstance(serves, dict) or not all(isinstance(llm, str) for llm in serves.values()):
        raise BadInputError("The pool is no object of route → LLM id.", 'Write it as {"weak": "…", "strong": "…"}.')
    return serves
