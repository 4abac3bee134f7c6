"""What can be told of a request without understanding it: length, structure, creativity and attachment."""

from __future__ import annotations

import re
from dataclasses import dataclass

from llms.attachment import AttachmentKind
from llms.tokens import count_tokens

Attachment = AttachmentKind
"""What is told of an attachment: its kind, not its content."""

# Indentation is blanks without line breaks: with them, each of n empty lines would be read to the end of all n.
_CODE = re.compile(r"```|^[^\S\n]*(?:def |class |import |#include|SELECT |function )|[;{}]\s*$|</\w+>", re.MULTILINE)
_ITEM = re.compile(r"^[^\S\n]*(?:[-*•]|\d+[.)])\s+\S", re.MULTILINE)
_QUESTION = re.compile(r"[?？؟]")


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """Facts of one request; `str()` words them for an LLM.

    Attributes:
        tokens: Length of the prompt in tokens of o200k_base.
        code: Whether it holds code or markup.
        items: Number of list items.
        questions: Number of question marks.
        temperature: Sampling temperature asked for; None if not stated.
        attachment: Kind of attachment; None without.
    """

    tokens: int
    code: bool
    items: int
    questions: int
    temperature: float | None = None
    attachment: Attachment | None = None

    def __str__(self) -> str:
        """One line of facts; those that are not known are left out."""
        facts = [
            f"{self.tokens} tokens",
            "with code" if self.code else "no code",
            f"{self.items} list items",
            f"{self.questions} questions",
        ]
        if self.temperature is not None:
            facts.append(f"temperature {self.temperature:g}")
        if self.attachment is not None:
            facts.append(f"{self.attachment} attached")
        return f"({', '.join(facts)})"


def read_facts(prompt: str, temperature: float | None = None, attachment: Attachment | None = None) -> RequestFacts:
    """Reads the facts of a prompt and adds what the request says beside it."""
    return RequestFacts(
        tokens=count_tokens(prompt, "o200k_base").tokens,
        code=bool(_CODE.search(prompt)),
        items=len(_ITEM.findall(prompt)),
        questions=len(_QUESTION.findall(prompt)),
        temperature=temperature,
        attachment=attachment,
    )
