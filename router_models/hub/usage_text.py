"""How a published router is used: in the app, from the shell, and in plain ONNX Runtime where that is possible."""

from __future__ import annotations

from router_models.card import RouterCard
from router_models.encoder import LOWER_FILE
from router_models.hub.manifest import Manifest
from router_models.hub.needs import ENCODER, TUNED_ENCODER
from router_models.registry import ROUTERS

_BEGIN = """import json
from pathlib import Path

import numpy as np
import onnxruntime
from huggingface_hub import snapshot_download
from tokenizers import Tokenizer

files = [{files}]
folder = Path(snapshot_download("{repo_id}", allow_patterns=files))  # pin it: revision="<commit>"
card = json.loads((folder / "{router}/card.json").read_text())
tokenizer = Tokenizer.from_file(str(folder / "{stem}/tokenizer.json"))
tokenizer.enable_truncation(card["max_tokens"])
ids = np.array([tokenizer.encode("Prove that the square root of 2 is irrational.").ids])
mask = np.ones_like(ids)
"""

_LOWER = """
lower = onnxruntime.InferenceSession(str(folder / "{stem}/lower.onnx"))
states, means = lower.run(["states", "means"], {{"input_ids": ids, "attention_mask": mask}})"""

_KERAS = """
session = onnxruntime.InferenceSession(str(folder / "{router}/model.onnx"))
(logits,) = session.run(["logits"], {{"input_ids": ids, "attention_mask": mask}})"""

_THREE_WAY = """
upper = onnxruntime.InferenceSession(str(folder / "tuned-encoder/upper.onnx"))
(logits,) = upper.run(["logits_3way"], {{"states": states, "attention_mask": mask}})"""

_QUALITY = """
head = np.load(folder / "{router}/head.npz")
logits = means @ head["weight"].T + head["bias"]"""

_END = """
exponentials = np.exp(logits[0] / card.get("temperature", 1.0))
print(dict(zip(card["routes"], (exponentials / exponentials.sum()).tolist())))"""

_NATIVE = """import keras
from huggingface_hub import hf_hub_download

model = keras.saving.load_model(hf_hub_download("{repo_id}", "{router}/model.keras"), safe_mode=True)
print(model.predict_on_batch({{"input_ids": ids, "attention_mask": mask}}))  # the logits once more"""

_PACKAGES = "huggingface_hub numpy onnxruntime tokenizers"
_ON_THE_ENCODER = {"encoder-3way": _THREE_WAY, "encoder-quality": _QUALITY}


def usage_text(card: RouterCard, manifest: Manifest, repo_id: str) -> str:
    """The section of a router's page on how it is used, in Markdown.

    Args:
        card: The router's card.
        manifest: What is in the repository.
        repo_id: The repository's name, `owner/name`.
    """
    code = plain_code(card, manifest, repo_id)
    without = (
        f"Without Router Playground (`pip install {_PACKAGES}`):\n\n```python\n{code}\n```"
        if code
        else "Its weights are plain numbers, but its method is code: it runs in Router Playground only."
    )
    native = native_code(card, manifest, repo_id)
    in_keras = f"In Keras (`pip install keras tensorflow`), with `ids` as above:\n\n```python\n{native}\n```"
    return "\n\n".join([*_with_the_app(card, manifest, repo_id), without, *([in_keras] if native else [])])


def plain_code(card: RouterCard, manifest: Manifest, repo_id: str) -> str:
    """A program that routes a prompt with ONNX Runtime alone; '' for routers that need more. Arguments as above."""
    keras = f"{card.router}/model.onnx" in manifest.files
    if not keras and card.router not in _ON_THE_ENCODER:
        return ""
    if keras:
        stem, method = ENCODER, _KERAS
        files = f'"{card.router}/card.json", "{card.router}/model.onnx", "{ENCODER}/tokenizer.json"'
    else:
        stem = TUNED_ENCODER if f"{TUNED_ENCODER}/{LOWER_FILE}" in manifest.files else ENCODER
        files = f'"{card.router}/*", "{ENCODER}/*", "{TUNED_ENCODER}/*"'
        method = _LOWER + _ON_THE_ENCODER[card.router]
    return (_BEGIN + method + _END).format(router=card.router, repo_id=repo_id, stem=stem, files=files)


def native_code(card: RouterCard, manifest: Manifest, repo_id: str) -> str:
    """How to load the native artefact, after `plain_code`; '' for routers without one. Arguments as above."""
    there = f"{card.router}/model.keras" in manifest.files
    return _NATIVE.format(router=card.router, repo_id=repo_id) if there else ""


def is_whole_panel(manifest: Manifest) -> bool:
    """Whether a repository has every router, so that an app can start with its weights."""
    return set(manifest.routers) >= set(ROUTERS)


def _with_the_app(card: RouterCard, manifest: Manifest, repo_id: str) -> list[str]:
    if not is_whole_panel(manifest):
        return [
            f"In an app of Router Playground: open the page *Routers*, paste `{repo_id}` under *Add from the Hub*.",
            "From the shell, in a checkout of Router Playground:\n\n"
            f'```bash\npython -m router_models "Say hello." --hub {repo_id}\n```',
        ]
    settings = f"ROUTERS=hub HUB_WEIGHTS={repo_id}"
    return [
        "An app of Router Playground starts with these weights instead of its own (append `@<commit>` to pin them):"
        f"\n\n```bash\n{settings} python app.py\n```",
        "From the shell, in a checkout of Router Playground:\n\n"
        f'```bash\n{settings} python -m router_models "Say hello." --router {card.router}\n```',
    ]
