"""Tiny text classifiers with random weights, in the Hub's layout: real networks, tokenizers and exports."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

PROMPTS = (
    "Name three rivers that cross a border.",
    "x",
    "Prove that the sum of two odd numbers is even, then generalise the statement.",
    "Écris une phrase courte, s'il te plaît.",
    "Plan a week of meals for four people who like neither fish nor beans.",
)
LONG = "word " * 700
ROUNDING = 1e-5
"""Between single and double precision, in probabilities."""

_OWN: Mapping[str, Mapping[str, Any]] = {
    "xlm-roberta": {"max_position_embeddings": 258, "pad_token_id": 1},
    "distilbert": {"hidden_dim": 64},
}


def write_classifier(
    folder: Path, kind: str = "bert", labels: Sequence[str] = ("easy", "hard"), onnx: bool = True, **config: Any
) -> Path:
    """Writes config.json, model.safetensors, tokenizer.json and onnx/model.onnx; returns the folder."""
    import torch

    from tests.router_models.training.base_encoders import tokenizer_of

    torch.manual_seed(5)
    named = {"id2label": dict(enumerate(labels)), "label2id": {label: n for n, label in enumerate(labels)}}
    model = _network(kind, {**named, "num_labels": len(labels), **config})
    tokenizer = tokenizer_of(kind)
    _spread(model, tokenizer)
    model.save_pretrained(folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    if onnx:
        _export(model, folder / "onnx" / "model.onnx")
    return folder


def logits_of(folder: Path, prompts: Sequence[str], limit: int = 512) -> NDArray[np.float64]:
    """What transformers' own tokenizer and network say, one prompt at a time and in double precision."""
    import torch
    from tokenizers import Tokenizer
    from transformers import AutoModelForSequenceClassification

    tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(limit)
    model = AutoModelForSequenceClassification.from_pretrained(folder).double().eval()
    found = []
    for prompt in prompts:
        with torch.inference_mode():
            found.append(model(torch.tensor([tokenizer.encode(prompt).ids])).logits[0].numpy())
    return np.array(found)


def files_of(folder: Path) -> dict[str, bytes]:
    """All files of a folder by their paths in it."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def without(files: Mapping[str, bytes], *endings: str) -> dict[str, bytes]:
    """The files whose names do not end so."""
    return {name: content for name, content in files.items() if not name.endswith(endings)}


def _network(kind: str, config: Mapping[str, Any]) -> Any:
    from transformers import AutoModelForSequenceClassification

    from tests.router_models.training.base_encoders import config_of

    sizes = {"num_hidden_layers": 2, "hidden_size": 32, "intermediate_size": 64}
    spread = {"initializer_range": 0.3}  # else the last layer must be scaled a hundredfold, and every rounding with it
    own = config_of(kind, **{**sizes, **spread, **_OWN.get(kind, {}), **config})
    return AutoModelForSequenceClassification.from_config(own).eval()


def _spread(model: Any, tokenizer: Any) -> None:
    """Scales the last layer, because prompts look much the same to random weights."""
    import torch

    last = getattr(model.classifier, "out_proj", model.classifier)
    with torch.no_grad():
        ids = [torch.tensor([tokenizer.encode(prompt).ids]) for prompt in PROMPTS]
        logits = torch.cat([model(row).logits for row in ids])
        scale = 1.5 / logits.std(dim=0).clamp(min=1e-6)
        last.weight.mul_(scale[:, None])
        last.bias.copy_(scale * (last.bias - logits.mean(dim=0)))


def _export(model: Any, path: Path) -> None:
    import torch

    class Logits(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = model

        def forward(self, ids: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
            logits: torch.Tensor = self.inner(input_ids=ids, attention_mask=mask).logits
            return logits

    path.parent.mkdir(parents=True, exist_ok=True)
    ids = torch.arange(24).reshape(2, 12) % model.config.vocab_size
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    free = {0: "n", 1: "length"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        torch.onnx.export(
            Logits().eval(),
            (ids, mask),
            str(path),
            input_names=["input_ids", "attention_mask"],
            output_names=["logits"],
            dynamic_axes={"input_ids": free, "attention_mask": free, "logits": {0: "n"}},
            opset_version=17,
            dynamo=False,
        )
