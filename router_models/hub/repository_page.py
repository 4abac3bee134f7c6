"""The page of a published repository: what the Hub reads of it, and one line per router."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from router_models.card import Figure, RouterCard
from router_models.hub.manifest import Manifest
from router_models.hub.model_card import router_page, size_text, table
from router_models.hub.needs import ENCODER, README
from router_models.hub.usage_text import is_whole_panel

BASE_MODEL = "sentence-transformers/all-MiniLM-L6-v2"
TASK = "text-classification"


def repository_page(cards: Sequence[RouterCard], manifest: Manifest, repo_id: str, only: str = "") -> str:
    """README.md of a repository: front matter and text.

    Args:
        cards: Of all routers in it, in panel order.
        manifest: What is in it.
        repo_id: Its name, `owner/name`.
        only: Id of the router that it was made for; '' where it was made for several.
    """
    shown = next((card for card in cards if card.router == only), None)
    text = _index(cards, manifest, repo_id) if shown is None else router_page(shown, manifest, repo_id)
    return f"---\n{_front_matter(cards, manifest)}---\n{text}"


def _front_matter(cards: Sequence[RouterCard], manifest: Manifest) -> str:
    import yaml
    from huggingface_hub import ModelCardData

    endings = {name.rpartition(".")[2] for name in manifest.files}
    encoder = any(name.startswith(f"{ENCODER}/") for name in manifest.files)
    data = ModelCardData(
        language="en",
        license="other",
        license_name="mit-and-apache-2.0",
        license_link="LICENSE",
        library_name="router-playground",
        pipeline_tag=TASK,
        base_model=BASE_MODEL if encoder else None,
        tags=["llm-routing", "router-playground", *sorted(endings & {"onnx", "keras", "safetensors"})],
    )
    front: dict[str, Any] = data.to_dict()  # type: ignore[no-untyped-call]
    index = [entry for card in cards for entry in _model_index(card)]
    if index:
        front["model-index"] = index
    return yaml.safe_dump(front, sort_keys=False, allow_unicode=True, width=120)


def _model_index(card: RouterCard) -> list[dict[str, Any]]:
    """A router's figures as the Hub shows them beside the page; none where nothing was measured."""
    from huggingface_hub.repocard_data import EvalResult, eval_results_to_model_index

    results = [
        EvalResult(
            task_type=TASK,
            dataset_type=_slug(figure.dataset),
            dataset_name=figure.dataset,
            dataset_split=figure.split,
            metric_type=_slug(figure.metric),
            metric_name=figure.metric,
            metric_value=figure.value,
            metric_args={"low": figure.low, "high": figure.high, "interval": 0.95, "rows": figure.rows},
        )
        for figure in card.figures
    ]
    found: list[dict[str, Any]] = eval_results_to_model_index(card.router, results) if results else []
    return found


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_") or "unnamed"


def _index(cards: Sequence[RouterCard], manifest: Manifest, repo_id: str) -> str:
    size = sum(file.size_bytes for file in manifest.files.values())
    rows = [(f"[`{card.router}`]({card.router}/{README})", card.method, _best(card)) for card in cards]
    parts = [
        "# Routers of Router Playground",
        f"{len(cards)} LLM routers: each turns a prompt into probabilities of its routes, cheapest first, so that an "
        "LLM that costs less answers what it can. Every router has a folder with weights, a `card.json` and a page "
        f"with its figures, data and licences. {size_text(size)} in all.",
        *_how_to_use(manifest, repo_id),
        "## The routers",
        table(("router", "how it decides", "first figure on its card"), rows),
        "## What is where",
        "\n".join(_what_is_where(manifest)),
        "`weights.json` has size and sha256 of every file. Nothing is a pickle or code. Licences: `LICENSE` (MIT); "
        f"what derives from {BASE_MODEL} is under Apache-2.0; those of the data are on the routers' pages.",
    ]
    return "\n\n".join(parts) + "\n"


def _how_to_use(manifest: Manifest, repo_id: str) -> list[str]:
    if not is_whole_panel(manifest):
        return [f"In an app of Router Playground: open the page *Routers*, paste `{repo_id}` under *Add from the Hub*."]
    return [
        "An app of Router Playground starts with these weights instead of its own:",
        f"```bash\nROUTERS=hub HUB_WEIGHTS={repo_id} python app.py\n```",
        "Append `@<commit>` to pin them: a pinned commit is downloaded once, and no start waits for the Hub any more.",
    ]


def _best(card: RouterCard) -> str:
    figure: Figure | None = next(iter(card.figures), None)
    if figure is None:
        return "–"
    return f"{figure.metric} {figure.value:.3g} ({figure.low:.3g} to {figure.high:.3g}) on {figure.dataset}"


def _what_is_where(manifest: Manifest) -> Iterator[str]:
    shared = {name.partition("/")[0]: "" for name in manifest.files}
    about = {
        ENCODER: "tokenizer and sentence encoder that the routers share",
        "tuned-encoder": "upper layers of `encoder-3way`",
        "outcomes": "measured outcomes of many LLMs on training prompts, as numbers",
        "references": "what each router was trained on, as numbers: how far a prompt lies from it",
    }
    for folder in shared:
        if folder in about:
            yield f"- `{folder}/`: {about[folder]}"
