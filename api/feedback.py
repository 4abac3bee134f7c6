"""`POST /api/feedback`: what a caller says of a decision or an answer, from their own product."""

from __future__ import annotations

import hashlib
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Request
from fastapi.openapi.models import Example
from pydantic import BaseModel, ConfigDict, Field

from api.prompt_field import PromptText
from api.request_frame import note
from api.strict_json import StrictRoute
from errors import BadInputError
from feedback.identity import identity_of
from feedback.opening import OpenStore
from feedback.visitor import pseudonym
from settings import Settings

_ID_DIGITS = 40
_SHA256 = r"^[0-9a-f]{64}$"


TierName = Literal["simple", "general", "reasoning"]
"""As `feedback.resolved_label.TIER_NAMES` has them, cheapest first."""

EXAMPLES: dict[str, Example] = {
    "correction": {
        "summary": "The route that a prompt should have got",
        "value": {
            "id": "order-4711-1",
            "kind": "correction",
            "prompt": "Where do swifts sleep in summer?",
            "should_be": "general",
            "router": "knn",
            "consent": False,
        },
    },
    "answer": {
        "summary": "Thumb, stars and a comment on an answer",
        "value": {
            "id": "order-4711-2",
            "kind": "completion",
            "subject": "answer-4711",
            "thumb": "up",
            "stars": 4,
            "comment": "Right, and short.",
            "llm": "gpt-4.1-nano",
        },
    },
    "decision": {
        "summary": "Thumb on a decision",
        "value": {
            "id": "order-4711-3",
            "kind": "decision",
            "subject": "decision-4711",
            "thumb": "down",
            "router": "knn",
        },
    },
}
"""What /docs offers to send."""


class FeedbackRequest(BaseModel):
    """A rating of an answer or a decision, or the route that a prompt should have got."""

    model_config = ConfigDict(extra="forbid", strict=True)

    id: str = Field(
        min_length=8,
        max_length=64,
        pattern=r"^[A-Za-z0-9._-]+$",
        description="idempotency key, made by you: the same one again is kept once",
        examples=["order-4711-1"],
    )
    kind: Literal["completion", "decision", "correction"] = Field(
        description="what it is about: an answer, a decision, or the route that the prompt should have got"
    )
    prompt: PromptText | None = Field(default=None, description="the prompt; its text is kept with `consent` only")
    prompt_sha256: Annotated[str, Field(pattern=_SHA256)] | None = Field(
        default=None, description="hash of the prompt in UTF-8, in place of the prompt"
    )
    consent: bool = Field(default=False, description="whether the text of the prompt may be kept")
    subject: str | None = Field(
        default=None,
        min_length=1,
        max_length=80,
        pattern=r"^[\x21-\x7e]+$",
        description="your id of the answer or the decision, for ratings",
    )
    thumb: Literal["up", "down"] | None = Field(default=None, description="`up` or `down`", examples=["up"])
    stars: int | None = Field(default=None, ge=1, le=5, description="1 to 5", examples=[4])
    comment: str = Field(default="", max_length=2_000, description="at most 2,000 characters")
    should_be: TierName | None = Field(
        default=None,
        description="for a correction, and only there: the cheapest tier whose LLM suffices, one of `simple` (a small, "
        "cheap LLM), `general` (a good all-round LLM) and `reasoning` (many steps of thinking); left out takes an "
        "earlier correction back",
        examples=["general"],
    )
    router: str = Field(default="", max_length=200, description="id of the router that decided")
    llm: str = Field(default="", max_length=200, description="id of the LLM that was picked or that answered")


class FeedbackResponse(BaseModel):
    """That it is kept."""

    new: bool = Field(description="false if the same id was kept before")


def feedback_routes(open_store: OpenStore, settings: Settings) -> APIRouter:
    """Routes that take feedback.

    Args:
        open_store: Gives the store.
        settings: Say who is who.
    """
    routes = APIRouter(tags=["feedback"], route_class=StrictRoute)

    @routes.post("/api/feedback", summary="Say what you think of a decision or an answer")
    def feedback(
        said: Annotated[FeedbackRequest, Body(openapi_examples=EXAMPLES)], request: Request
    ) -> FeedbackResponse:
        note(request, kind=said.kind)
        return FeedbackResponse(new=_keep(open_store, said, _author(request, settings)))

    return routes


def _author(request: Request, settings: Settings) -> str:
    """A pseudonym: of who has signed in or of a browser, else of the token or the address."""
    caller = str(request.scope.get("state", {}).get("caller", ""))
    if caller.startswith("token:"):
        return pseudonym("api", caller)
    return identity_of(settings).visitor(request.cookies, caller).author


def _keep(open_store: OpenStore, said: FeedbackRequest, author: str) -> bool:
    from feedback.label_records import Label, Rating
    from feedback.label_store import LabelStore  # SQLAlchemy: not while the app starts
    from feedback.resolved_label import TIER_NAMES
    from feedback.rows import sha256
    from router_models.prompts import clean_prompt

    prompt = None if said.prompt is None else clean_prompt(said.prompt)
    digest = said.prompt_sha256 or ("" if prompt is None else sha256(prompt))
    row_id = hashlib.sha256(f"{author}\n{said.id}".encode()).hexdigest()[:_ID_DIGITS]
    store = LabelStore(open_store().access)
    if said.kind != "correction":
        return store.save_rating(
            Rating(
                id=row_id,
                kind=said.kind,
                subject=_subject(said),
                author=author,
                thumb=said.thumb,
                stars=said.stars,
                comment=said.comment,
                prompt_sha256=digest,
                llm=said.llm,
                router=said.router,
            )
        )
    if prompt is None:
        raise BadInputError("A correction needs the prompt.", "Send `prompt`; without `consent` only its hash is kept.")
    tier = None if said.should_be is None else TIER_NAMES.index(said.should_be) + 1
    label = Label(
        id=row_id,
        prompt_sha256=sha256(prompt),
        annotator=author,
        verdict="undo" if tier is None else "route",
        tier=tier,
        comment=said.comment,
        panel_shown=True,
        source="correction",
        router=said.router,
    )
    return store.save_label(label, prompt=prompt, consent=said.consent)


def _subject(said: FeedbackRequest) -> str:
    if said.subject is None:
        raise BadInputError("A rating needs a `subject`.", "Send your own id of the answer or the decision.")
    if said.should_be is not None:
        raise BadInputError("`should_be` belongs to a correction.", "Send it with kind `correction`.")
    return said.subject
