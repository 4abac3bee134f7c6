"""The pages of a published repository say what the cards say, and the Hub can read them."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from huggingface_hub import ModelCardData
from huggingface_hub.repocard_data import model_index_to_eval_results

from router_models import RouterPanel
from router_models.card import RouterCard
from router_models.hub.manifest import Manifest
from router_models.hub.model_card import router_page, size_text, table
from router_models.hub.publish import Publication, prepare
from router_models.hub.repository_page import repository_page
from router_models.hub.usage_text import plain_code
from router_models.registry import ROUTERS

REPO = "ann/routers"


@pytest.fixture(scope="module")
def everything() -> Publication:
    return prepare(REPO)


@pytest.fixture(scope="module")
def cards(panel: RouterPanel) -> dict[str, RouterCard]:
    return {name: router.card for name, router in panel.line_up.shipped_routers.items()}


def front(page: str) -> dict[str, Any]:
    _, head, _ = page.split("---\n", 2)
    found: dict[str, Any] = yaml.safe_load(head)
    return found


def page_of(everything: Publication, name: str) -> str:
    return everything.texts[name].decode()


@pytest.mark.parametrize("name", ROUTERS)
def test_a_page_has_every_figure_with_its_interval_and_every_data_set(
    everything: Publication, cards: dict[str, RouterCard], name: str
) -> None:
    page, card = page_of(everything, f"{name}/README.md"), cards[name]
    assert page.startswith(f"# {card.title}\n")
    assert card.method in page
    assert card.caution in page
    rows = [line for line in page.splitlines() if line.startswith("| ")]
    for figure in card.figures:
        start = f"| {figure.metric} | {figure.value:.4g} | {figure.low:.4g} to {figure.high:.4g} |"
        row = next(row for row in rows if row.startswith(start) and f" {figure.rows:,} " in row)
        beside = {**figure.baselines, **figure.published}
        assert all(f"{name_of_it}: {value:.4g}" in row for name_of_it, value in beside.items())
    for data in card.trained_on:
        assert f"| {data.name} | {data.rows:,} | {data.licence} | {data.origin} |" in page
    for stored, file in everything.manifest.files.items():
        if stored.startswith(f"{name}/"):
            assert f"| `{stored}` | {size_text(file.size_bytes)} | `{file.sha256}` |" in page


def test_the_front_page_leads_to_every_router_and_says_how_an_app_takes_them(
    everything: Publication, cards: dict[str, RouterCard]
) -> None:
    page = page_of(everything, "README.md")
    for name, card in cards.items():
        assert f"| [`{name}`]({name}/README.md) | {card.method.replace('|', chr(92) + '|')} |" in page
    assert f"ROUTERS=hub HUB_WEIGHTS={REPO} python app.py" in page
    assert "- `encoder/`:" in page


def test_the_hub_reads_licence_tags_and_every_figure(everything: Publication, cards: dict[str, RouterCard]) -> None:
    read = front(page_of(everything, "README.md"))
    assert (read["license"], read["license_link"]) == ("other", "LICENSE")
    assert {"onnx", "keras", "llm-routing"} <= set(read["tags"])
    assert "safetensors" not in read["tags"]
    by_router = {entry["name"]: entry for entry in read["model-index"]}
    assert set(by_router) == {name for name, card in cards.items() if card.figures}
    _, results = model_index_to_eval_results([by_router["keras-cnn"]])
    said = {(result.metric_name, result.metric_value, result.metric_args["low"]) for result in results}
    assert said == {(figure.metric, figure.value, figure.low) for figure in cards["keras-cnn"].figures}
    assert ModelCardData(**read).license_name == "mit-and-apache-2.0"


def test_a_repository_made_for_one_router_opens_with_its_page() -> None:
    only = prepare("ann/cnn", ["keras-cnn"])
    page = page_of(only, "README.md")
    assert "# Keras CNN" in page
    assert "paste `ann/cnn` under *Add from the Hub*" in page
    assert "HUB_WEIGHTS" not in page
    assert only.manifest.routers == ("keras-cnn",)


def test_a_baseline_owes_nothing_to_the_encoder() -> None:
    read = front(page_of(prepare("ann/random", ["random"]), "README.md"))
    assert "base_model" not in read
    assert "model-index" not in read


def test_programs_without_the_app_are_there_for_what_onnx_runtime_can_do(
    everything: Publication, cards: dict[str, RouterCard]
) -> None:
    with_code = {name for name, card in cards.items() if plain_code(card, everything.manifest, REPO)}
    keras = {name for name in cards if name.startswith("keras-")}
    assert with_code == keras | {"encoder-3way", "encoder-quality"}
    for name in with_code:
        code = plain_code(cards[name], everything.manifest, REPO)
        compile(code, name, "exec")
        assert f"```python\n{code}\n```" in page_of(everything, f"{name}/README.md")
    assert "runs in Router Playground only" in page_of(everything, "knn/README.md")


def test_what_a_card_holds_cannot_break_a_table() -> None:
    made = table(("a", "b"), [("x | y", "two\nlines")])
    assert made.splitlines() == ["| a | b |", "| --- | --- |", "| x \\| y | two lines |"]


def test_files_that_are_elsewhere_are_said_to_be(everything: Publication, cards: dict[str, RouterCard]) -> None:
    assert "not part of this repository: `llm.gguf`" in page_of(everything, "causal-5star/README.md")
    assert "not part of this repository: `model.safetensors`" in page_of(everything, "encoder-3way/README.md")


def test_a_router_without_data_or_figures_says_so() -> None:
    card = RouterCard(router="coin", title="Coin", family="baseline", routes=("weak", "strong"), method="It tosses.")
    manifest = Manifest(routers=("coin",), files={})
    page = router_page(card, manifest, REPO)
    assert "It has learnt from no data." in page
    assert "there is nothing to measure" in page
    assert repository_page([card], manifest, REPO).startswith("---\nlanguage: en\n")
