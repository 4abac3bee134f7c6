"""The network over any base encoder of the Hub: its layers cannot be run apart, so it is trained and served whole.

A DistilBERT's layers take a state and a mask, so they can be split into parts (`encoder_network`). Elsewhere positions,
relative distances or windows enter every layer in ways of their own. Here the base's own forward pass is run, and its
hidden states are read on the way.
"""

from __future__ import annotations

import torch
from torch import nn
from transformers import PreTrainedModel

from errors import PlaygroundError
from router_models.training.encoder_names import CHAT, QUALITY
from router_models.training.encoder_network import RoutingEncoder, frozen_features, pooled_top


class WholeEncoder(RoutingEncoder):
    """One trunk of any kind, two heads; the lower half of its layers and its embeddings keep the base's weights.

    Args:
        trunk: What `transformers.AutoModel` gives for an encoder.

    Raises:
        PlaygroundError: Its layers cannot be told.
    """

    def __init__(self, trunk: PreTrainedModel) -> None:
        layers_of(trunk)
        super().__init__(trunk, trunk.config.num_hidden_layers // 2)
        if getattr(trunk, "pooler", None) is not None:
            self.trunk.pooler = None  # nobody reads it, and most checkpoints have none

    @property
    def tuned_layers(self) -> list[nn.Module]:
        """The layers that are trained, from the lowest to the top."""
        return list(layers_of(self.trunk)[self.frozen_layers :])

    def train(self, mode: bool = True) -> WholeEncoder:
        """Sets training mode for what is trained; what is frozen drops nothing out."""
        super().train(mode)
        self.trunk.eval()
        for layer in self.tuned_layers:
            layer.train(mode)
        return self

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits (n, n_routes) by head, of token ids and mask of shape (n, length)."""
        words, lower, top = self.hidden(input_ids, attention_mask)
        return {
            CHAT: self.chat_head(pooled_top(top, attention_mask)),
            QUALITY: self.quality_head(frozen_features(words, lower, attention_mask)),
        }

    def hidden(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """States (n, length, dim) after the embeddings, after the frozen layers, and at the top."""
        found = self.trunk(input_ids=input_ids, attention_mask=attention_mask, output_hidden_states=True)
        return found.hidden_states[0], found.hidden_states[self.frozen_layers], found.last_hidden_state

    def lower(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Hidden states (n, length, dim) after the embeddings, and after the frozen layers."""
        words, lower, _ = self.hidden(input_ids, attention_mask)
        return words, lower

    def untrained(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """The token ids: nothing of the forward pass can be computed once for all epochs."""
        return input_ids

    def top_features(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Mean token, first token and log length at the top, (n, 2 · dim + 1), of what `untrained` returns."""
        return pooled_top(self.hidden(input_ids, attention_mask)[2], attention_mask)


def layers_of(trunk: PreTrainedModel) -> nn.ModuleList:
    """The trunk's list of layers.

    Raises:
        PlaygroundError: There is no such list.
    """
    n_layers = getattr(trunk.config, "num_hidden_layers", None)
    for module in trunk.modules():
        if isinstance(module, nn.ModuleList) and len(module) == n_layers:
            return module
    raise PlaygroundError(
        f"The layers of a '{trunk.config.model_type}' cannot be told apart.",
        "Choose an encoder like BERT, RoBERTa, DeBERTa or ModernBERT as --base.",
    )
