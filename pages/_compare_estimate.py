"""What a request of the Compare page would cost, the chat so far among its tokens."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

from llms.catalogue import Catalogue
from llms.chat_request import ChatRequest, Turn
from llms.cost import CostEstimate, estimate_cost_usd
from llms.tokens import count_tokens
from pages._compare_columns import UserTurn
from pages._compare_controls import CompareControls


def estimate_request(
    catalogue: Catalogue, controls: CompareControls, request: ChatRequest, unanswered: Sequence[UserTurn] = ()
) -> CostEstimate:
    """What a request would cost at the expected answer length, with every assumption in its note.

    Args:
        catalogue: All LLMs, the user's own among them.
        controls: The user's, among them the expected answer length.
        request: The request: the chat so far, and the prompt as its last turn.
        unanswered: Earlier turns that the request leaves out, as its LLM could not be asked then. They count as if it
            had answered each at the expected length: that is what this conversation would cost with it.
    """
    turns = [*(Turn("user", turn.text, turn.attachment) for turn in unanswered), *request.turns]
    encoding, view = catalogue[request.llm].encoding, controls.view
    counts = [count_tokens(turn.whole_text, encoding) for turn in turns]
    answer_tokens = min(view.output_tokens, request.max_tokens)
    assumed = len(unanswered) * answer_tokens
    tokens = sum(count.tokens for count in counts) + assumed
    estimate = estimate_cost_usd(catalogue, request.llm, tokens, answer_tokens, reasoning_tokens=view.reasoning_tokens)
    if estimate.usd is None:
        return estimate
    exact = not assumed and all(count.exact for count in counts)
    notes = [f"{'' if exact else 'about '}{tokens:,} tokens in, {answer_tokens:,} out assumed"]
    if len(turns) > 1:
        notes[0] += _chat_so_far(tokens - counts[-1].tokens, assumed)
    if any(turn.attachment is not None and turn.attachment.kind == "image" for turn in turns):
        notes.append("without the image's tokens")
    if estimate.price is not None:
        notes.append(f"prices of {estimate.price.as_of}")
    notes += [estimate.note] if estimate.note else []
    return dataclasses.replace(estimate, note="; ".join(notes))


def _chat_so_far(tokens: int, assumed: int) -> str:
    own = f", {assumed:,} of them assumed for answers that it has not given" if assumed else ""
    return f"; {tokens:,} of those in are the chat so far{own}"
