"""What is asked of an LLM: the turns of a chat, perhaps with an attachment."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from llms.attachment import Attachment, PdfAttachment
from llms.chat import Role
from llms.tokens import sendable

MAX_TOKENS = 1024
"""Tokens of an answer, unless another limit is asked for."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn of a chat.

    Attributes:
        role: Who speaks.
        text: What is said.
        attachment: What came with it: an image, or a PDF, whose text is put in front of `text`.
    """

    role: Role
    text: str
    attachment: Attachment | None = None

    @property
    def whole_text(self) -> str:
        """The text as it is sent, with a PDF's in front."""
        if not isinstance(self.attachment, PdfAttachment):
            return sendable(self.text)
        pdf = self.attachment
        pages = f"{pdf.pages} page{'' if pdf.pages == 1 else 's'}"
        read = pages if pdf.pages_read == pdf.pages else f"the first {pdf.pages_read} of {pages}"
        title = f"Text of the attached PDF “{pdf.name}”, {read}:"
        return sendable("\n\n".join((title, pdf.text, "End of the PDF.", self.text)))


@dataclass(frozen=True, slots=True)
class ChatRequest:
    """A chat that one LLM shall continue.

    Attributes:
        llm: Its id in the catalogue, or of the user's own endpoint.
        turns: The chat; the last turn is the user's.
        temperature: From 0 to 2; None is the provider's own, and LLMs that take none get none.
        max_tokens: Longest answer, without hidden reasoning.
        exact: The chat as a caller of the JSON API wrote it, sent instead of `turns`, which cannot hold all of it
            (calls of tools, several images); `turns` are then its texts, which tokens are counted by.
        options: Further fields of the request, sent as they are, such as `tools`.
    """

    llm: str
    turns: tuple[Turn, ...] = field(repr=False)
    temperature: float | None = None
    max_tokens: int = MAX_TOKENS
    exact: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)


def messages(turns: Sequence[Turn]) -> list[dict[str, Any]]:
    """The turns as chat completion APIs take them: an image as a data URI in front of its text."""
    return [{"role": turn.role, "content": _content(turn)} for turn in turns]


def _content(turn: Turn) -> str | list[dict[str, Any]]:
    if turn.attachment is None or turn.attachment.kind == "pdf":
        return turn.whole_text
    image = {"type": "image_url", "image_url": {"url": turn.attachment.data_uri}}
    return [image, {"type": "text", "text": turn.whole_text}]
