"""From the messages of OpenAI's API to what the engine asks."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Any

from api.chat_schema import SENT_ON, ChatBody, ImagePart, Message
from errors import BadInputError
from llms.attachment import MAX_FILE_BYTES, read_attachment
from llms.chat import Role
from llms.chat_request import ChatRequest, Turn
from llms.llm import LLM

DEFAULT_MAX_TOKENS = 4096
"""Tokens of an answer where the request sets no limit: enough for LLMs that think first."""

_ROLES: dict[str, Role] = {"developer": "system", "system": "system", "assistant": "assistant"}
_HTTPS = "https://"
_DATA = "data:"


def routed_text(messages: Sequence[Message], *, sticky: bool) -> str:
    """The text that the router judges: the first turn of the user, so that a conversation stays with its LLM.

    Args:
        messages: The conversation.
        sticky: Whether it shall stay; otherwise the last turn of the user is judged.

    Raises:
        BadInputError: The user has said nothing.
    """
    said = [message.text for message in messages if message.role == "user"]
    if not said:
        raise BadInputError("There is no message of the user.", "Add one, with the role user.")
    return said[0] if sticky else said[-1]


def has_images(messages: Sequence[Message]) -> bool:
    """Whether there is an image in a chat."""
    return any(isinstance(part, ImagePart) for message in messages for part in _parts(message))


def chat_request(body: ChatBody, llm: LLM) -> ChatRequest:
    """What the engine asks. Blocks while images are read: call it from a thread.

    Args:
        body: The request.
        llm: Who shall answer.

    Raises:
        BadInputError: An image cannot be used, or the LLM takes none.
    """
    if has_images(body.messages) and "image" not in llm.modalities:
        raise BadInputError(f"{llm.title} does not take images.", "Choose an LLM or a pool that does.")
    if llm.local and body.tools and body.tool_choice != "none":
        raise BadInputError(f"{llm.title} calls no tools.", "Choose an LLM or a pool that does, or offer no tools.")
    dumped = body.model_dump(include=set(SENT_ON), exclude_none=True, by_alias=True)
    return ChatRequest(
        llm.id,
        tuple(_turn(message) for message in body.messages),
        body.temperature,
        body.max_completion_tokens or body.max_tokens or DEFAULT_MAX_TOKENS,
        exact=tuple(_sent(message) for message in body.messages),
        options=dumped,
    )


def _turn(message: Message) -> Turn:
    """A message as far as the engine counts tokens; a tool's result is told by the user's side."""
    text = message.text
    if message.role == "tool":
        return Turn("user", text or "(nothing)")
    return Turn(_ROLES.get(message.role, "user"), text)


def _sent(message: Message) -> dict[str, Any]:
    sent = message.model_dump(exclude_none=True)
    for part in sent["content"] if isinstance(sent.get("content"), list) else ():
        if part["type"] == "image_url":
            part["image_url"]["url"] = _checked_image(part["image_url"]["url"])
    if message.role == "assistant":
        sent.setdefault("content", None)
    else:
        sent.setdefault("content", "")
    return sent


def _checked_image(url: str) -> str:
    """An image that may be sent: read and encoded anew here, or fetched by the provider itself."""
    if url.startswith(_HTTPS):
        return url
    head, _, text = url.partition(",")
    if not (head.startswith(_DATA) and head.endswith(";base64")):
        raise BadInputError("An image is neither a data URI nor an https address.", "Send data:image/png;base64,….")
    if len(text) > MAX_FILE_BYTES * 4 / 3 + 4:
        raise BadInputError("An image is too large.", f"Send at most {MAX_FILE_BYTES // 1024**2} MB.")
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadInputError("An image is not base64.", "Encode it again.") from None
    attachment = read_attachment(data, "The image")
    if attachment.kind != "image":
        raise BadInputError("An image is a PDF.", "Send PDFs to /route/with-file.")
    return attachment.data_uri


def _parts(message: Message) -> Sequence[object]:
    return message.content if isinstance(message.content, list) else ()
