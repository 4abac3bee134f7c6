"""Classifiers in `.keras`: over texts and over token ids, in safe mode."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from errors import BadInputError
from router_models.base import softmax
from router_models.hub.added import AddedRouters
from router_models.hub.classifier import HubClassifierRouter
from router_models.hub.tokens import HubTokenizer
from router_models.panel import RouterPanel
from tests.router_models.hub.conftest import REPO, ROUTES
from tests.router_models.hub.stand_in import HubStandIn
from tests.router_models.hub.tiny import PROMPTS

CONFIG = json.dumps({"id2label": {"0": "easy", "1": "hard"}}).encode()


def saved(model: Any, folder: Path) -> bytes:
    path = folder / "model.keras"
    model.save(path)
    return path.read_bytes()


def added_router(
    added: AddedRouters, hub: HubStandIn, panel: RouterPanel, files: Mapping[str, bytes]
) -> HubClassifierRouter:
    hub.put(REPO, files)
    router = panel[added.add(added.look_up(REPO), ROUTES).id]
    assert isinstance(router, HubClassifierRouter)
    return router


def test_one_that_reads_texts(hub: HubStandIn, added: AddedRouters, own_panel: RouterPanel, tmp_path: Path) -> None:
    import keras
    import tensorflow

    keras.utils.set_random_seed(3)
    words = keras.layers.TextVectorization(output_sequence_length=12)
    words.adapt(list(PROMPTS))
    texts = keras.Input((1,), dtype="string")
    vectors = keras.layers.Embedding(words.vocabulary_size(), 8, embeddings_initializer="normal")(words(texts))
    p = keras.layers.Dense(2, activation="softmax")(keras.layers.GlobalAveragePooling1D()(vectors))
    model = keras.Model(texts, p)
    files = {"config.json": CONFIG, "model.keras": saved(model, tmp_path)}
    router = added_router(added, hub, own_panel, files)
    expected = model(tensorflow.constant([[prompt] for prompt in PROMPTS])).numpy()
    np.testing.assert_allclose(router.predict_proba(PROMPTS), expected, atol=1e-5)


@pytest.mark.parametrize("inputs", ["listed", "named"])
def test_one_that_reads_token_ids(
    hub: HubStandIn,
    added: AddedRouters,
    own_panel: RouterPanel,
    bert: Mapping[str, bytes],
    bert_folder: Path,
    tmp_path: Path,
    inputs: str,
) -> None:
    import keras

    keras.utils.set_random_seed(4)
    ids = keras.Input((16,), dtype="int32", name="token_ids")
    mask = keras.Input((16,), dtype="int32", name="padding_mask")
    vectors = keras.layers.Embedding(500, 8, embeddings_initializer="normal")(ids)
    weights = keras.layers.Reshape((16, 1))(mask)
    summed = keras.layers.GlobalAveragePooling1D()(keras.layers.Multiply()([vectors, weights]))
    logits = keras.layers.Dense(2)(summed)
    model = keras.Model([ids, mask] if inputs == "listed" else {"token_ids": ids, "padding_mask": mask}, logits)
    files = {"config.json": CONFIG, "tokenizer.json": bert["tokenizer.json"], "model.keras": saved(model, tmp_path)}
    router = added_router(added, hub, own_panel, files)
    (tmp_path / "tokenizer.json").write_bytes(bert["tokenizer.json"])
    (tmp_path / "config.json").write_bytes(CONFIG)
    tokenizer = HubTokenizer(tmp_path)
    expected = []
    for prompt in PROMPTS:
        read = tokenizer([prompt])[0].ids[:16]
        row = np.array([[*read, *[0] * (16 - len(read))]])
        given = [row, np.array([[1] * len(read) + [0] * (16 - len(read))])]
        expected.append(
            model(
                given if inputs == "listed" else dict(zip(("token_ids", "padding_mask"), given, strict=True))
            ).numpy()[0]
        )
    np.testing.assert_allclose(router.predict_proba(PROMPTS), softmax(np.array(expected)), atol=1e-5)


def test_a_lambda_layer_is_refused_and_never_runs(
    hub: HubStandIn, added: AddedRouters, own_panel: RouterPanel, tmp_path: Path
) -> None:
    import keras

    trace = tmp_path / "it-ran"

    def evil(x: Any) -> Any:
        trace.touch()
        return x

    model = keras.Sequential([keras.Input((4,), dtype="int32"), keras.layers.Lambda(evil), keras.layers.Dense(2)])
    files = {"config.json": CONFIG, "model.keras": saved(model, tmp_path)}
    trace.unlink()
    with pytest.raises(BadInputError, match="a Lambda layer, which runs code of its author"):
        added_router(added, hub, own_panel, files)
    assert not trace.exists()
    assert added.list() == ()


def test_one_that_reads_token_ids_without_a_tokenizer_is_refused(
    hub: HubStandIn, added: AddedRouters, own_panel: RouterPanel, tmp_path: Path
) -> None:
    import keras

    model = keras.Sequential([keras.Input((4,), dtype="int32"), keras.layers.Embedding(9, 2), keras.layers.Flatten()])
    with pytest.raises(BadInputError, match=r"there is no tokenizer\.json"):
        added_router(added, hub, own_panel, {"config.json": CONFIG, "model.keras": saved(model, tmp_path)})


def test_one_that_reads_images_is_refused(
    hub: HubStandIn, added: AddedRouters, own_panel: RouterPanel, bert: Mapping[str, bytes], tmp_path: Path
) -> None:
    import keras

    model = keras.Sequential([keras.Input((4, 4, 3)), keras.layers.Flatten(), keras.layers.Dense(2)])
    files = {"config.json": CONFIG, "tokenizer.json": bert["tokenizer.json"], "model.keras": saved(model, tmp_path)}
    with pytest.raises(BadInputError, match="4 dimensions: it is no text classifier"):
        added_router(added, hub, own_panel, files)
