"""What routers see of a request beside its prompt: those that read its facts are told, the others' results say so."""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Mapping, Sequence

from router_models.base import Router
from router_models.decision import RouterScore, Unavailable
from router_models.llm_router import LlmRouter
from router_models.request_facts import Attachment

UNSEEN: dict[Attachment, str] = {
    "image": "It does not see the attached image: it routed on the text alone.",
    "pdf": "It does not read the attached PDF: it routed on the prompt alone.",
}
KIND_ONLY: dict[Attachment, str] = {
    "image": "It knows that an image is attached, but does not see it.",
    "pdf": "It knows that a PDF is attached, but does not read it.",
}


def told_routers(
    routers: Mapping[str, Router], temperature: float | None, attachment: Attachment | None
) -> dict[str, Router]:
    """The routers that read a request's facts, told of them, by id; none where there is nothing to tell."""
    if temperature is None and attachment is None:
        return {}
    return {
        name: router.with_request(temperature, attachment)
        for name, router in routers.items()
        if isinstance(router, LlmRouter)
    }


def with_unseen(
    results: Sequence[RouterScore | Unavailable], attachment: Attachment, told: Container[str]
) -> tuple[RouterScore | Unavailable, ...]:
    """The results with a warning of what each router did not see of the attachment.

    Args:
        results: One per router.
        attachment: Kind of attachment.
        told: Ids of the routers that were told of it.
    """
    return tuple(
        result
        if isinstance(result, Unavailable)
        else dataclasses.replace(
            result, warnings=(*result.warnings, (KIND_ONLY if result.router in told else UNSEEN)[attachment])
        )
        for result in results
    )
