"""What is sent: a prompt to be answered, or a weak answer and its reference to a judge, in one of two orders."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field

from feedback.judge_plan import Order
from feedback.judge_rubric import instructions
from feedback.rows import sha256
from llms.chat_request import Turn

REPAIR = """\
That was not in the form that was asked for. Answer with one JSON object and nothing else, rating a whole number from \
1 to 5:
{"rationale": "<one or two sentences>", "rating": <number>}"""
_QUOTED_CHARACTERS = 2_000


@dataclass(frozen=True, slots=True)
class Pair:
    """A weak answer and what it is held against."""

    prompt: str = field(repr=False)
    weak: str = field(repr=False)
    reference: str = field(repr=False)

    @property
    def hashes(self) -> tuple[str, str, str]:
        """Hashes of prompt, weak answer and reference, as the store knows them."""
        return sha256(self.prompt), sha256(self.weak), sha256(self.reference)


def question(prompt: str) -> tuple[Turn, ...]:
    """The chat that is sent to weak and reference: the prompt alone, as its author wrote it."""
    return (Turn("user", prompt),)


def judge_turns(pair: Pair, rubric: str, first: Order) -> tuple[Turn, ...]:
    """The chat that is sent to a judge.

    Both answers are called what they are, so that the judge rates one by the other; which of them it reads first is
    all that the two orders differ in. The marks around the texts hold a hash of them, which no text can foresee.

    Args:
        pair: The texts.
        rubric: What the judge is told.
        first: The answer that stands first.

    Source:
        Zheng et al., Judging LLM-as-a-Judge with MT-Bench and Chatbot Arena, NeurIPS 2023, sections 3.3 (position
        bias) and 3.4 (swapping positions, reference-guided judging).
    """
    texts = {"weak": ("ANSWER TO RATE", pair.weak), "reference": ("REFERENCE ANSWER", pair.reference)}
    second: Order = "reference" if first == "weak" else "weak"
    parts = [("QUESTION", pair.prompt), texts[first], texts[second]]
    mark = hashlib.sha256("\0".join(text for _, text in parts).encode(errors="replace")).hexdigest()[:8]
    told = "\n\n".join(f"[{name} {mark}]\n{text}\n[END {mark}]" for name, text in parts)
    return Turn("system", instructions(rubric)), Turn("user", f"{told}\n\nRate the ANSWER TO RATE.")


def repair_turns(asked: tuple[Turn, ...], said: str) -> tuple[Turn, ...]:
    """The chat that asks once more for the right form, behind what the judge said instead."""
    return *asked, Turn("assistant", said[:_QUOTED_CHARACTERS] or "(nothing)"), Turn("user", REPAIR)
