"""What sending a prompt to LLMs is expected to cost, under a policy."""

from __future__ import annotations

from collections.abc import Sequence

from llms.catalogue import Catalogue
from llms.cost import CostEstimate, estimate_cost_usd
from llms.tokens import count_tokens
from router_models.policy import Policy


def tokens_by_llm(catalogue: Catalogue, prompt: str, policy: Policy, llm_ids: Sequence[str] = ()) -> dict[str, int]:
    """Length of a prompt in tokens of each LLM of the policy's pool, and of others, by LLM id."""
    llms = [catalogue[name] for name in dict.fromkeys((*policy.pool.serves.values(), *llm_ids))]
    tokens = {encoding: count_tokens(prompt, encoding).tokens for encoding in {llm.encoding for llm in llms}}
    return {llm.id: tokens[llm.encoding] for llm in llms}


def quote(catalogue: Catalogue, llm_id: str, tokens: int, policy: Policy) -> CostEstimate:
    """Estimated cost of sending a prompt of so many tokens to an LLM."""
    visible, hidden = policy.output_tokens, policy.reasoning_tokens
    return estimate_cost_usd(catalogue, llm_id, tokens, visible, reasoning_tokens=hidden)
