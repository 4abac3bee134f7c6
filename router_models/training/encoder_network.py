"""The fine-tuned encoder: a trunk with one small head per router; here a DistilBERT, whose layers run one by one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_file
from torch import nn
from transformers import PreTrainedModel

from router_models.training.encoder_names import CHAT, N_ROUTES, QUALITY

FROZEN_LAYERS = 3
HIDDEN_SCORE = -1e4
"""Added to the attention score of padding."""

NATIVE_FILE = "model.safetensors"


class ChatHead(nn.Module):
    """Two linear layers from pooled features to logits.

    Args:
        width: Number of features.
        n_routes: Number of logits.
        inner: Units of the layer between.
        dropout: Share of features and units dropped while training.
    """

    def __init__(self, width: int, n_routes: int, inner: int = 192, dropout: float = 0.2) -> None:
        super().__init__()
        self.drop = nn.Dropout(dropout)
        self.inner = nn.Linear(width, inner)
        self.outer = nn.Linear(inner, n_routes)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Logits (n, n_routes) of features (n, width)."""
        inner = torch.relu(self.inner(self.drop(features)))
        logits: torch.Tensor = self.outer(self.drop(inner))
        return logits


class RoutingEncoder(nn.Module):
    """One trunk, two heads: `logits_3way` reads the tuned top, `logits_quality` the frozen lower layers.

    The embeddings and the first `frozen_layers` layers keep the base encoder's weights. That is why one forward can
    serve both routers without either costing the other, and why training computes the output of those layers once
    (`lower`) and runs only the rest (`top_features`) in every epoch.

    Args:
        trunk: The encoder to fine-tune; its attention is set to `eager`, whose mask is added to the scores.
        frozen_layers: Layers that are not trained.
    """

    def __init__(self, trunk: PreTrainedModel, frozen_layers: int = FROZEN_LAYERS) -> None:
        super().__init__()
        trunk.set_attn_implementation("eager")
        self.trunk: Any = trunk  # what its layers are called differs by kind, and torch types none of them
        self.frozen_layers = frozen_layers
        width = 2 * trunk.config.hidden_size + 1
        self.chat_head = ChatHead(width, N_ROUTES[CHAT])
        self.quality_head = nn.Linear(width, N_ROUTES[QUALITY])
        trunk.requires_grad_(False)
        for layer in self.tuned_layers:
            layer.requires_grad_(True)

    @property
    def tuned_layers(self) -> list[nn.Module]:
        """The layers that are trained, from the lowest to the top."""
        return list(self.trunk.transformer.layer[self.frozen_layers :])

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> dict[str, torch.Tensor]:
        """Logits (n, n_routes) by head, of token ids and mask of shape (n, length)."""
        words, lower = self.lower(input_ids, attention_mask)
        return {
            CHAT: self.chat_head(self.top_features(lower, attention_mask)),
            QUALITY: self.quality_head(frozen_features(words, lower, attention_mask)),
        }

    def lower(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Hidden states (n, length, dim) after the embeddings, and after the frozen layers."""
        words = self.trunk.embeddings(input_ids)
        return words, self._run(self.trunk.transformer.layer[: self.frozen_layers], words, attention_mask)

    def untrained(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """What training cannot change, (n, length, …): computed once for all epochs, and read by `top_features`."""
        return self.lower(input_ids, attention_mask)[1]

    def top_features(self, lower: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        """Mean token, first token and log length at the top, (n, 2 · dim + 1), from what `untrained` returns."""
        layers = self.trunk.transformer.layer[self.frozen_layers :]
        return pooled_top(self._run(layers, lower, attention_mask), attention_mask)

    @staticmethod
    def _run(layers: nn.ModuleList, hidden: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
        hide = (1.0 - attention_mask[:, None, None, :].float()) * HIDDEN_SCORE
        for layer in layers:
            hidden = layer(hidden, hide)
        return hidden


def pooled_top(top: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """What the chat head reads of the last hidden states: mean token, first token, log length, (n, 2 · dim + 1)."""
    top = top.float()
    return torch.cat([mean_pool(top, attention_mask), top[:, 0], log_length(attention_mask)], dim=1)


def frozen_features(words: torch.Tensor, lower: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """Mean word embedding, mean token after the frozen layers and log length, (n, 2 · dim + 1)."""
    means = [mean_pool(hidden.float(), attention_mask) for hidden in (words, lower)]
    return torch.cat([*means, log_length(attention_mask)], dim=1)


def mean_pool(hidden: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
    """Mean (n, dim) of hidden states (n, length, dim) over the tokens under the mask."""
    mask = attention_mask.unsqueeze(-1).float()
    return (hidden * mask).sum(dim=1) / mask.sum(dim=1)


def log_length(attention_mask: torch.Tensor) -> torch.Tensor:
    """Natural logarithm of the number of tokens, (n, 1)."""
    return attention_mask.sum(dim=1, keepdim=True).float().log()


def save_network(network: RoutingEncoder, folder: Path) -> Path:
    """Writes `config.json` (of the trunk) and `model.safetensors` (float32) into a folder; returns the latter."""
    folder.mkdir(parents=True, exist_ok=True)
    network.trunk.config.save_pretrained(folder)
    path = folder / NATIVE_FILE
    save_file({key: value.contiguous() for key, value in network.state_dict().items()}, path)
    return path
