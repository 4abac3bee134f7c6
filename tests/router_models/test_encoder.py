import threading
from pathlib import Path

import numpy as np
import pytest
from onnxruntime import InferenceSession

from errors import UnavailableError
from router_models import RouterPanel
from router_models.encoder import MEANS, Encoders
from router_models.onnx_model import OnnxModel
from router_models.prompt_batch import PromptBatch
from router_models.wordpiece import Tokenized
from tests.router_models.graphs import endless_graph


def rows(*lengths: int) -> Tokenized:
    return Tokenized(tuple(np.arange(1, length + 1, dtype=np.int64) for length in lengths))


def test_micro_batches_cover_every_prompt_once_and_keep_the_closing_token() -> None:
    lengths = [300, 3, 7, *range(2, 72)]
    seen = []
    for indices, ids, mask in rows(*lengths).micro_batches(max_tokens=256):
        seen += list(indices)
        for index, row, kept in zip(indices, ids, mask, strict=True):
            assert kept.sum() == min(lengths[index], 256)
            assert row[kept.sum() - 1] == lengths[index]
    assert sorted(seen) == list(range(len(lengths)))


def test_results_come_back_in_the_order_of_the_prompts(panel: RouterPanel) -> None:
    prompts = [f"{'word ' * (50 - n)} number {n}" for n in range(50)]
    together = panel.encoders.embeddings(PromptBatch(prompts))
    for n in (0, 20, 49):
        alone = panel.encoders.embeddings(PromptBatch([prompts[n]]))
        assert float(alone[0] @ together[n]) > 0.999


def test_embeddings_have_unit_length_and_meaning(panel: RouterPanel) -> None:
    cat, kitten, tax = panel.encoders.embeddings(PromptBatch(["a cat", "a small kitten", "the tax office"]))
    assert np.linalg.norm(cat) == pytest.approx(1, abs=1e-3)
    assert cat @ kitten > cat @ tax + 0.2


def test_few_tokens_take_one_thread_and_give_the_same_numbers(panel: RouterPanel) -> None:
    path = panel.encoders.stem.lower.path
    either = OnnxModel(path, [MEANS], threads=2, small=8)
    either.load()
    for tokens in (8, 9):
        ids = np.arange(tokens, dtype=np.int64)[None, :] + 1000
        inputs = {"input_ids": ids, "attention_mask": np.ones_like(ids)}
        one, two = (OnnxModel(path, [MEANS], threads=threads).run(**inputs)[0] for threads in (1, 2))
        np.testing.assert_allclose(either.run(**inputs)[0], one, atol=1e-5)
        np.testing.assert_allclose(one, two, atol=1e-5)
    assert [session.get_session_options().intra_op_num_threads for session in sessions(either)] == [1, 2]
    alone = OnnxModel(path, [MEANS], threads=1, small=8)
    alone.load()
    assert len(sessions(alone)) == 1, "on one thread a second copy of the weights is of no use"


def batches_of(*sizes: int) -> list[dict[str, np.ndarray]]:
    """Micro-batches of the stem: so many prompts of so many tokens each."""
    shapes = [np.arange(size * size, dtype=np.int64).reshape(size, size) + 1000 for size in sizes]
    return [{"input_ids": ids, "attention_mask": np.ones_like(ids)} for ids in shapes]


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_runs_side_by_side_give_what_runs_in_turn_give_and_in_that_order(panel: RouterPanel, threads: int) -> None:
    model = OnnxModel(panel.encoders.stem.lower.path, [MEANS], threads)
    batches = batches_of(2, 3, 5, 7, 11)
    together = model.run_each(batches)
    assert [len(found[0]) for found in together] == [2, 3, 5, 7, 11]
    for batch, found in zip(batches, together, strict=True):
        np.testing.assert_allclose(found[0], model.run(**batch)[0], atol=1e-5)
    assert model.run_each([]) == []


def test_runs_side_by_side_take_one_thread_each_and_do_run_at_the_same_time(
    panel: RouterPanel, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = OnnxModel(panel.encoders.stem.lower.path, [MEANS], threads=2)
    model.run_each(batches_of(2))
    assert len(sessions(model)) == 1, "one batch takes all threads, and no second copy of the weights"
    model.run_each(batches_of(2, 3))
    assert [session.get_session_options().intra_op_num_threads for session in sessions(model)] == [1, 2]
    both = threading.Barrier(2, timeout=10)

    class Meeting:
        """A session whose runs end only when two are under way."""

        def run(self, *_: object) -> list[object]:
            both.wait()
            return [both]

    monkeypatch.setattr(model, "_small_session", Meeting())
    assert len(model.run_each(batches_of(2, 2, 2, 2))) == 4


def test_a_run_that_fails_beside_others_says_so(panel: RouterPanel) -> None:
    model = OnnxModel(panel.encoders.stem.lower.path, [MEANS], threads=2)
    with pytest.raises(Exception, match="input_ids"):
        model.run_each([*batches_of(2), {"attention_mask": np.ones((2, 2), dtype=np.int64)}])


@pytest.mark.parametrize("prompts", [1, 2])
def test_a_graph_that_never_ends_is_stopped_where_there_is_a_limit(tmp_path: Path, prompts: int) -> None:
    model = OnnxModel(endless_graph(tmp_path / "model.onnx"), ["logits"], threads=2, run_limit_s=0.5)
    batches = [{"input_ids": np.ones((1, 4), dtype=np.int64)}] * prompts
    with pytest.raises(UnavailableError, match=r"more than 0.5 s\.|not asked again"):
        model.run_each(batches)
    with pytest.raises(UnavailableError, match="not asked again"):
        model.run(**batches[0], attention_mask=np.ones((1, 4), dtype=np.int64))


def sessions(model: OnnxModel) -> list[InferenceSession]:
    return [session for session in (model._small_session, model._session) if session is not None]


def test_missing_or_broken_weights_say_how_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UnavailableError, match="missing") as caught:
        Encoders(tmp_path).wordpiece.load()
    assert caught.value.mend
    broken = tmp_path / "model.onnx"
    broken.write_bytes(b"not a model")
    with pytest.raises(UnavailableError, match="cannot be read"):
        OnnxModel(broken, ["logits"]).load()
