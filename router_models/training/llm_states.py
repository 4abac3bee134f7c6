"""Hidden states of a causal LLM for many prompts at once, read with transformers from the GGUF that is served.

Serving asks llama.cpp, one prompt at a time. Training needs thousands, and bfloat16 in PyTorch is about four times
faster there; both read the same weights, and a test holds that their states agree.
"""

from __future__ import annotations

import copy
import logging
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from llms.local import MAX_PROMPT_TOKENS

if TYPE_CHECKING:
    import torch

BATCH = 8
logger = logging.getLogger(__name__)
States = NDArray[np.float32]


class StateReader:
    """A causal LLM that is read, never written with.

    Args:
        gguf: The model's file.
        threads: Threads of PyTorch.
    """

    def __init__(self, gguf: Path, threads: int = 1) -> None:
        os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
        import torch
        from transformers import AutoModelForCausalLM, AutoTokenizer

        torch.set_num_threads(threads)
        self._torch = torch
        folder = str(gguf.parent)
        self._tokenizer: Any = AutoTokenizer.from_pretrained(folder, gguf_file=gguf.name)
        model: Any = AutoModelForCausalLM.from_pretrained(folder, gguf_file=gguf.name, dtype=torch.bfloat16)
        self._model: Any = model.eval()

    def tokens(self, text: str, *, special: bool) -> list[int]:
        """Token ids of a text; `special` says whether control tokens may be written in it."""
        ids: list[int] = self._tokenizer(text, add_special_tokens=False, split_special_tokens=not special).input_ids
        return ids

    def states(self, prompts: Sequence[str], before: str, after: str | Sequence[str]) -> tuple[States, States]:
        """Final hidden states, after the last norm, of `before` + prompt + `after`.

        Args:
            prompts: n texts; of each the first `MAX_PROMPT_TOKENS` tokens count.
            before: Rendered text in front, control tokens included; computed once.
            after: Rendered text behind; one for all, or n texts.

        Returns:
            The mean over the tokens behind `before`, and the last token's: both (n, width).
        """
        head = self.tokens(before, special=True)
        texts = [after] * len(prompts) if isinstance(after, str) else after
        tails = {text: self.tokens(text, special=True) for text in set(texts)}
        rows = [
            self.tokens(prompt, special=False)[:MAX_PROMPT_TOKENS] + tails[text]
            for prompt, text in zip(prompts, texts, strict=True)
        ]
        order = sorted(range(len(rows)), key=lambda row: len(rows[row]))
        width = int(self._model.config.hidden_size)
        means = np.empty((len(rows), width), dtype=np.float32)
        lasts = np.empty_like(means)
        with self._torch.inference_mode():
            prefix = self._model.model(self._torch.tensor([head]), use_cache=True).past_key_values
            for start in range(0, len(order), BATCH):
                batch = order[start : start + BATCH]
                hidden = self._forward(prefix, len(head), [rows[row] for row in batch])
                for row, state in zip(batch, hidden, strict=True):
                    means[row], lasts[row] = state.mean(axis=0), state[-1]
                if start // BATCH % 10 == 0:
                    logger.info("%d of %d prompts", start + len(batch), len(order))
        return means, lasts

    def next_tokens(self, lasts: States, wanted: Callable[[str], bool]) -> list[dict[str, float]]:
        """Log-probability, up to a constant, of the next token, for those tokens whose text is wanted.

        Args:
            lasts: Last states, (n, width).
            wanted: Whether a token's text is of interest.

        Returns:
            One mapping a row, by text.
        """
        texts: list[str] = self._tokenizer.batch_decode([[token] for token in range(len(self._tokenizer))])
        ids = [token for token, text in enumerate(texts) if wanted(text)]
        weights = self._model.lm_head.weight[ids].float().detach().numpy()
        logits = (lasts @ weights.T).astype(np.float64)
        logits -= logits.max(axis=1, keepdims=True)
        return [dict(zip([texts[token] for token in ids], map(float, row), strict=True)) for row in logits]

    def _forward(self, prefix: Any, n_prefix: int, rows: list[list[int]]) -> list[States]:  # noqa: ANN401  torch cache
        length = max(len(row) for row in rows)
        ids: torch.Tensor = self._torch.zeros((len(rows), length), dtype=self._torch.long)
        mask: torch.Tensor = self._torch.zeros((len(rows), n_prefix + length), dtype=self._torch.long)
        mask[:, :n_prefix] = 1
        for i, row in enumerate(rows):
            ids[i, : len(row)] = self._torch.tensor(row)
            mask[i, n_prefix : n_prefix + len(row)] = 1
        cache = copy.deepcopy(prefix)
        cache.batch_repeat_interleave(len(rows))
        hidden = self._model.model(ids, attention_mask=mask, past_key_values=cache).last_hidden_state
        return [hidden[i, : len(row)].float().numpy() for i, row in enumerate(rows)]
