"""What the fine-tuning of `causal-5star` trains: a causal LLM's upper layers and the head that reads its states."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from benchmarks.benchmark import FloatArray
from errors import PlaygroundError
from router_models.training.ordinal import LEAST_P, OrdinalHead

_TRUNK = "trunk."


class StarNetwork(nn.Module):
    """Embeddings and lower layers stay as they are, so they run once (`lower`); the rest is trained.

    Args:
        trunk: A Llama of `transformers.AutoModel`, in float32.
        n_tuned: Layers that are trained, counted from the top; None: all. The norm above them is trained with them.

    Raises:
        PlaygroundError: The LLM has fewer layers than that.
    """

    center: torch.Tensor
    spread: torch.Tensor

    def __init__(self, trunk: Any, n_tuned: int | None = None) -> None:  # noqa: ANN401  transformers types its trunks loosely
        super().__init__()
        n_tuned = len(trunk.layers) if n_tuned is None else n_tuned
        n_lower = len(trunk.layers) - n_tuned
        if n_tuned < 1 or n_lower < 0:
            what = f"{n_tuned} layers cannot be tuned: the LLM has {len(trunk.layers)}."
            raise PlaygroundError(what, f"Give --layers a number from 1 to {len(trunk.layers)}.")
        self.trunk = trunk
        self.n_tuned = n_tuned
        # In a tuple, because modules in an attribute would be registered twice.
        self._parts = (
            _part(trunk, trunk.layers[:n_lower], nn.Identity()),
            _part(trunk, trunk.layers[n_lower:], trunk.norm),
        )
        width = 2 * int(trunk.config.hidden_size)
        self.register_buffer("center", torch.zeros(width))
        self.register_buffer("spread", torch.ones(width))
        self.weights = nn.Parameter(torch.zeros(width))
        self.first_cut = nn.Parameter(torch.zeros(()))
        self.log_steps = nn.Parameter(torch.zeros(3))
        trunk.requires_grad_(False)
        for module in (*trunk.layers[n_lower:], trunk.norm):
            module.requires_grad_(True)

    @property
    def cuts(self) -> torch.Tensor:
        """Rising cut points, (4,)."""
        steps = torch.cat([self.first_cut[None], self.log_steps.exp()])
        return steps.cumsum(0)

    @torch.no_grad()
    def lower(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """States below the tuned layers, (n, length, width), of token ids and mask, both (n, length)."""
        states: torch.Tensor = self._parts[0](input_ids=ids, attention_mask=mask, use_cache=False).last_hidden_state
        return states

    def features(self, lower: torch.Tensor, mask: torch.Tensor, n_before: int) -> torch.Tensor:
        """Mean and last final state side by side, (n, 2 × width), as serving reads them.

        Args:
            lower: What `lower` gave, (n, length, width), padded on the right.
            mask: 1 for tokens, 0 for padding, (n, length).
            n_before: Tokens in front of every prompt, which the mean leaves out.
        """
        states = self._parts[1](inputs_embeds=lower, attention_mask=mask, use_cache=False).last_hidden_state.float()
        lengths = mask.sum(dim=1)
        counted = (mask[:, n_before:, None] > 0) * states[:, n_before:]
        mean = counted.sum(dim=1) / (lengths - n_before)[:, None]
        last = states[torch.arange(len(states), device=states.device), lengths - 1]
        return torch.cat([mean, last], dim=1)

    def scores(self, features: torch.Tensor) -> torch.Tensor:
        """Expected quality on the head's own scale, (n,), of features (n, 2 × width)."""
        scores: torch.Tensor = ((features - self.center) / self.spread) @ self.weights
        return scores

    def loss(self, scores: torch.Tensor, low: torch.Tensor, high: torch.Tensor) -> torch.Tensor:
        """Mean of −log P(low ≤ stars ≤ high), the likelihood of `ordinal.fit_ordinal`; all three (n,)."""
        ends = torch.tensor([float("inf")], device=scores.device)
        bounds = torch.cat([-ends, self.cuts, ends])
        p = torch.sigmoid(scores - bounds[low - 1]) - torch.sigmoid(scores - bounds[high])
        return -p.clamp_min(LEAST_P).log().mean()

    @torch.no_grad()
    def set_head(self, head: OrdinalHead, features: FloatArray) -> None:
        """Starts from a head that was fitted to features (n, 2 × width) of the LLM as it is."""
        center, spread = features.mean(axis=0), features.std(axis=0) + 1e-6
        cuts = head.cuts - float(center @ head.weights)
        for target, value in (
            (self.center, center),
            (self.spread, spread),
            (self.weights, head.weights * spread),
            (self.first_cut, cuts[0]),
            (self.log_steps, np.log(np.diff(cuts))),
        ):
            target.copy_(torch.as_tensor(np.asarray(value), dtype=torch.float32))

    @torch.no_grad()
    def head(self) -> OrdinalHead:
        """The head for raw features, as serving keeps it."""
        center, spread, weights, cuts = (
            value.cpu().double().numpy() for value in (self.center, self.spread, self.weights, self.cuts)
        )
        raw = weights / spread
        return OrdinalHead(raw, cuts + float(center @ raw))

    def trained(self) -> dict[str, nn.Parameter]:
        """The parameters that training changes, by name."""
        return {name: parameter for name, parameter in self.named_parameters() if parameter.requires_grad}

    def tuned_weights(self) -> dict[str, NDArray[np.float32]]:
        """The LLM's weights that training changes, by their names in the trunk."""
        return {
            name.removeprefix(_TRUNK): parameter.detach().cpu().numpy()
            for name, parameter in self.trained().items()
            if name.startswith(_TRUNK)
        }


def _part(trunk: Any, layers: nn.ModuleList, norm: nn.Module) -> Any:  # noqa: ANN401
    """The trunk with fewer layers; everything is shared with it."""
    part = copy.copy(trunk)
    # A shallow copy shares this dictionary, and setting an attribute would change the trunk as well.
    part._modules = {**trunk._modules, "layers": layers, "norm": norm}
    return part
